"""Tests are fair, reproducible and never repeat; siblings and verdicts are what they say."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.bank import Bank, load_bank
from quizzes.grading import Certainty, Graded, Response, grade
from quizzes.log import Event, Log
from quizzes.schema import CONCEPTS, DIFFICULTIES
from quizzes.selection import gentle, plain, select, shuffled, sibling
from quizzes.verdict import Tally, verdict
from tests.quizzes.made import DAY, FULL, NOON, attempt, bank_of, histories

BANK = load_bank()
banks = st.dictionaries(
    st.sampled_from(CONCEPTS),
    st.lists(st.sampled_from(DIFFICULTIES), min_size=1, max_size=4),
    min_size=1,
).map(bank_of)


@given(st.integers())
def test_a_test_of_ten(seed: int) -> None:
    drawn = select(FULL, Log(), seed)
    difficulties = [d.question.difficulty for d in drawn]
    assert difficulties == ["easy"] * 3 + ["medium"] * 4 + ["hard"] * 3
    # Ten questions, twelve concepts: none comes twice.
    assert len({FULL.concept_of(d.question.id).concept for d in drawn}) == 10


@given(banks, st.integers(0, 2**31), st.integers(0, 30), st.booleans(), histories)
def test_whatever_the_bank(
    bank: Bank, seed: int, count: int, unseen: bool, events: list[Event]
) -> None:
    log = Log(tuple(events))
    drawn = select(bank, log, seed, count, prefer_unseen=unseen)
    ids = [d.question.id for d in drawn]
    assert len(ids) == len(set(ids)) == min(count, len(bank.questions))
    assert all(sorted(d.order) == [0, 1, 2, 3] for d in drawn)
    assert drawn == select(bank, log, seed, count, prefer_unseen=unseen)
    # No concept is asked again while another, with questions left, was asked less often.
    used = Counter(bank.concept_of(id).concept for id in ids)
    for concept in bank.concepts:
        if used[concept.concept] < len(concept.questions):
            assert max(used.values(), default=0) <= used[concept.concept] + 1


@given(histories, st.integers())
def test_the_log_changes_nothing_unless_asked(events: list[Event], seed: int) -> None:
    assert select(FULL, Log(tuple(events)), seed) == select(FULL, Log(), seed)


def test_seeds_differ_and_every_question_has_its_turn() -> None:
    tests = [select(FULL, Log(), seed) for seed in range(200)]
    assert len({tuple(d.question.id for d in test) for test in tests}) > 190
    asked = Counter(d.question.id for test in tests for d in test)
    assert set(asked) == set(FULL.questions) and min(asked.values()) > 5
    # The right option stands at each place about as often.
    places = Counter(d.order.index(d.question.answer) for test in tests for d in test)
    assert all(0.2 < places[place] / 2000 < 0.3 for place in range(4))


def test_the_place_in_the_file_changes_nothing() -> None:
    """Moving questions around in the YAML leaves every test as it is."""
    turned = {c: [*DIFFICULTIES] * 2 for c in reversed(CONCEPTS)}
    assert select(bank_of(turned), Log(), 5) == select(FULL, Log(), 5)


def test_what_was_not_seen_comes_first_if_wished() -> None:
    first = [id for id in FULL.questions if id.endswith(("-0", "-1", "-2"))]
    log = Log(tuple(attempt(id) for id in first))
    drawn = select(FULL, log, 3, prefer_unseen=True)
    assert not {d.question.id for d in drawn} & set(first)


def test_options_are_shown_in_the_drawn_order() -> None:
    question = FULL.questions["goal-0"]
    shown = shuffled(question, 1)
    assert shown == shuffled(question, 1)
    assert len({shuffled(question, seed).order for seed in range(300)}) == 24
    assert [place for place, _ in shown.options] == list(shown.order)
    assert all(question.options[place] is option for place, option in shown.options)


def test_a_sibling_is_near_and_not_fresh_in_mind() -> None:
    near = sibling(FULL, "goal-0", Log())
    assert near is not None and near.id == "goal-3"
    bank = bank_of({"goal": ["easy", "hard", "medium", "medium", "medium"], "noise": ["easy"]})
    log = Log((attempt("goal-3", time=NOON), attempt("goal-2", time=NOON + DAY)))
    found = sibling(bank, "goal-0", log)
    assert found is not None and found.id == "goal-4"
    log = log.add(attempt("goal-4", time=NOON + 2 * DAY))
    found = sibling(bank, "goal-0", log)
    assert found is not None and found.id == "goal-3"
    assert sibling(bank, "noise-0", log) is None


def test_the_next_one_is_as_hard_as_suits_the_learner() -> None:
    bank = bank_of({"goal": ["medium", "easy", "medium", "hard"]})

    def after(**answer: Any) -> str:
        found = sibling(bank, "goal-0", Log((attempt("goal-0", **answer),)))
        assert found is not None
        return found.difficulty

    assert after(chosen=0) == "hard"
    assert after(chosen=0, hints=1) == "medium"
    assert after(chosen=1) == after(chosen=None) == "easy"


def test_who_is_new_meets_no_code() -> None:
    asked = "training-target-the-step"
    for question in BANK.questions.values():
        found = sibling(BANK, question.id, Log())
        idea = BANK.of(BANK.concept_of(question.id).concept)
        assert found and (plain(found) or not any(plain(q) for q in idea if q is not question))
    # Later on, it is one of those that were not asked for longest.
    first = attempt()
    log = Log(
        tuple(
            first.model_copy(update={"question": id, "id": f"{n:032x}"})
            for n, id in enumerate(q for q in BANK.questions if not q.startswith("training-target"))
        )
    )
    assert len(log) > 8
    # Right, so a harder one; of the two that are medium, one has code and comes first by name.
    log = log.add(first.model_copy(update={"question": asked, "id": "f" * 32}))
    found = sibling(BANK, asked, log)
    assert found and not plain(found)


@given(st.integers())
def test_a_gentle_test(seed: int) -> None:
    drawn = gentle(BANK, seed)
    assert len({d.question.id for d in drawn}) == 10 and drawn == gentle(BANK, seed)
    assert all(d.question.difficulty == "easy" and plain(d.question) for d in drawn)
    for one in drawn:
        text = repr(one.question.stem) + repr(one.question.options) + repr(one.question.solution)
        assert not any(sign in text for sign in ("`", "beta", "β"))


def answers(
    right: int, wrong: int, certainty: Certainty = "fairly", left_open: int = 0
) -> list[Graded]:
    """Answers to the first questions of different concepts."""
    chosen = [0] * right + [1] * wrong + [None] * left_open
    return [
        grade(FULL.questions[f"{concept}-0"], Response(f"{concept}-0", option, certainty))
        for concept, option in zip(CONCEPTS, chosen, strict=False)
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "level"),
    [
        (10, 0, "strong"),
        (8, 2, "strong"),
        (7, 3, "getting there"),
        (5, 5, "getting there"),
        (4, 6, "not yet"),
        (0, 10, "not yet"),
        (0, 0, "not yet"),
    ],
)
def test_levels(right: int, wrong: int, level: str) -> None:
    found = verdict(FULL, answers(right, wrong))
    assert found.level == level and found.total == Tally(right, right + wrong)
    assert found.mark == 2 * right - 2 * wrong and found.best == 3 * (right + wrong)


def test_a_verdict_adds_up() -> None:
    graded = [*answers(3, 2, "certain", left_open=1)]
    found = verdict(FULL, graded)
    assert found.calibration == {"unsure": Tally(), "fairly": Tally(), "certain": Tally(3, 5)}
    assert found.calibration["unsure"].share is None and found.calibration["certain"].share == 0.6
    assert found.by_difficulty["easy"] == Tally(3, 6) and found.by_difficulty["hard"] == Tally()
    assert found.confident_errors == ("closed-form-0", "schedule-0")
    assert found.by_concept["goal"] == Tally(1, 1) and "ddpm-step" not in found.by_concept
    # Sure of an error comes before left open; pages: forward, reverse, overview, training, …
    assert [concept.concept for concept in found.go_to] == [
        "closed-form",
        "schedule",
        "training-target",
    ]


def test_nobody_is_sent_to_one_page_twice_or_for_what_was_right() -> None:
    found = verdict(FULL, answers(2, 8))
    pages = [concept.page for concept in found.go_to]
    assert len(pages) == len(set(pages)) == 3
    assert verdict(FULL, answers(10, 0)).go_to == ()


def test_a_question_that_left_the_bank_counts_for_the_total() -> None:
    graded = answers(2, 0)
    small = bank_of({"goal": ["easy"]})
    found = verdict(small, graded)
    assert found.total == Tally(2, 2) and found.by_concept == {"goal": Tally(1, 1)}


def test_tests_of_the_real_bank() -> None:
    bank = load_bank()
    if len(bank.concepts) < len(CONCEPTS):
        pytest.skip("the bank is not complete")
    for seed in range(50):
        drawn = select(bank, Log(), Random(seed).getrandbits(31))
        count = Counter(d.question.difficulty for d in drawn)
        assert count == {"easy": 3, "medium": 4, "hard": 3}
        assert len({bank.concept_of(d.question.id).concept for d in drawn}) == 10
