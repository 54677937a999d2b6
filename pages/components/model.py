"""The shipped model, loaded once for everybody and only when somebody needs it.

torch takes seconds to import, so nothing here imports it before it must: pages draw their first
picture from numbers, while `warm_up` loads the rest behind the scenes.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusion_core.denoiser import NetworkDenoiser

_loading = threading.Lock()


class Turnstile:
    """A lock that serves whoever came first: `with turnstile: ...`.

    An ordinary lock may be taken again and again by the thread that just gave it back, and one
    visitor's thousand steps would then hold up everybody else's twenty.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next = 0
        self._serving = 0

    def __enter__(self) -> None:
        with self._changed:
            ticket = self._next
            self._next += 1
            while self._serving != ticket:
                self._changed.wait()

    def __exit__(self, *error: object) -> None:
        with self._changed:
            self._serving += 1
            self._changed.notify_all()


turn = Turnstile()
"""Held for one step of the model, so that visitors take turns instead of slowing each other."""


@cache
def _load() -> NetworkDenoiser:
    from diffusion_core.checkpoint import load_checkpoint
    from diffusion_core.denoiser import NetworkDenoiser

    return NetworkDenoiser(load_checkpoint())


def denoiser() -> NetworkDenoiser:
    """The shipped model. CheckpointError, with what to do, if it is missing or damaged."""
    with _loading:
        return _load()


def warm_up() -> None:
    """Load the model and run it once, so that nobody's first picture pays for it."""
    from diffusion_core.errors import UserFacingError
    from diffusion_core.request import Request
    from diffusion_core.samplers import final_picture, sample

    try:
        with turn:
            final_picture(sample(denoiser(), Request((0,), steps=1)))
    except UserFacingError:
        pass  # Whoever asks for a picture will be told.
