"""The works under way in a process, whatever they are (work.py).

A work is resumed when it has come, when its question has been answered, or when it has a turn; and
then it goes on until it asks, pauses or ends, or has had a moment. Questions go to the batcher,
where they share passes of the networks; who pauses waits for a turn. What one work does cannot
spoil another: an answer that is not finite, a pass that fails, or anything that is raised ends the
work that it belongs to and no other. There is no threading and no waiting here, and no torch: a
process without networks need not load it.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from diffusion_core.errors import UserFacingError, note
from diffusion_core.service.ledger import Ledger
from diffusion_core.service.turns import Standing, Turns
from diffusion_core.service.work import Question, not_answered, not_computed

if TYPE_CHECKING:
    from diffusion_core.prediction import Prediction
    from diffusion_core.service.batcher import Batcher

MOMENT = 0.05
"""Seconds after which others go first, whatever a work still has to say."""
BEGINNINGS = 0.25
"""So many seconds may those who have just come take together, before those who came earlier go on.
A hundred who want to draw take less: this is for those who compute before they pause."""
BROKEN = 5
"""After so many failures in a row that nobody has foreseen, it is not the work that is at fault but
the process: torch does not always get over a moment without memory, and would refuse everything
from then on. It ends, and whoever keeps it starts another."""


@dataclass(frozen=True)
class Report:
    """What came of a work."""

    key: Hashable
    result: object | None = None
    """What it says: more of its answer."""
    finished: bool = False
    problem: str | None = None
    """One sentence, if it cannot go on."""


Dialogue: TypeAlias = "Generator[Question | Any, Prediction, None]"
"""A Work, or one that says something else than bytes: the Steps of a run, say, to who measures."""


@dataclass(eq=False)
class _UnderWay(Standing):
    key: Hashable
    work: Dialogue


class Works:
    """Works under way, sharing a process.

    batcher: makes the passes of the networks, if the process has any. ledger: in which is written
    down what each party has had; that of the batcher, if there is one.
    """

    def __init__(self, batcher: Batcher | None = None, ledger: Ledger | None = None) -> None:
        ledger = batcher.ledger if batcher is not None else ledger or Ledger()
        self._clock = ledger.clock
        self._batcher = batcher
        self._turns = Turns(ledger)
        self._works: dict[Hashable, _UnderWay] = {}
        self._newcomers: deque[_UnderWay] = deque()
        self._numbers = itertools.count()
        self._beginnings = 0.0
        """Seconds that those who have just come have taken since the last pass."""
        self._failures = 0
        """How many in a row have failed in a way that nobody has foreseen."""

    def __len__(self) -> int:
        return len(self._works)

    @property
    def broken(self) -> bool:
        """Whether nothing can be done any more in this process."""
        passes = self._batcher.failures if self._batcher is not None else 0
        return max(self._failures, passes) >= BROKEN

    def add(self, key: Hashable, work: Dialogue, party: Hashable | None = None) -> None:
        """Take on a work, for that party if it is named. ValueError if the key is in use."""
        if key in self._works:
            raise ValueError(f"There is a work {key!r} already.")
        self._works[key] = one = _UnderWay(party or None, next(self._numbers), key, work)
        self._newcomers.append(one)

    def share(self, key: Hashable) -> None:
        """Several want it: it is nobody's in particular from now on."""
        if key in self._works:
            self._works[key].party = None

    def forget(self, key: Hashable) -> None:
        """Drop a work; no harm if there is none of that key."""
        if key not in self._works:
            return
        one = self._works.pop(key)
        self._turns.cancel(one)
        if self._batcher is not None:
            self._batcher.cancel(one)
        if one in self._newcomers:
            self._newcomers.remove(one)
        with suppress(Exception):  # What it holds it may fail to put away; the others go on.
            one.work.close()

    def close(self) -> None:
        """Drop everything."""
        for key in [*self._works]:
            self.forget(key)

    def begin(self) -> list[Report]:
        """Begin what has come: it asks, says something or pauses at once, mostly."""
        reports: list[Report] = []
        while self._newcomers and self._beginnings < BEGINNINGS:
            began = self._clock()
            reports += self._compute(self._newcomers.popleft())
            self._beginnings += self._clock() - began
        return reports

    def ask(self) -> list[Report]:
        """One pass of a network, and what those say whose questions it answers."""
        reports: list[Report] = []
        began, self._beginnings = self._clock(), 0.0
        for one, answer in self._batcher.tick() if self._batcher is not None else ():
            assert isinstance(one, _UnderWay)
            if isinstance(answer, str):
                reports.append(self._end(one, answer))
            else:
                reports += self._go(one, answer)
        self._turns.passed(self._clock() - began)
        return reports

    def turn(self) -> list[Report]:
        """One turn of who computes without asking, if it is somebody's."""
        following = self._turns.take(beside=self._asking)
        if following is None:
            return []
        assert isinstance(following, _UnderWay)
        return self._compute(following)

    def tick(self) -> list[Report]:
        """All three. Who tells readers what is said tells it after each: what comes next takes
        time."""
        return [*self.begin(), *self.ask(), *self.turn()]

    @property
    def _asking(self) -> set[Hashable | None]:
        """The parties that wait for passes."""
        return self._batcher.parties if self._batcher is not None else set()

    def _compute(self, one: _UnderWay) -> list[Report]:
        """Let it go on without an answer, and write down for how long."""
        beside, began = self._asking, self._clock()
        reports = self._go(one)
        self._turns.took(one, self._clock() - began, beside)
        return reports

    def _go(self, one: _UnderWay, answer: Prediction | None = None) -> list[Report]:
        """Let it go on until it asks, pauses or ends, or has had its moment; what it says."""
        reports: list[Report] = []
        until, answered = self._clock() + MOMENT, answer is not None
        try:
            while True:
                # Looked at before it goes on, since what is said after a long time is mostly the
                # last word: the end of a work need not wait for another turn.
                over = self._clock() >= until
                said = next(one.work) if answer is None else one.work.send(answer)
                answer = None
                if isinstance(said, Question):
                    assert self._batcher is not None, "There are no networks in this process."
                    self._batcher.put(one, said)
                    return reports
                if said != b"":
                    reports.append(Report(one.key, said))
                if said == b"" or over:
                    self._turns.put(one)
                    return reports
        except StopIteration:
            self._failures = 0
            return [*reports, self._end(one)]
        except Exception as error:
            problem = not_answered(error) if answered else self._not_computed(error)
            return [*reports, self._end(one, problem)]

    def _not_computed(self, error: Exception) -> str:
        if not isinstance(error, UserFacingError):
            self._failures += 1
            return not_computed(error)
        # What a work has put into other words for the visitor is logged as it was.
        cause = error.__cause__
        note(cause if isinstance(cause, UserFacingError) else error)
        return str(error)

    def _end(self, one: _UnderWay, problem: str | None = None) -> Report:
        self.forget(one.key)
        return Report(one.key, finished=problem is None, problem=problem)
