"""Which questions are asked, in which order, and in which order their options stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from random import Random

from quizzes.bank import Bank
from quizzes.grading import UNSHUFFLED
from quizzes.log import Event, Log
from quizzes.schema import DIFFICULTIES, Difficulty, Option, Question

Order = tuple[int, int, int, int]
TEST_LENGTH = 10
MIX: dict[Difficulty, float] = {"easy": 0.3, "medium": 0.4, "hard": 0.3}
"""The share of each difficulty in a test: of ten questions 3, 4 and 3."""
SAID = {"stem", "options", "hints", "solution", "final", "check", "mistakes", "rule"}
NEW = 8
"""Who has answered fewer questions than this is not yet asked about code, if it can be helped."""


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


def plain(question: Question) -> bool:
    """Whether nothing that is said of it has code or the betas of a schedule in it."""
    said = question.model_dump_json(include=SAID)
    return not any(sign in said for sign in ("`", "beta", "β"))


def gentle(bank: Bank, seed: int, count: int = TEST_LENGTH) -> list[Drawn]:
    """A test of easy and plain questions, or as many as there are of them."""
    easy = [q.id for q in bank.questions.values() if q.difficulty == "easy" and plain(q)]
    return select(bank, Log(), seed, count, among=easy)


def select(
    bank: Bank,
    log: Log,
    seed: int,
    count: int = TEST_LENGTH,
    *,
    prefer_unseen: bool = False,
    among: Container[str] | None = None,
) -> list[Drawn]:
    """A test: `count` different questions, or as many as there are, the easy ones first.

    No concept comes twice while there are questions on one that has not come at all. As far as
    that allows, difficulties come in the shares of MIX. The same bank, seed and count give the
    same test; only with `prefer_unseen` does the log matter: what was answered comes last.
    """
    random = Random(seed)
    left = {id: q for id, q in bank.questions.items() if among is None or id in among}
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
    """Another question on the same concept, and of those the one that was not asked for longest.
    Difficulty follows the learner: a harder one after a right answer without hints, an easier one
    after a wrong answer, else one like it. None if it is the only one."""
    here = bank.questions[id]
    last = {event.question: event for event in log}
    aim = DIFFICULTIES.index(here.difficulty) + _change(last.get(id))
    new = len(log) < NEW

    def order(question: Question) -> tuple[bool, int, int, str]:
        away = abs(DIFFICULTIES.index(question.difficulty) - aim)
        event = last.get(question.id)
        return new and not plain(question), away, event.time if event else -1, question.id

    return min(
        (q for q in bank.of(bank.concept_of(id).concept) if q.id != id), key=order, default=None
    )


def _change(answer: Event | None) -> int:
    """By how much the next question is to be harder."""
    if answer is None or (answer.right and answer.hints):
        return 0
    return 1 if answer.right else -1
