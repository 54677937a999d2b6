"""GET /api/qr?link=...: the QR code of a link, as SVG."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pages.exports.qr import qr_svg


async def qr(request: HttpRequest) -> Response:
    """400 with one sentence for what is no link, or too long a one."""
    svg = await to_thread.run_sync(qr_svg, request.query_params.get("link", ""))
    return Response(svg, media_type="image/svg+xml")
