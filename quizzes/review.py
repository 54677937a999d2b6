"""When to ask a question again: spaced repetition by FSRS (github.com/open-spaced-repetition).

Nothing is stored but the log: the state of every card is worked out by replaying it, so it is the
same on every device and after every merge. An answer is rated

    wrong, or left open           Again
    right, but unsure or hinted   Hard
    right and fairly certain      Good
    right and certain             Easy

Intervals are whole days of the learner (days.py): what is answered late on Monday and early on
Tuesday is a day apart. FSRS's learning steps of minutes are left out: within one sitting, the page
asks a sibling of the question instead of the same one again.

Of several answers to one question on one day, the first counts, as in Anki, where a card that was
answered is not due again that day and looking at it all the same changes nothing. The first one
tests what was remembered; those that follow have read the solution a moment ago, and each of them
would multiply the interval.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

import fsrs

from quizzes.days import day_of
from quizzes.log import Event, Log

DAY = 24 * 60 * 60 * 1000
LONGEST = 365
"""Days: who comes back after a year is asked everything."""
SCHEDULER = fsrs.Scheduler(
    learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False
)


@dataclass(frozen=True)
class Card:
    """What is known about one question."""

    due: int
    """The day on which to ask it again."""
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


def schedule(
    log: Log, now: int, zone: tzinfo = UTC, known: Container[str] | None = None
) -> dict[str, Card]:
    """The card of every question that was ever answered; `now` in milliseconds, `zone` that of the
    learner. With `known`, only those of them: the bank may have lost some."""
    attempts: dict[str, list[Event]] = {}
    for event in log:
        if known is None or event.question in known:
            attempts.setdefault(event.question, []).append(event)
    return {question: _replay(events, now, zone) for question, events in attempts.items()}


def _replay(events: Sequence[Event], now: int, zone: tzinfo) -> Card:
    """One card. A clock that was ahead leaves attempts in the future, and with them a due day that
    would never come. When they really were, nobody knows: they are taken for one of the day before
    the others, and if there are no others, the question is due. A day is allowed, for devices that
    disagree."""
    known = [event for event in events if event.time <= now + DAY]
    dated_ahead = events[len(known) :]
    start = day_of(known[0].time if known else now, zone)
    days = [start - 1] * len(dated_ahead) + [day_of(event.time, zone) for event in known]
    card = fsrs.Card(card_id=0, due=_midnight(start))
    lapses, ever_right, last = 0, False, None
    for event, day in zip((*dated_ahead, *known), days, strict=True):
        if day != last:  # the first of its day
            card, _ = SCHEDULER.review_card(card, rating(event), _midnight(day))
        last = day
        lapses += ever_right and not event.right
        ever_right = ever_right or event.right
    assert card.stability is not None
    assert card.difficulty is not None
    return Card(
        due=card.due.toordinal() if known else day_of(now, zone),
        stability=card.stability,
        difficulty=card.difficulty,
        reps=len(events),
        lapses=lapses,
    )


def _midnight(day: int) -> datetime:
    """The day as FSRS is told of it, so that what it counts between two are the learner's days."""
    return datetime.combine(date.fromordinal(day), time(), UTC)


def due(log: Log, now: int, zone: tzinfo = UTC, known: Container[str] | None = None) -> list[str]:
    """The questions to be asked today, the longest overdue first."""
    today = day_of(now, zone)
    cards = schedule(log, now, zone, known).items()
    return [id for day, id in sorted((card.due, id) for id, card in cards) if day <= today]


def session(
    log: Log,
    now: int,
    limit: int = 20,
    zone: tzinfo = UTC,
    known: Container[str] | None = None,
) -> list[str]:
    """As many of the due questions as one sitting takes."""
    return due(log, now, zone, known)[:limit]


def forecast(cards: Iterable[Card], today: int, days: int = 14) -> list[int]:
    """How many questions fall due today and on each of the coming days; today takes what is
    overdue. Nothing is assumed about the answers."""
    counts = [0] * days
    for card in cards:
        ahead = max(0, card.due - today)
        if ahead < days:
            counts[ahead] += 1
    return counts
