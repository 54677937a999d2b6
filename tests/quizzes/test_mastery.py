"""Mastery: earned by right answers, lost by wrong ones, and the same after every replay."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.log import Event, Log, dump, merge, parse
from quizzes.mastery import mastery
from quizzes.schema import CONCEPTS
from tests.quizzes.made import FULL, NOON, attempt, bank_of, histories


def level(*events: Event) -> float:
    found = mastery(FULL, Log(events))["goal"]
    assert found is not None
    return found.level


def test_what_was_not_tried_has_no_level() -> None:
    found = mastery(FULL, Log((attempt("goal-0"),)))
    assert list(found) == list(CONCEPTS)
    assert found["goal"] is not None and found["noise"] is None


def test_three_good_answers_as_documented() -> None:
    # goal-1 is of medium difficulty: 1 - (1 - 0.35)^3
    events = [attempt("goal-1", 0, "certain", time=NOON + i) for i in range(3)]
    assert level(*events) == pytest.approx(1 - 0.65**3)


@given(histories, st.sampled_from(["goal-0", "goal-1", "goal-2"]), st.integers(0, 2))
def test_evidence_moves_it_the_right_way(events: list[Event], question: str, hints: int) -> None:
    log = Log(tuple(events)).add(attempt("goal-0", time=0))
    later = max(event.time for event in log) + 1
    before = mastery(FULL, log)["goal"]
    better = mastery(FULL, log.add(attempt(question, 0, "fairly", hints, later)))["goal"]
    worse = mastery(FULL, log.add(attempt(question, 1, "fairly", hints, later)))["goal"]
    assert before and better and worse
    assert 0 <= worse.level <= before.level < better.level <= 1
    assert better.attempts == before.attempts + 1 and better.last == later


def test_what_weighs_more() -> None:
    assert level(attempt("goal-2")) > level(attempt("goal-1")) > level(attempt("goal-0"))
    certain, fairly, unsure = (attempt("goal-1", 0, c) for c in ("certain", "fairly", "unsure"))
    assert level(certain) > level(fairly) > level(unsure) > 0
    assert level(attempt("goal-1")) > level(attempt("goal-1", hints=1)) > 0
    known = [attempt("goal-1", 0, "certain", time=NOON - 5 + i) for i in range(3)]
    missed_easy, missed_hard = attempt("goal-0", 1), attempt("goal-2", 1)
    assert level(*known, missed_easy) < level(*known, missed_hard) < level(*known)
    assert level(*known, attempt("goal-1", None)) < level(*known)


def test_what_is_recent_counts_more() -> None:
    right, wrong = attempt("goal-1", 0), attempt("goal-1", 1)
    later = NOON + 1000
    rising = level(wrong, right.model_copy(update={"time": later}))
    assert rising > level(right, wrong.model_copy(update={"time": later}))


def test_questions_that_left_the_bank_are_left_out() -> None:
    assert mastery(bank_of({"goal": ["easy"]}), Log((attempt("goal-1"),))) == {"goal": None}


@given(histories, histories, st.randoms())
def test_the_same_after_every_replay(a: list[Event], b: list[Event], chance: random.Random) -> None:
    here, there = Log(tuple(a)), Log(tuple(b))
    expected = mastery(FULL, merge(here, there))
    assert mastery(FULL, merge(there, here)) == expected
    assert mastery(FULL, parse(dump(merge(here, there)))) == expected
    mixed = [*merge(here, there)]
    chance.shuffle(mixed)
    assert mastery(FULL, Log(tuple(mixed))) == expected
