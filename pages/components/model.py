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
turn = threading.Lock()
"""Held for one pass of the network, so that visitors take turns instead of slowing each other."""


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
    from diffusion_core.samplers import Request, final_picture, sample

    try:
        with turn:
            final_picture(sample(denoiser(), Request((0,), steps=1)))
    except UserFacingError:
        pass  # Whoever asks for a picture will be told.
