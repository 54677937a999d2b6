"""One job's answer on the server: what has come of it so far, for all who read it (client.py)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from diffusion_core.errors import UserFacingError
from diffusion_core.service.visitor import Visitor
from diffusion_core.service.work import Asked

SHUTTING_DOWN = "The server is shutting down: please try again later."


class ServiceError(UserFacingError):
    """The model cannot be asked just now, or could not answer."""


class TooManyError(ServiceError):
    """This visitor has asked for as much as one may at a time."""


@dataclass(frozen=True)
class Before:
    """So many others are in line before this job."""

    count: int


@dataclass(eq=False)
class Answer:
    """What has arrived of a job's answer, for any number of readers."""

    key: int
    job: Asked
    chunks: list[bytes] = field(default_factory=list)
    before: int | None = None
    """How many are in line before it, while it waits."""
    finished: bool = False
    problem: str | None = None
    readers: Counter[Visitor] = field(default_factory=Counter)
    """Who reads it, and how many times over."""
    deaths: int = 0
    to_skip: int = 0
    """Chunks that a new worker will send again, and that have arrived already."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self) -> None:
        """Wake whoever reads."""
        self._news.set()
        self._news = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.finished or self.problem is not None

    async def read(self) -> AsyncGenerator[bytes | Before, None]:
        """What has arrived and what still comes, from the beginning. ServiceError if it fails."""
        sent, told = 0, None
        while True:
            while sent < len(self.chunks):
                yield self.chunks[sent]
                sent += 1
            if self.problem is not None:
                raise ServiceError(self.problem)
            if self.finished:
                return
            if self.before is not None and self.before != told:
                told = self.before
                yield Before(told)
                continue
            await self._news.wait()
