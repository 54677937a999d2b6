"""Which questions are asked, in which order, and in which order their options stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from quizzes.bank import Bank
from quizzes.grading import UNSHUFFLED
from quizzes.log import Log
from quizzes.schema import DIFFICULTIES, Difficulty, Option, Question

Order = tuple[int, int, int, int]
TEST_LENGTH = 10
MIX: dict[Difficulty, float] = {"easy": 0.3, "medium": 0.4, "hard": 0.3}
"""The share of each difficulty in a test: of ten questions 3, 4 and 3."""


@dataclass(frozen=True)
class Drawn:
    """A question as it is to be shown."""

    question: Question
    order: Order
    """Which option of the bank stands at each place of the screen."""

    @property
    def options(self) -> tuple[tuple[int, Option], ...]:
        """The options from top to bottom, each with its place in the bank."""
        return tuple((place, self.question.options[place]) for place in self.order)


def shuffled(question: Question, seed: int) -> Drawn:
    """One question by itself; the same seed shows it the same way."""
    return _shuffle(question, Random(f"{seed}:{question.id}"))


def _shuffle(question: Question, random: Random) -> Drawn:
    a, b, c, d = random.sample(UNSHUFFLED, 4)
    return Drawn(question, (a, b, c, d))


def select(
    bank: Bank, log: Log, seed: int, count: int = TEST_LENGTH, *, prefer_unseen: bool = False
) -> list[Drawn]:
    """A test: `count` different questions, or as many as there are, the easy ones first.

    No concept comes twice while there are questions on one that has not come at all. As far as
    that allows, difficulties come in the shares of MIX. The same bank, seed and count give the
    same test; only with `prefer_unseen` does the log matter: what was answered comes last.
    """
    random = Random(seed)
    left = {question.id: question for question in bank.questions.values()}
    # By id first, so that moving a question within its file changes no test.
    luck = {id: random.random() for id in sorted(left)}
    seen = Counter(event.question for event in log) if prefer_unseen else Counter[str]()
    wanted = _places(count)
    used: Counter[str] = Counter()
    chosen: list[Question] = []
    while left and len(chosen) < count:
        fewest = min(used[bank.concept_of(id).concept] for id in left)
        fresh = [q for id, q in left.items() if used[bank.concept_of(id).concept] == fewest]
        best = min(fresh, key=lambda q: (wanted[q.difficulty] <= 0, seen[q.id], luck[q.id]))
        del left[best.id]
        wanted[best.difficulty] -= 1
        used[bank.concept_of(best.id).concept] += 1
        chosen.append(best)
    chosen.sort(key=lambda question: DIFFICULTIES.index(question.difficulty))
    return [_shuffle(question, random) for question in chosen]


def _places(count: int) -> Counter[str]:
    """How many questions of each difficulty a test should have; the medium ones take what rounding
    leaves."""
    places = Counter[str]({word: round(share * count) for word, share in MIX.items()})
    places["medium"] += count - sum(places.values())
    return places


def sibling(bank: Bank, id: str, log: Log) -> Question | None:
    """Another question on the same concept: of the nearest difficulty, and of those the one that
    was not asked for longest. None if it is the only one."""
    here = bank.questions[id]
    last = {event.question: event.time for event in log}

    def distance(question: Question) -> int:
        return abs(DIFFICULTIES.index(question.difficulty) - DIFFICULTIES.index(here.difficulty))

    others = [q for q in bank.of(bank.concept_of(id).concept) if q.id != id]
    return min(others, key=lambda q: (distance(q), last.get(q.id, -1), q.id), default=None)
