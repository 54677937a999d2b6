"""One who asks for export after export leaves the others most of the processor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from diffusion_core.service.answer import TooManyError
from diffusion_core.service.visitor import NOBODY, Visitor
from pages.exports.rests import LONGEST, REST, WAITING, Rests
from tests.pages.asgi import on_a_loop

ANNA, BEN = Visitor("anna", "1.2.3.4"), Visitor("ben", "1.2.3.4")


class Time:
    """Goes on when somebody pauses or makes something."""

    def __init__(self) -> None:
        self.now = 100.0

    async def pause(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def timed(test: Callable[[Time, Rests], Coroutine[Any, Any, None]]) -> None:
    clock = Time()
    on_a_loop(test(clock, Rests(lambda: clock.now, clock.pause)))


async def made(clock: Time, rests: Rests, visitor: Visitor, seconds: float) -> float:
    """When an export was begun that takes so long."""
    async with rests.one(visitor):
        began = clock.now
        await clock.pause(seconds)
    return began


def test_the_next_begins_after_a_rest() -> None:
    async def test(clock: Time, rests: Rests) -> None:
        assert await made(clock, rests, ANNA, 0.5) == 100
        assert await made(clock, rests, ANNA, 60) == 100.5 + REST * 0.5
        ended = clock.now
        assert await made(clock, rests, ANNA, 1) == ended + LONGEST

    timed(test)


def test_who_comes_later_does_not_rest_nor_does_anybody_else() -> None:
    async def test(clock: Time, rests: Rests) -> None:
        await made(clock, rests, ANNA, 1)
        assert await made(clock, rests, BEN, 1) == 101
        clock.now = 200
        assert await made(clock, rests, ANNA, 1) == 200
        # Many are behind an address, and whoever has no name is the server itself.
        for many in (Visitor("1.2.3.4", "1.2.3.4", shared=True), NOBODY):
            begun = clock.now
            assert [await made(clock, rests, many, 1) for _ in range(3)] == [
                begun,
                begun + 1,
                begun + 2,
            ]

    timed(test)


def test_they_are_made_one_by_one_and_too_many_are_refused() -> None:
    async def test(clock: Time, rests: Rests) -> None:
        asked = [asyncio.create_task(made(clock, rests, ANNA, 1)) for _ in range(WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError, match="Several of your exports"):
            await made(clock, rests, ANNA, 1)
        begun = await asyncio.gather(*asked)
        assert all(later - earlier >= 1 + REST for earlier, later in pairwise(begun))
        await made(clock, rests, ANNA, 1)

    timed(test)


def test_who_gives_up_waiting_is_not_counted() -> None:
    async def test(clock: Time, rests: Rests) -> None:
        await made(clock, rests, ANNA, 1)
        for _ in range(2 * WAITING):
            waiting = asyncio.create_task(made(clock, rests, ANNA, 1))
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
        await made(clock, rests, ANNA, 1)

    timed(test)
