"""How soon one visitor may have the next export."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from diffusion_core.service.answer import TooManyError
from diffusion_core.service.visitor import Visitor

REST = 4.0
"""After an export, the next one of the same visitor begins so many times as long later as that one
took. Making one fills a processor, and a network that computes on all of them waits at each of its
layers for whichever is slowest: beside one export after the other, pictures took three times as
long (docs/measurements.md)."""
LONGEST = 10.0
"""Seconds of rest, at most."""
WAITING = 6
"""Exports of one visitor that may wait, after which a further one is turned away."""
TOO_MANY = "Several of your exports are still being made: let them come before you ask for more."


class Rests:
    """clock: seconds, from any beginning; pause: waits for so many."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._waiting: Counter[str] = Counter()
        self._one_at_a_time: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def one(self, visitor: Visitor) -> AsyncIterator[None]:
        """Make one export for them inside of this. TooManyError if too many wait already.

        Those who share an address and have no cookie are not held up by one another.
        """
        name = visitor.name
        if not name or visitor.shared:
            yield
            return
        if self._waiting[name] >= WAITING:
            raise TooManyError(TOO_MANY)
        self._waiting[name] += 1
        try:
            async with self._one_at_a_time.setdefault(name, asyncio.Lock()):
                await self._pause(max(0.0, self._free_at.get(name, 0.0) - self._clock()))
                began = self._clock()
                try:
                    yield
                finally:
                    now = self._clock()
                    self._free_at = {who: at for who, at in self._free_at.items() if at > now}
                    self._free_at[name] = now + min(LONGEST, REST * (now - began))
        finally:
            self._waiting -= Counter([name])
            if not self._waiting[name]:
                del self._one_at_a_time[name]
