"""A line of jobs: who may wait in it, who is next, and how many are before whom.

Visitors take turns, not jobs: whoever has had least done of late is next (start-time fair queueing,
Goyal, Vin & Cheng 1996), so that one who asks for a hundred things waits for them himself. What is
under way for one visitor fills a quarter of the room at most, so that the rest of it is there for
whoever comes next; that costs nobody time, since a quarter keeps the network busy.

Short jobs and long ones have a lane each (client.py). No processes and no waiting here.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from diffusion_core.service.answer import Answer
from diffusion_core.service.limits import Limits
from diffusion_core.service.visitor import Visitor

BYTES_OF_A_PICTURE = 1_200
"""Of an answer, for each picture that goes through the network: what a job costs, about."""


def cost_of(answer: Answer) -> float:
    """How many pictures the network looks at for a job, about."""
    return max(1.0, answer.job.width, answer.job.size / BYTES_OF_A_PICTURE)


class Lane:
    """The jobs of one kind that wait or are under way."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.waiting: dict[int, Answer] = {}
        """By their keys, whoever came first first."""
        self.running: dict[int, Answer] = {}
        self._begun_for: dict[int, Visitor] = {}
        """Whose turn it was when a running job, by its key, was begun."""
        self._clocks: dict[str, float] = {}
        """What has been done for each visitor of late: where its next job stands in the line."""
        self._now = 0.0
        """Where the last job that was begun stood."""

    def begin_what_fits(self) -> list[Answer]:
        """Take out of the line what there is room for, in turn."""
        begun: list[Answer] = []
        if not self.waiting or self._is_full():
            return begun
        for answer, visitor in [*self._in_turn()]:
            if self._has_its_share(answer, visitor):
                continue  # Its others have to end first; whoever stands behind it need not wait.
            if not self._fits(answer):
                break
            self._begin(answer, visitor)
            begun.append(answer)
            if self._is_full():
                break
        return begun

    def tell_places(self) -> None:
        """Tell those in line how many are before them."""
        for place, (answer, _) in enumerate(self._in_turn()):
            if answer.before != place:
                answer.before = place
                answer.changed()

    def begun_for(self, answer: Answer) -> Visitor:
        """The visitor in whose turn a running job was begun."""
        return self._begun_for[answer.key]

    def leave(self, answer: Answer) -> bool:
        """A job has ended, or nobody wants it any more; whether it was under way."""
        self.waiting.pop(answer.key, None)
        self._begun_for.pop(answer.key, None)
        return self.running.pop(answer.key, None) is not None

    def _begin(self, answer: Answer, visitor: Visitor) -> None:
        del self.waiting[answer.key]
        answer.before = None
        self.running[answer.key] = answer
        self._begun_for[answer.key] = visitor
        self._now = self._clock(visitor)
        self._clocks[visitor.name] = self._now + cost_of(answer)
        # Whoever has been idle for so long that he is next anyway need not be remembered.
        self._clocks = {name: at for name, at in self._clocks.items() if at > self._now}

    def _clock(self, visitor: Visitor) -> float:
        return max(self._now, self._clocks.get(visitor.name, 0.0))

    def _in_turn(self) -> Iterator[tuple[Answer, Visitor]]:
        """Everybody in line, in the order in which they will be served if nobody else comes, with
        the visitor whose turn it is. What several wait for is done when the first of them is next.
        """
        theirs: defaultdict[Visitor, list[Answer]] = defaultdict(list)
        for answer in reversed(self.waiting.values()):
            for visitor in answer.readers:
                theirs[visitor].append(answer)
        # Of equals, whoever came first.
        line = [
            (self._clock(visitor), answers[-1].key, visitor.name, visitor)
            for visitor, answers in theirs.items()
        ]
        heapq.heapify(line)
        served: set[int] = set()
        while line:
            clock, _, _, visitor = heapq.heappop(line)
            answers = theirs[visitor]
            while answers and answers[-1].key in served:
                answers.pop()
            if not answers:
                continue
            answer = answers.pop()
            served.add(answer.key)
            yield answer, visitor
            if answers:
                following = (clock + cost_of(answer), answers[-1].key, visitor.name, visitor)
                heapq.heappush(line, following)

    def _is_full(self) -> bool:
        """Whether not even the smallest job fits."""
        return sum(one.job.width for one in self.running.values()) >= self.limits.width

    def _fits(self, answer: Answer) -> bool:
        return self._is_room(answer, [*self.running.values()], 1.0)

    def _has_its_share(self, answer: Answer, visitor: Visitor) -> bool:
        """Whether so much is under way for this visitor that this job has to wait for it."""
        if not visitor.name:
            return False
        theirs = [one for key, one in self.running.items() if self._begun_for[key] == visitor]
        return not self._is_room(answer, theirs, self.limits.share)

    def _is_room(self, answer: Answer, beside: list[Answer], share: float) -> bool:
        """Whether a job fits beside others into this share of the room; alone, any does."""
        width = sum(other.job.width for other in beside) + answer.job.width
        size = sum(other.job.size for other in beside) + answer.job.size
        fits = width <= share * self.limits.width and size <= share * self.limits.size
        return not beside or fits


def waiting_by(waiting: Iterable[Answer]) -> tuple[Counter[Visitor], Counter[str]]:
    """How many jobs in line each visitor wants, and each address."""
    visitors: Counter[Visitor] = Counter()
    addresses: Counter[str] = Counter()
    for answer in waiting:
        visitors.update(set(answer.readers))
        addresses.update({visitor.address for visitor in answer.readers})
    return visitors, addresses
