"""Reviews come back when FSRS says so, and the log alone decides."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.days import day_of, start_of
from quizzes.log import Event, Log, dump, merge, parse
from quizzes.review import DAY, due, forecast, rating, schedule, session
from tests.quizzes.made import NOON, attempt, histories

TODAY = day_of(NOON, UTC)
BERLIN = ZoneInfo("Europe/Berlin")
zones = st.sampled_from(
    [UTC, BERLIN, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12"), ZoneInfo("Asia/Kolkata")]
)
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
    assert found.due == card.due.toordinal()
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
    assert [cards[e.question].due - TODAY for e in events] == [1, 1, 2, 8]


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
    assert due(log, NOON - DAY) == []
    assert due(log, NOON) == ["goal-1"]
    assert due(log, NOON + DAY) == ["goal-1", "goal-0"]
    assert session(log, NOON + DAY, limit=1) == ["goal-1"]
    assert due(log, NOON + DAY, known={"goal-0"}) == ["goal-0"]
    # goal-1 is due now, goal-0 in a day, goal-2 in eight.
    cards = schedule(log, NOON).values()
    assert forecast(cards, TODAY) == [1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert forecast(cards, TODAY + 3, days=3) == [2, 0, 0]


def moment(zone: tzinfo, day: int, hour: int, minute: int = 0) -> int:
    """In December 2026, by the clock on the wall."""
    return round(datetime(2026, 12, day, hour, minute, tzinfo=zone).timestamp() * 1000)


def test_two_evenings_are_a_day_apart() -> None:
    """Although the second comes 23 and a half hours after the first."""
    evenings = [moment(BERLIN, 1, 20), moment(BERLIN, 2, 19, 30)]
    daily = schedule(Log(tuple(attempt(time=t) for t in evenings)), evenings[-1], BERLIN)["goal-0"]
    exact = [moment(BERLIN, 1, 20), moment(BERLIN, 2, 20)]
    assert (
        daily == schedule(Log(tuple(attempt(time=t) for t in exact)), exact[-1], BERLIN)["goal-0"]
    )
    same_day = schedule(Log((attempt(time=evenings[0]),)), evenings[0], BERLIN)["goal-0"]
    assert daily.stability > same_day.stability


def test_an_answer_is_due_in_the_morning() -> None:
    """Fairly right at eight in the evening: two days later from four o'clock on, not from eight."""
    log = Log((attempt(certainty="fairly", time=moment(BERLIN, 1, 20)),))
    assert due(log, moment(BERLIN, 3, 3, 59), BERLIN) == []
    assert due(log, moment(BERLIN, 3, 4), BERLIN) == ["goal-0"]
    # A late night belongs to the evening.
    late = Log((attempt(certainty="fairly", time=moment(BERLIN, 2, 3)),))
    assert due(late, moment(BERLIN, 3, 4), BERLIN) == ["goal-0"]


def test_right_again_within_minutes_puts_nothing_off() -> None:
    once = Log((attempt(certainty="certain", time=NOON),))
    often = once.add(*(attempt(certainty="certain", time=NOON + n * 60_000) for n in range(1, 9)))
    first, after = (schedule(log, NOON + DAY // 8)["goal-0"] for log in (once, often))
    assert after.due == first.due == TODAY + 8 and after.stability == first.stability
    assert after.reps == 9
    # Nor does it help to have read the solution: what was wrong today comes back tomorrow.
    wrong = Log((attempt(chosen=1, time=NOON), attempt(certainty="certain", time=NOON + 60_000)))
    assert schedule(wrong, NOON + DAY // 8)["goal-0"].due == TODAY + 1


@given(histories, nows, zones)
def test_nothing_breaks_and_everything_adds_up(events: list[Event], now: int, zone: tzinfo) -> None:
    log, today = Log(tuple(events)), day_of(now, zone)
    cards = schedule(log, now, zone)
    assert set(cards) == {event.question for event in log}
    assert sum(card.reps for card in cards.values()) == len(log)
    for card in cards.values():
        assert card.stability > 0 and 1 <= card.difficulty <= 10 and card.lapses < card.reps
    now_due = due(log, now, zone)
    assert session(log, now, 3, zone) == now_due[:3]
    # Whatever a clock said: within a year and two days, everything has come back.
    assert len(due(log, now + 368 * DAY, zone)) == len(cards)
    # What is due and the bar of today are the same, all day long.
    week = forecast(cards.values(), today, 7)
    assert len(week) == 7 and week[0] == len(now_due) and sum(week) <= len(cards)


@given(histories, nows, zones)
def test_only_the_first_answer_of_a_day_counts(events: list[Event], now: int, zone: tzinfo) -> None:
    first: dict[tuple[str, int], Event] = {}
    for event in Log(tuple(events)):
        if event.time <= now:
            first.setdefault((event.question, day_of(event.time, zone)), event)
    past = Log(tuple(event for event in events if event.time <= now))
    a, b = schedule(past, now, zone), schedule(Log(tuple(first.values())), now, zone)
    assert {q: (c.due, c.stability) for q, c in a.items()} == {
        q: (c.due, c.stability) for q, c in b.items()
    }


@given(histories, nows, zones)
def test_a_day_changes_nothing_before_it_is_over(
    events: list[Event], now: int, zone: tzinfo
) -> None:
    """What is due at its first moment is due at its last, if no clock was ahead."""
    log = Log(tuple(event for event in events if event.time <= now))
    last = start_of(day_of(now, zone) + 1, zone) - 1
    assert due(log, now, zone) == due(log, last, zone)


@given(histories, nows, zones, zones)
def test_a_journey_moves_nothing_by_more_than_its_days(
    events: list[Event], now: int, here: tzinfo, there: tzinfo
) -> None:
    """A record from another zone is read by the days of the present one. All answers are kept, and
    a single one comes back at most two days earlier or later."""
    log = Log(tuple(events))
    home, away = schedule(log, now, here), schedule(log, now, there)
    assert {q: card.reps for q, card in home.items()} == {q: card.reps for q, card in away.items()}
    for question, card in home.items():
        if card.reps == 1:
            assert abs(card.due - away[question].due) <= 2


@given(histories, histories, nows, zones, st.randoms())
def test_the_same_after_every_replay(
    a: list[Event], b: list[Event], now: int, zone: tzinfo, chance: random.Random
) -> None:
    here, there = Log(tuple(a)), Log(tuple(b))
    expected = schedule(merge(here, there), now, zone)
    assert schedule(merge(there, here), now, zone) == expected
    assert schedule(parse(dump(merge(here, there))), now, zone) == expected
    mixed = [*merge(here, there)]
    chance.shuffle(mixed)
    assert schedule(Log(tuple(mixed)), now, zone) == expected


def test_a_clock_that_was_years_ahead() -> None:
    ahead = attempt(chosen=0, certainty="certain", time=NOON + 900 * DAY)
    # Nobody knows when that was: ask again, rather than in 900 days.
    assert due(Log((ahead,)), NOON) == ["goal-0"]
    log = Log((ahead, attempt(chosen=0, time=NOON)))
    assert due(log, NOON) == []
    assert TODAY < schedule(log, NOON)["goal-0"].due < TODAY + 100


def test_a_clock_that_went_back() -> None:
    """The later of two answers says an earlier time; now is before both."""
    log = Log((attempt(time=NOON + DAY // 2), attempt(time=NOON)))
    assert schedule(log, NOON - DAY // 2)["goal-0"].reps == 2
    assert due(log, 0) == ["goal-0"]
