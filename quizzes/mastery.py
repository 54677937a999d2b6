"""How well each concept is known, from the log.

The level of a concept starts at 0: it has to be earned. Each attempt moves it a part of the way to
1 (right) or to 0 (wrong), so a right answer never lowers it, a wrong one never raises it, and what
was long ago fades with every attempt that follows. The part is

    right:  0.35 x difficulty x certainty x (1 - hints / 3)
    wrong:  0.35 x (2 - difficulty) x certainty

with difficulty 0.7, 1, 1.3: a hard question that was answered says more, and a hard one that was
missed says less; and certainty 0.5, 0.8, 1: a guess is weak evidence either way. Three medium
questions, right and certain, lead to 0.73. Time alone changes nothing here; forgetting is the
business of review.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quizzes.bank import Bank
from quizzes.grading import Certainty
from quizzes.log import Event, Log
from quizzes.schema import Difficulty

RATE = 0.35
DIFFICULTY: dict[Difficulty, float] = {"easy": 0.7, "medium": 1.0, "hard": 1.3}
CERTAINTY: dict[Certainty, float] = {"unsure": 0.5, "fairly": 0.8, "certain": 1.0}


@dataclass(frozen=True)
class Mastery:
    """What the log says about one concept."""

    level: float
    """From 0 to 1."""
    attempts: int
    last: int
    """When the latest was, in milliseconds since the epoch."""


def mastery(bank: Bank, log: Log) -> dict[str, Mastery | None]:
    """For every concept of the bank; None where nothing was tried. Attempts at questions that are
    no longer in the bank are left out."""
    attempts: dict[str, list[Event]] = {concept.concept: [] for concept in bank.concepts}
    for event in log:
        if event.question in bank.questions:
            attempts[bank.concept_of(event.question).concept].append(event)
    return {concept: _of(bank, events) for concept, events in attempts.items()}


def _of(bank: Bank, events: Sequence[Event]) -> Mastery | None:
    if not events:
        return None
    level = 0.0
    for event in events:
        goal = 1.0 if event.right else 0.0
        level += _part(event, bank.questions[event.question].difficulty) * (goal - level)
    return Mastery(level=level, attempts=len(events), last=events[-1].time)


def _part(event: Event, difficulty: Difficulty) -> float:
    """How far an attempt moves the level, from 0 to 1."""
    weight = DIFFICULTY[difficulty] if event.right else 2 - DIFFICULTY[difficulty]
    helped = 1 - event.hints / 3 if event.right else 1.0
    return RATE * weight * CERTAINTY[event.certainty] * helped
