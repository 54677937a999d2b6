"""A timer of an event loop that is set, set anew, and cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Alarm:
    """Calls `ring` once, when the time for which it was set last has passed."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether it is going to ring."""
        return self._handle is not None

    def set(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Ring after so many seconds from now, and not when it would have rung."""
        self.cancel()
        self._handle = loop.call_later(max(0.0, seconds), self._rung)

    def cancel(self) -> None:
        """Do not ring."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _rung(self) -> None:
        self._handle = None
        self._ring()
