"""GET /api/export.gif, .png or .pdf: what is on stage at an address, to take away.

Parameters: page, "forward" or "reverse", and those of that page's own address; for the handout also
link, the address that pupils are to open. One thread makes all exports, so that neither matplotlib
nor the rest is ever in two at a time, and everybody's pages stay quick; what was made is kept for
the next who asks, since a class presses the same button.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.errors import RequestError
from diffusion_core.service.answer import ServiceError
from pages.api.plainly import plainly
from pages.components import forward_scene, model, reverse_scene
from pages.components.digits import source
from pages.components.forward_scene import ForwardSettings
from pages.components.reverse_scene import ReverseSettings
from pages.exports.film import Show, forward_show, reverse_show
from pages.exports.gif import gif
from pages.exports.handout import handout
from pages.exports.qr import checked_link
from pages.exports.strip import strip

TYPES = {"gif": "image/gif", "png": "image/png", "pdf": "application/pdf"}
KEPT = 16_000_000
"""Bytes of exports that are kept."""
WAITING = 60
"""Exports in line, after which a further one is turned away."""


@dataclass(frozen=True)
class Order:
    """Everything that decides what an export looks like."""

    kind: str
    settings: ForwardSettings | tuple[ReverseSettings, ...]
    step: int | None
    link: str
    mnist: bool

    @property
    def name(self) -> str:
        """Of the file."""
        if isinstance(self.settings, ForwardSettings):
            what = f"forward-{self.settings.digit}-seed{self.settings.seed}"
        else:
            first = self.settings[0]
            what = f"reverse-{first.digit}-seed{first.seed}"
            what += "-compare" if len(self.settings) > 1 else ""
        return f"fog-{what}.{self.kind}"


class Workshop:
    """The one thread that makes exports, and what it has made."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "exports")
        self._made: OrderedDict[Order, bytes] = OrderedDict()
        self._waiting = 0

    def kept(self, order: Order) -> bytes | None:
        """What was made already."""
        return self._made.get(order)

    async def make(self, order: Order, recordings: list[bytes]) -> bytes:
        """Make it when its turn comes. ServiceError if too many others wait."""
        if self._waiting >= WAITING:
            raise ServiceError("Many others are taking pictures home just now: please try again.")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._in_turn, order, recordings)
        finally:
            self._waiting -= 1

    def _in_turn(self, order: Order, recordings: list[bytes]) -> bytes:
        # Somebody before us in line may have wanted the same.
        if order not in self._made:
            self._made[order] = made(order, recordings)
            while sum(map(len, self._made.values())) > KEPT and len(self._made) > 1:
                self._made.popitem(last=False)
        self._made.move_to_end(order)
        return self._made[order]


workshop = Workshop()


@plainly
async def export(request: HttpRequest) -> Response:
    """See above. 400 or 503 with one sentence if there is nothing to give."""
    kind = request.url.path.rpartition(".")[2]
    # Reading MNIST takes a moment the first time.
    order = await to_thread.run_sync(order_of, kind, request.query_params, str(request.url))
    content = workshop.kept(order)
    if content is None:
        recordings = []
        if not isinstance(order.settings, ForwardSettings):
            drawings = map(model.drawing, order.settings)
            recordings = await asyncio.gather(*map(model.service.whole, drawings))
        content = await workshop.make(order, recordings)
    headers = {
        "Content-Disposition": f'attachment; filename="{order.name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=TYPES[kind], headers=headers)


def order_of(kind: str, params: Mapping[str, str], address: str) -> Order:
    """What is asked for. RequestError, in one sentence, for what cannot be had.

    address: of the request itself, from which the link is made if none is given.
    """
    page = params.get("page")
    settings: ForwardSettings | tuple[ReverseSettings, ...]
    if page == "forward":
        settings, step = forward_scene.settings_of_address(params)
    elif page == "reverse":
        lanes, step = reverse_scene.settings_of_address(params)
        settings = tuple(lanes)
    else:
        raise RequestError("page must be forward or reverse.")
    if kind != "pdf":
        # The others show the whole timeline, wherever it stands, and no link.
        return Order(kind, settings, None, "", source().mnist)
    link = params.get("link") or address.replace("api/export.pdf", page, 1)
    return Order(kind, settings, step, checked_link(link), source().mnist)


def made(order: Order, recordings: list[bytes]) -> bytes:
    """The export itself."""
    show: Show
    if isinstance(order.settings, ForwardSettings):
        show = forward_show(order.settings, order.step)
    else:
        show = reverse_show(order.settings, recordings, order.step)
    if order.kind == "pdf":
        return handout(show, order.link)
    return gif(show) if order.kind == "gif" else strip(show)
