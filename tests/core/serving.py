"""A service that runs for as long as a test does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from diffusion_core.service.client import ModelService
from diffusion_core.service.limits import Keeping, Limits, Wording
from diffusion_core.service.visitor import NOBODY, Visitor
from diffusion_core.service.work import Asked

FAKE = ("-m", "tests.core.fake_worker")
"""Speaks as the real ones do and starts in no time: enough where only the client is looked at."""
STUDIO = ("-m", "diffusion_core.service.studio")


def served(
    test: Callable[[ModelService], Awaitable[None]],
    limits: Limits | None = None,
    command: tuple[str, ...] = FAKE,
    keeping: Keeping | None = None,
    wording: Wording | None = None,
    patience: float = 600,
) -> None:
    """Run a test with a service that is started before it and stopped after it, within `patience`
    seconds."""

    async def run() -> None:
        service = ModelService(limits, command, keeping, wording)
        await service.start()
        try:
            async with asyncio.timeout(patience):
                await test(service)
        finally:
            await service.stop()

    # In a thread of its own: a browser that another test has open runs a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(run())).result()


class Reader:
    """Reads an answer, as a page would, and says how far it has come."""

    def __init__(self, service: ModelService, job: Asked, visitor: Visitor = NOBODY) -> None:
        self.chunks: list[bytes] = []
        self._whole = asyncio.create_task(self._read(service, job, visitor))

    async def _read(self, service: ModelService, job: Asked, visitor: Visitor) -> bytes:
        async for part in service.ask(job, visitor):
            if isinstance(part, bytes):
                self.chunks.append(part)
        return b"".join(self.chunks)

    async def has(self, count: int) -> None:
        """Wait until so many chunks have come."""
        await until(lambda: len(self.chunks) >= count)

    async def whole(self) -> bytes:
        """Wait for all of it."""
        return await self._whole


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that the process's messages bring about."""
    while not condition():
        await asyncio.sleep(0.002)


def is_running(process: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    return state_of(process) not in "ZX"


def state_of(process: int) -> str:
    """A letter, as of ps; X if there is no such process."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"
