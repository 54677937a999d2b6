"""What is to be exported, as plain values, and the making of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diffusion_core.errors import RequestError
from pages.exports.film import Show, forward_show, reverse_show
from pages.exports.gif import gif
from pages.exports.qr import checked_link
from pages.exports.strip import strip
from pages.stage import forward as forward_scene
from pages.stage import reverse as reverse_scene
from pages.stage.forward import ForwardSettings
from pages.stage.reverse import ReverseSettings

TYPES = {"gif": "image/gif", "png": "image/png", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Order:
    """Everything that decides what an export looks like, but for the pictures."""

    kind: str
    """One of TYPES."""
    settings: ForwardSettings | tuple[ReverseSettings, ...]
    step: int | None
    link: str

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


@dataclass(frozen=True)
class Export:
    """An order with its pictures: work for the process that makes exports (studio.py)."""

    order: Order
    pictures: tuple[bytes, ...]
    """Of the forward process the digit, 784 bytes; of the reverse one a recording for each run."""

    size = 1_000_000
    """Bytes of an answer, at most."""
    width = 1

    def work(self, networks: object) -> Iterator[bytes]:
        """Make it in one turn, since matplotlib may not be in two exports at a time."""
        yield made(self)


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
        return Order(kind, settings, None, "")
    link = params.get("link") or address.replace("api/export.pdf", page, 1)
    return Order(kind, settings, step, checked_link(link))


def made(export: Export) -> bytes:
    """The file itself."""
    order = export.order
    show: Show
    if isinstance(order.settings, ForwardSettings):
        show = forward_show(order.settings, export.pictures[0], order.step)
    else:
        show = reverse_show(order.settings, export.pictures, order.step)
    if order.kind == "pdf":
        # matplotlib, which it draws with, takes a second and 50 MB: only who wants one pays.
        from pages.exports.handout import handout

        return handout(show, order.link)
    return gif(show) if order.kind == "gif" else strip(show)
