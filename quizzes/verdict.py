"""What a test says about who took it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from quizzes.bank import Bank
from quizzes.grading import CERTAINTIES, Certainty, Graded
from quizzes.schema import DIFFICULTIES, Concept, Difficulty

Level = Literal["strong", "getting there", "not yet"]
STRONG, GETTING_THERE = 0.8, 0.5
MOST_PAGES = 3


@dataclass(frozen=True)
class Tally:
    """How many of how many."""

    right: int = 0
    asked: int = 0

    @property
    def share(self) -> float | None:
        """Of those asked, how many were right; None if none was asked."""
        return self.right / self.asked if self.asked else None


@dataclass(frozen=True)
class Verdict:
    """The result of a test, and where to go from here."""

    level: Level
    total: Tally
    mark: float
    best: float
    by_difficulty: dict[Difficulty, Tally]
    by_concept: dict[str, Tally]
    """Only those that were asked about, in the order of the bank."""
    calibration: dict[Certainty, Tally]
    """How often one was right when one said so; what was left open says nothing about it."""
    confident_errors: tuple[str, ...]
    """The questions that were answered wrong for certain."""
    go_to: tuple[Concept, ...]
    """What to look at again, the weakest first, each page once."""


def verdict(bank: Bank, graded: Sequence[Graded]) -> Verdict:
    """Sum up a test. Answers to questions that are not in the bank count for the total alone."""
    known = [g for g in graded if g.response.question in bank.questions]
    total = _tally(graded)
    share = total.share or 0.0
    by_concept = {
        concept.concept: tally
        for concept in bank.concepts
        if (tally := _tally([g for g in known if _concept(bank, g) is concept])).asked
    }
    answered = [g for g in graded if g.response.chosen is not None]
    return Verdict(
        level=_level(share),
        total=total,
        mark=round(sum(g.mark for g in graded), 2),
        best=sum(g.best for g in graded),
        by_difficulty={
            word: _tally(
                [g for g in known if bank.questions[g.response.question].difficulty == word]
            )
            for word in DIFFICULTIES
        },
        by_concept=by_concept,
        calibration={
            word: _tally([g for g in answered if g.response.certainty == word])
            for word in CERTAINTIES
        },
        confident_errors=tuple(g.response.question for g in graded if g.confident_error),
        go_to=_go_to(bank, known, by_concept),
    )


def _concept(bank: Bank, graded: Graded) -> Concept:
    return bank.concept_of(graded.response.question)


def _tally(graded: Sequence[Graded]) -> Tally:
    return Tally(sum(g.right for g in graded), len(graded))


def _level(share: float) -> Level:
    if share >= STRONG:
        return "strong"
    return "getting there" if share >= GETTING_THERE else "not yet"


def _go_to(bank: Bank, graded: Sequence[Graded], tallies: dict[str, Tally]) -> tuple[Concept, ...]:
    """By share, then by marks (who is sure of an error needs the page more than who was in doubt),
    then in the order in which the concepts build on each other."""
    marks: Counter[str] = Counter()
    for g in graded:
        marks[_concept(bank, g).concept] += g.mark  # type: ignore[assignment]
    weak = [c for c in bank.concepts if c.concept in tallies and tallies[c.concept].share != 1]
    weak.sort(key=lambda c: (tallies[c.concept].share or 0.0, marks[c.concept]))
    first_of_page: dict[str, Concept] = {}
    for concept in weak:
        first_of_page.setdefault(concept.page, concept)
    return tuple(first_of_page.values())[:MOST_PAGES]
