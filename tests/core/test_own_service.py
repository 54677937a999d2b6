"""Visitors who train at the same time: the real process behind the real client."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from diffusion_core.labs.own.job import EndTraining, TrainingDigits
from diffusion_core.labs.own.shelf import Shelf
from diffusion_core.service.answer import Before, ServiceError
from diffusion_core.service.client import ModelService
from diffusion_core.service.limits import Keeping, Limits
from tests.core import serving
from tests.core.serving import STUDIO, is_running, until
from tests.core.tiny_mnist import StandIn

LIMITS = Limits(width=1, long=1_000_000, waiting=2, kept=0, deaths=0)
"""As those of the app (pages/shared/services.py), with a shorter line."""
PATIENCE = 1800


def token(visitor: int) -> str:
    return f"{visitor:016x}"


def job(visitor: int, folder: Path, seconds: float = 15) -> TrainingDigits:
    return TrainingDigits(token(visitor), str(folder), "1", seconds)


async def events(answer: AsyncGenerator[bytes | Before, None]) -> AsyncGenerator[str | int, None]:
    """The kind of each event, and the number that are in line before."""
    async for part in answer:
        yield part.count if isinstance(part, Before) else json.loads(part.split(b"\n")[0])["kind"]


def served(test: Callable[[ModelService], Awaitable[None]], idle: float = 0.1) -> None:
    serving.served(test, LIMITS, STUDIO, Keeping(idle=idle, threads=1), patience=PATIENCE)


def test_one_trains_at_a_time_and_memory_is_given_back(tiny: StandIn, tmp_path: Path) -> None:
    async def test(service: ModelService) -> None:
        assert service.process_id is None  # nobody trains: no process, no memory
        heard: dict[int, list[str | int]] = {1: [], 2: [], 3: []}

        async def watch(visitor: int) -> None:
            async for event in events(service.ask(job(visitor, tmp_path))):
                heard[visitor].append(event)

        tabs = {visitor: asyncio.create_task(watch(visitor)) for visitor in heard}
        await until(lambda: "progress" in heard[1])
        process = service.process_id
        assert process is not None
        assert (heard[2], heard[3]) == ([0], [1])
        with pytest.raises(ServiceError, match="others are waiting"):
            await service.whole(job(4, tmp_path))

        # A closed tab frees its place, in the line and at work.
        tabs[2].cancel()
        await until(lambda: heard[3] == [1, 0])
        tabs[1].cancel()
        await until(lambda: "progress" in heard[3])

        # A run that is told to end comes to its end, though its line is full with itself.
        assert await service.whole(EndTraining(token(3))) == b"told"
        await tabs[3]
        assert heard[3][-1] == "end"
        assert len([*tmp_path.glob("*.safetensors")]) == 1
        await until(lambda: service.process_id is None)
        await until(lambda: not is_running(process))

    served(test)


def test_a_process_that_dies_ends_the_run_in_a_sentence_and_the_next_one_works(
    tiny: StandIn, tmp_path: Path
) -> None:
    async def test(service: ModelService) -> None:
        told: list[str | int] = []

        async def watch_and_kill(service: ModelService) -> None:
            async for event in events(service.ask(job(1, tmp_path))):
                told.append(event)
                if event == "begun":
                    os.kill(service.process_id or 0, 9)

        for _ in range(3):  # also the third time: the service does not give up
            with pytest.raises(ServiceError, match=r"stopped several times"):
                await watch_and_kill(service)
        assert told.count("begun") == 3
        answer = await service.whole(job(2, tmp_path, seconds=1))
        name = json.loads(answer[answer.rindex(b'{"kind": "end"') :].split(b"\n")[0])["id"]
        assert Shelf(tmp_path).has(name)

    served(test, idle=60)
