"""Visitors with a page open, over a WebSocket that browsers open again when it breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack

from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.chaos.visitors import PATIENCE, Diary
from tests.chaos.wishes import PAGES
from tests.load import enter


class Walker:
    """One who goes from page to page."""

    def __init__(self, address: str, diary: Diary, seed: str) -> None:
        self._address = address
        self._diary = diary
        self._rng = random.Random(seed)

    async def live(self, over: Callable[[], bool]) -> None:
        """Walk until it is over. No page may show what went wrong inside."""
        while not over():
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._visit(over)
            except TimeoutError:
                self._diary.broken.append("A page did not come to its end.")
                return
            except (OSError, WebSocketException, InvalidHandshake):
                self._diary.note("page reconnected")
                await asyncio.sleep(self._rng.uniform(0.2, 1))

    async def _visit(self, over: Callable[[], bool]) -> None:
        async with AsyncExitStack() as stack:
            tab = await enter(self._address, stack)
            for page in self._rng.choices(PAGES, k=5):
                await tab.act(page)
                self._diary.note("page shown")
                self._diary.broken += [f"page {page}: {said}" for said in tab.tracebacks]
                if over() or tab.tracebacks:
                    return
                await asyncio.sleep(self._rng.uniform(0.2, 1))
