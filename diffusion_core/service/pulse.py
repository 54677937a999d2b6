"""A sign of life from a process that computes, between two passes of whatever it does."""

from __future__ import annotations

import time
from collections.abc import Callable

from diffusion_core.service.wire import Wire

EVERY = 1.0
"""Seconds."""


class Pulse:
    """Says ("alive",) at most every so often, to whoever watches (keeper.py)."""

    def __init__(self, wire: Wire, clock: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._clock = clock
        self._last = -EVERY

    def beat(self) -> None:
        """Call it whenever something has been done."""
        now = self._clock()
        if now - self._last >= EVERY:
            self._last = now
            self._wire.send(("alive",))
