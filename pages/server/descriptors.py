"""File descriptors: a visitor costs one, and the system allows a process only so many.

Where they run out, files cannot be read and processes cannot be started, for anybody. So the server
takes as many as the system lets it, holds few, keeps some back, and says so in the log before it
turns visitors away.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import time
from collections.abc import Callable
from typing import Any

RESERVE = 64
"""How many are kept back for files, processes and their pipes, however many visitors come."""
NEAR = 0.85
"""The share of the others at which the log says that it will be full."""
AS_MANY_AS_ANYBODY_NEEDS = 1 << 20
MINUTES = 10
"""Between two lines in the log that say the same."""
OUT_OF_THEM = "socket.accept() out of system resource"
"""How asyncio begins to say it."""

logger = logging.getLogger("through-the-fog")


def raise_limit() -> None:
    """Allow this process, and those it starts, as many as the system lets it have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = AS_MANY_AS_ANYBODY_NEEDS
    wanted = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # Then it stays as it was.
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Door:
    """Whether there is room for another connection; what stands in the log about it.

    limit: how many descriptors this process may have. clock: seconds.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._said: dict[str, float] = {}

    @property
    def places(self) -> int:
        """Descriptors that visitors may take."""
        return max(1, self.limit - RESERVE)

    def admits(self, descriptor: int) -> bool:
        """Whether one who came in by this descriptor may stay.

        The system gives the lowest number that is free, so all below it are in use.
        """
        if descriptor >= self.places:
            self.say(
                f"The server is full: {descriptor} of {self.limit} file descriptors are in use, "
                "and new visitors are asked to come back later. Start it with a higher limit "
                "(ulimit -n)."
            )
            return False
        if descriptor >= NEAR * self.places:
            self.say(
                f"The server is nearly full: {descriptor} of {self.limit} file descriptors are in "
                f"use, and from {self.places} on, new visitors are asked to come back later. "
                "Start it with a higher limit (ulimit -n)."
            )
        return True

    def failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What asyncio could not do: as usual, but for the one thing that it would say, with a
        traceback, thousands of times a second."""
        if str(context.get("message", "")).startswith(OUT_OF_THEM):
            self.say(
                f"All {self.limit} file descriptors are in use: new visitors wait until others "
                "leave. Start the server with a higher limit (ulimit -n)."
            )
        else:
            loop.default_exception_handler(context)

    def say(self, sentence: str) -> None:
        """Into the log, unless its like has been said not long ago."""
        kind, now = sentence.partition(":")[0], self._clock()
        if now - self._said.get(kind, -1e9) >= 60 * MINUTES:
            self._said[kind] = now
            logger.warning(sentence)


def limit() -> int:
    """How many this process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return AS_MANY_AS_ANYBODY_NEEDS if soft == resource.RLIM_INFINITY else soft
