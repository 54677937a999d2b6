"""A service that runs for as long as a test does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from diffusion_core.service.client import ModelService
from diffusion_core.service.limits import Keeping, Limits, Wording

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
