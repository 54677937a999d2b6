"""GET /api/diagram.svg: the diagram as a file of its own, labelled, for print and slides."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pages.exports.diagram import diagram_svg


async def diagram(request: HttpRequest) -> Response:
    """Takes no parameters. Drawn once per server."""
    return Response(await to_thread.run_sync(diagram_svg), media_type="image/svg+xml")
