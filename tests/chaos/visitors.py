"""Those who use the server meanwhile: each a browser's session, with its cookies."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2

from tests.chaos.wishes import Broken, Wish, judged, problem_of, wish

PATIENCE = 420.0
"""Seconds after which one who still waits has been forgotten: more than the longest silence of a
process that hangs, and all the starts that may follow."""
LEAVING = 0.05
"""How often somebody hangs up in the middle."""


@dataclass
class Diary:
    """What became of everything that was asked for."""

    outcomes: Counter[str] = field(default_factory=Counter)
    sentences: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    """Seconds, and for what."""

    def note(self, outcome: str) -> None:
        self.outcomes[outcome] += 1


class Visitor:
    """One who asks for one thing after another, and again for what was cut off."""

    def __init__(self, address: str, diary: Diary, seed: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=address,
            # A connection for each request: one that is kept may be closed from the other side
            # just when it is used again, which is nobody's fault.
            limits=httpx2.Limits(max_keepalive_connections=0),
            timeout=None,
            headers={
                "Accept": "text/html,*/*",
                "Accept-Encoding": "identity",
                "Sec-Fetch-Site": "same-origin",
            },
        )
        self._diary = diary
        self._rng = random.Random(seed)
        self._asking: asyncio.Task[None] | None = None

    async def live(self, over: Callable[[], bool]) -> None:
        """Ask for this and that until it is over."""
        await self.fulfil(Wish("page home", "/", lambda body: b"</html>" in body))
        while not over():
            await self.fulfil(wish(self._rng))
            await asyncio.sleep(self._rng.uniform(0, 0.6))  # people look before they click

    async def leave(self) -> None:
        await self._client.aclose()

    def cut_off(self) -> None:
        """What happens to those whose network fails."""
        if self._asking is not None:
            self._asking.cancel()

    async def fulfil(self, wanted: Wish) -> None:
        """Ask for it until there is an answer, or a sentence that there is none."""
        while True:
            began = time.monotonic()
            self._asking = asyncio.create_task(self._ask(wanted))
            done, _ = await asyncio.wait([self._asking], timeout=PATIENCE)
            asked, self._asking = self._asking, None
            took = (time.monotonic() - began, wanted.path)
            self._diary.slowest = max(self._diary.slowest, took)
            if not done:
                asked.cancel()
                await asyncio.wait([asked])
                self._diary.broken.append(f"{wanted.name}: nothing for {PATIENCE:.0f} s")
            elif asked.cancelled():
                self._diary.note("cut off, and asked again")
                continue
            elif (error := asked.exception()) is not None:
                self._diary.broken.append(f"{wanted.name}: {type(error).__name__}: {error}")
            return

    async def works(self, wanted: Callable[[], Wish]) -> bool:
        """Whether such a wish is answered before patience ends: a sentence is not enough."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(Broken, httpx2.TransportError):
                if await self._outcome(wanted()) == "answer":
                    return True
            await asyncio.sleep(1)
        return False

    async def last(self, wanted: Wish, begun: asyncio.Event) -> None:
        """Ask for something that takes long; `begun` is set when some of the answer has come."""
        try:
            self._diary.note(f"at the end: {await self._outcome(wanted, begun)}")
        except (Broken, httpx2.TransportError) as error:
            self._diary.broken.append(f"at the end: {type(error).__name__}: {error}")
        finally:
            begun.set()

    async def _ask(self, wanted: Wish) -> None:
        self._diary.note(await self._outcome(wanted, leaving=self._rng.random() < LEAVING))

    async def _outcome(
        self, wanted: Wish, begun: asyncio.Event | None = None, leaving: bool = False
    ) -> str:
        method, body = "POST" if wanted.changes else "GET", b""
        async with self._client.stream(method, wanted.path) as answer:
            async for part in answer.aiter_raw():
                body += part
                if begun is not None:
                    begun.set()
                if leaving and answer.status_code == 200:
                    return "left before the end"
        outcome = judged(wanted, answer.status_code, body)
        if outcome == "sentence":
            said = problem_of(body) or body.decode(errors="replace")
            self._diary.sentences[f"{answer.status_code} {said}"] += 1
        return outcome
