"""Reviews come back when FSRS says so, and the log alone decides."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.log import Event, Log, dump, merge, parse
from quizzes.review import DAY, due, forecast, rating, schedule, session
from tests.quizzes.made import NOON, attempt, histories

nows = st.integers(0, 10).map(lambda n: NOON + n * DAY // 3)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (attempt(chosen=1, certainty="certain"), fsrs.Rating.Again),
        (attempt(chosen=None), fsrs.Rating.Again),
        (attempt(certainty="unsure"), fsrs.Rating.Hard),
        (attempt(certainty="certain", hints=1), fsrs.Rating.Hard),
        (attempt(certainty="fairly"), fsrs.Rating.Good),
        (attempt(certainty="certain"), fsrs.Rating.Easy),
    ],
)
def test_ratings(event: Event, expected: fsrs.Rating) -> None:
    assert rating(event) == expected


def test_it_is_what_the_package_says() -> None:
    """The same reviews given to FSRS by hand, with its own defaults but for the learning steps."""
    days = [0, 2, 9, 30]
    choices = [0, 0, 1, 0]
    log = Log(
        tuple(attempt(chosen=c, time=NOON + d * DAY) for c, d in zip(choices, days, strict=True))
    )
    by_hand = fsrs.Scheduler(
        learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False
    )
    first = datetime.fromtimestamp(NOON / 1000, UTC)
    card = fsrs.Card(card_id=1, due=first)
    for chosen, day in zip(choices, days, strict=True):
        score = fsrs.Rating.Again if chosen else fsrs.Rating.Good
        card, _ = by_hand.review_card(card, score, first + timedelta(days=day))
    found = schedule(log, NOON + 40 * DAY)["goal-0"]
    assert found.stability == card.stability and found.difficulty == card.difficulty
    assert found.due == card.due.timestamp() * 1000
    assert (found.reps, found.lapses) == (4, 1)


def test_better_answers_come_back_later() -> None:
    """The first intervals of FSRS 6: 1, 1, 2 and 8 days."""
    events = [
        attempt("goal-0", 1),
        attempt("goal-1", 0, "unsure"),
        attempt("goal-2", 0, "fairly"),
        attempt("goal-3", 0, "certain"),
    ]
    cards = schedule(Log(tuple(events)), NOON)
    assert [(cards[e.question].due - NOON) // DAY for e in events] == [1, 1, 2, 8]


def test_wrong_before_it_was_ever_right_is_no_lapse() -> None:
    events = [attempt(chosen=c, time=NOON + i * DAY) for i, c in enumerate([1, 1, 0, 1])]
    assert schedule(Log(tuple(events)), NOON + 9 * DAY)["goal-0"].lapses == 1


def test_due_session_forecast() -> None:
    log = Log(
        (
            attempt("goal-0", 1, time=NOON),
            attempt("goal-1", 1, time=NOON - DAY),
            attempt("goal-2", 0, "certain", time=NOON),
        )
    )
    assert due(log, NOON - 1) == []
    assert due(log, NOON) == ["goal-1"]
    assert due(log, NOON + DAY) == ["goal-1", "goal-0"]
    assert session(log, NOON + DAY, limit=1) == ["goal-1"]
    assert due(log, NOON + DAY, known={"goal-0"}) == ["goal-0"]
    # goal-1 is due now, goal-0 in a day, goal-2 in eight.
    assert forecast(log, NOON) == [1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert forecast(log, NOON + 3 * DAY, days=3) == [2, 0, 0]


def test_an_empty_log_has_nothing_due() -> None:
    assert (
        schedule(Log(), NOON) == {} and due(Log(), NOON) == [] and sum(forecast(Log(), NOON)) == 0
    )


@given(histories, nows)
def test_nothing_breaks_and_everything_adds_up(events: list[Event], now: int) -> None:
    log = Log(tuple(events))
    cards = schedule(log, now)
    assert set(cards) == {event.question for event in log}
    assert sum(card.reps for card in cards.values()) == len(log)
    for card in cards.values():
        assert card.stability > 0 and 1 <= card.difficulty <= 10 and card.lapses < card.reps
    now_due = due(log, now)
    assert session(log, now, 3) == now_due[:3]
    # Whatever a clock said: within a year and two days, everything has come back.
    assert len(due(log, now + 368 * DAY)) == len(cards)
    week = forecast(log, now, 7)
    assert len(week) == 7 and week[0] >= len(now_due) and sum(week) <= len(cards)


@given(histories, histories, nows, st.randoms())
def test_the_same_after_every_replay(
    a: list[Event], b: list[Event], now: int, chance: random.Random
) -> None:
    here, there = Log(tuple(a)), Log(tuple(b))
    expected = schedule(merge(here, there), now)
    assert schedule(merge(there, here), now) == expected
    assert schedule(parse(dump(merge(here, there))), now) == expected
    mixed = [*merge(here, there)]
    chance.shuffle(mixed)
    assert schedule(Log(tuple(mixed)), now) == expected


def test_a_clock_that_was_years_ahead() -> None:
    ahead = attempt(chosen=0, certainty="certain", time=NOON + 900 * DAY)
    # Nobody knows when that was: ask again, rather than in 900 days.
    assert due(Log((ahead,)), NOON) == ["goal-0"]
    log = Log((ahead, attempt(chosen=0, time=NOON)))
    assert due(log, NOON) == []
    assert NOON < schedule(log, NOON)["goal-0"].due < NOON + 100 * DAY


def test_a_clock_that_went_back() -> None:
    """The later of two answers says an earlier time; now is before both."""
    log = Log((attempt(time=NOON + DAY // 2), attempt(time=NOON)))
    assert schedule(log, NOON - DAY // 2)["goal-0"].reps == 2
    assert due(log, 0) == ["goal-0"]
