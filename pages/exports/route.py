"""GET /api/export.gif, .png or .pdf: what is on stage at an address, to take away.

Parameters: page, "forward" or "reverse", and those of that page's own address; for the handout also
link, the address that pupils are to open. A process of its own makes all exports
(pages/exports/studio.py), and one visitor's one by one; what was made is kept for the next who
asks, since a class presses the same button.
"""

from __future__ import annotations

import asyncio

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pages.exports.order import TYPES, Export, order_of
from pages.exports.rests import Rests
from pages.http.visitors import visitor_of
from pages.shared import services as studio
from pages.stage import inference
from pages.stage.forward import ForwardSettings, picture

rests = Rests()
"""Between the exports of each visitor."""


async def export(request: HttpRequest) -> Response:
    """See above. 400, 429 or 503 with one sentence if there is nothing to give."""
    who = visitor_of(request)
    kind = request.url.path.rpartition(".")[2]
    # Reading MNIST takes a moment the first time.
    order = await to_thread.run_sync(order_of, kind, request.query_params, str(request.url))
    pictures: list[bytes]
    if isinstance(order.settings, ForwardSettings):
        pictures = [(await to_thread.run_sync(picture, order.settings)).tobytes()]
    else:
        drawings = map(inference.drawing, order.settings)
        pictures = await asyncio.gather(*(inference.service.whole(one, who) for one in drawings))
    job = Export(order, tuple(pictures))
    if studio.exports.kept(job):
        content = await studio.exports.whole(job, who)
    else:
        async with rests.one(who):
            content = await studio.exports.whole(job, who)
    headers = {
        "Content-Disposition": f'attachment; filename="{order.name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=TYPES[kind], headers=headers)
