"""When to ask a question again: spaced repetition by FSRS (github.com/open-spaced-repetition).

Nothing is stored but the log: the state of every card is worked out by replaying it, so it is the
same on every device and after every merge. An answer is rated

    wrong, or left open           Again
    right, but unsure or hinted   Hard
    right and fairly certain      Good
    right and certain             Easy

Intervals are whole days. FSRS's learning steps of minutes are left out: within one sitting, the
page asks a sibling of the question instead of the same one again.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import fsrs

from quizzes.log import Event, Log

DAY = 24 * 60 * 60 * 1000
LONGEST = 365
"""Days: who comes back after a year is asked everything."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCHEDULER = fsrs.Scheduler(
    learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False
)


@dataclass(frozen=True)
class Card:
    """What is known about one question."""

    due: int
    """When to ask it again, in milliseconds since the epoch."""
    stability: float
    """After so many days, nine of ten such questions are still known."""
    difficulty: float
    """For this student, from 1 to 10."""
    reps: int
    lapses: int
    """How often it was wrong after it had been right."""


def rating(event: Event) -> fsrs.Rating:
    """How well it was known, in the words of FSRS."""
    if not event.right:
        return fsrs.Rating.Again
    if event.hints or event.certainty == "unsure":
        return fsrs.Rating.Hard
    return fsrs.Rating.Good if event.certainty == "fairly" else fsrs.Rating.Easy


def schedule(log: Log, now: int) -> dict[str, Card]:
    """The card of every question that was ever answered; `now` in milliseconds."""
    attempts: dict[str, list[Event]] = {}
    for event in log:
        attempts.setdefault(event.question, []).append(event)
    return {question: _replay(events, now) for question, events in attempts.items()}


def _replay(events: Sequence[Event], now: int) -> Card:
    """One card. A clock that was ahead leaves attempts in the future, and with them a due day that
    would never come. When they really were, nobody knows: they are replayed first, and if there are
    no others, the question is due. A day is allowed, for devices that disagree."""
    known = [event for event in events if event.time <= now + DAY]
    dated_ahead = events[len(known) :]
    start = known[0].time if known else now
    times = [start] * len(dated_ahead) + [event.time for event in known]
    card = fsrs.Card(card_id=0, due=_datetime(start))
    lapses, ever_right = 0, False
    for event, time in zip((*dated_ahead, *known), times, strict=True):
        card, _ = SCHEDULER.review_card(card, rating(event), _datetime(time))
        lapses += ever_right and not event.right
        ever_right = ever_right or event.right
    assert card.stability is not None
    assert card.difficulty is not None
    return Card(
        due=_milliseconds(card.due) if known else now,
        stability=card.stability,
        difficulty=card.difficulty,
        reps=len(events),
        lapses=lapses,
    )


def _datetime(time: int) -> datetime:
    return EPOCH + timedelta(milliseconds=time)


def _milliseconds(time: datetime) -> int:
    return (time - EPOCH) // timedelta(milliseconds=1)


def _dues(log: Log, now: int, known: Container[str] | None) -> list[tuple[int, str]]:
    cards = schedule(log, now).items()
    return sorted((card.due, id) for id, card in cards if known is None or id in known)


def due(log: Log, now: int, known: Container[str] | None = None) -> list[str]:
    """The questions to be asked now, the longest overdue first. With `known`, only those of them:
    the bank may have lost some."""
    return [id for time, id in _dues(log, now, known) if time <= now]


def session(log: Log, now: int, limit: int = 20, known: Container[str] | None = None) -> list[str]:
    """As many of the due questions as one sitting takes."""
    return due(log, now, known)[:limit]


def forecast(log: Log, now: int, days: int = 14, known: Container[str] | None = None) -> list[int]:
    """How many questions fall due on each of the coming days, of 24 hours from now on; the first
    one takes what is overdue. Nothing is assumed about the answers."""
    counts = [0] * days
    for time, _ in _dues(log, now, known):
        day = max(0, time - now) // DAY
        if day < days:
            counts[day] += 1
    return counts
