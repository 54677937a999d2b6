"""Forty visitors and one trouble after another; then calm, and the end of the server."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.chaos import wishes
from tests.chaos.house import ENDING, House, open_house
from tests.chaos.sessions import Walker
from tests.chaos.troubles import SLOW_TROUBLES, TROUBLES, Scene, Trouble
from tests.chaos.visitors import Diary, Visitor

VISITORS = 40
WALKERS = 4
"""Those of them who have a page open, over a WebSocket."""
SLOW = 240.0
"""Seconds from which there is time for what takes a minute."""
SPARE = 40
"""Descriptors that the server may have more in the end than in the beginning: for sessions of which
it keeps some, and processes that are there now."""
LOG = 1_000_000
"""Bytes that the log may have, at most."""


@dataclass
class Report:
    """What happened, and what should not have."""

    seed: int
    troubles: list[str] = field(default_factory=list)
    diary: Diary = field(default_factory=Diary)
    faults: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        outcomes = [f"  {count:5d}  {what}" for what, count in self.diary.outcomes.most_common()]
        said = [f"  {count:5d}  {what}" for what, count in self.diary.sentences.most_common(12)]
        return "\n".join(
            [
                f"Seed {self.seed}.",
                *self.troubles,
                "What became of what was asked for:",
                *outcomes,
                "The sentences:",
                *said,
                "The longest that one had to wait: {:.0f} s, for {}.".format(*self.diary.slowest),
                f"The log: {len(self.log)} lines, the last of which are",
                *(f"  | {line[:160]}" for line in self.log[-25:]),
                *(f"FAULT: {fault}" for fault in self.faults),
                "" if self.faults else "Nothing was found.",
            ]
        )


def storm(folder: Path, seconds: float, seed: int, visitors: int = VISITORS) -> Report:
    """All of it. What went wrong is in the report's `faults`."""
    report = Report(seed)
    with open_house(folder) as house:
        asyncio.run(_weather(house, report, seconds, visitors))
        report.faults += report.diary.broken
        report.faults += left_over(house)
        report.log = house.log
    answers, sentences = (report.diary.outcomes[what] for what in ("answer", "sentence"))
    if answers <= sentences / 10:
        report.faults.append(f"Only {answers} answers, beside {sentences} sentences.")
    if sum(map(len, report.log)) > LOG:
        report.faults.append(f"The log has {len(report.log)} lines.")
    return report


async def _weather(house: House, report: Report, seconds: float, count: int) -> None:
    people = [Visitor(house.address, report.diary, f"{report.seed}-{n}") for n in range(count)]
    walkers = [Walker(house.address, report.diary, f"{report.seed}-w{n}") for n in range(WALKERS)]
    checker = Visitor(house.address, report.diary, f"{report.seed}-check")
    if not await checker.works(partial(wishes.a_drawing, random.Random(report.seed))):
        report.faults.append("It did not work even before there was any trouble.")
        return
    before = house.descriptors()
    over = asyncio.Event()
    lives = [asyncio.create_task(one.live(over.is_set)) for one in [*people, *walkers]]
    await _troubles(Scene(house, people, random.Random(report.seed)), report, seconds)
    over.set()
    await asyncio.gather(*lives)
    if house.process.poll() is not None:
        report.faults.append("The server did not survive.")
        return
    report.faults += await calm(house, checker, before, random.Random(report.seed))
    report.faults += await ended(house, people[:4])
    for one in [*people, checker]:
        await one.leave()


async def _troubles(scene: Scene, report: Report, seconds: float) -> None:
    """For so many seconds at least, and until each kind has come once."""
    began = time.monotonic()
    troubles = deck(scene.rng, seconds >= SLOW)
    while time.monotonic() - began < seconds or len(report.troubles) < len(TROUBLES):
        await asyncio.sleep(scene.rng.uniform(0.5, 2))
        if scene.house.process.poll() is not None:
            return
        at = time.monotonic() - began
        report.troubles.append(f"  {at:5.1f} s: {await next(troubles)(scene)}")


def deck(rng: random.Random, slow: bool) -> Iterator[Trouble]:
    """Each trouble once, in some order, and then again in another one."""
    while True:
        troubles = [*(SLOW_TROUBLES if slow else TROUBLES)]
        rng.shuffle(troubles)
        yield from troubles


async def calm(house: House, checker: Visitor, before: int, rng: random.Random) -> list[str]:
    """When it is over, everything works again, by itself, and nothing is held that nobody needs."""
    faults = []
    for wanted in (wishes.a_drawing, wishes.a_guess, wishes.a_plane, wishes.an_export):
        if not await checker.works(partial(wanted, rng)):
            faults.append(f"Afterwards there was no answer any more: {wanted.__name__}.")
    deadline = time.monotonic() + ENDING
    while house.descriptors() > before + SPARE:
        if time.monotonic() > deadline:
            faults.append(f"{house.descriptors()} descriptors are open; {before} were at first.")
            break
        await asyncio.sleep(0.5)
    return faults


async def ended(house: House, people: list[Visitor]) -> list[str]:
    """SIGTERM, while some still draw and train: they are told, and the server ends."""
    longest = [
        wishes.a_long_drawing(random.Random(1)),
        wishes.a_long_plane(random.Random(2)),
        wishes.a_training(random.Random(3)),
    ]
    begun = [asyncio.Event() for _ in longest]
    readers = [
        asyncio.create_task(one.last(wanted, event))
        for one, wanted, event in zip(people, longest, begun, strict=False)
    ]
    await asyncio.gather(*(event.wait() for event in begun))
    house.process.send_signal(signal.SIGTERM)
    try:
        await asyncio.to_thread(house.process.wait, ENDING)
    except subprocess.TimeoutExpired:
        for reader in readers:
            reader.cancel()
        return [f"The server did not end within {ENDING:.0f} s of being told to."]
    await asyncio.gather(*readers)
    return []


def left_over(house: House) -> list[str]:
    """Processes and files that outlive the server. Its processes hear of its end and have a moment
    to follow."""
    deadline = time.monotonic() + ENDING
    while (left := house.leftovers()) and time.monotonic() < deadline:
        if house.process.poll() is None:
            break
        time.sleep(0.2)
    return [f"Left over: {what}" for what in left]
