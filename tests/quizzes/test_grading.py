"""Marks: Moodle's table, what hints take, and that nobody gets more than there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import (
    BEST,
    CERTAINTIES,
    MARKS,
    WORST,
    Certainty,
    GradingOptions,
    Response,
    grade,
)
from tests.quizzes.made import FULL

QUESTION = FULL.questions["goal-0"]


def answer(chosen: int | None, certainty: Certainty = "unsure", hints: int = 0) -> Response:
    return Response("goal-0", chosen, certainty, hints)


@pytest.mark.parametrize(
    ("certainty", "right", "wrong"), [("unsure", 1, 0), ("fairly", 2, -2), ("certain", 3, -6)]
)
def test_the_marks_are_those_of_moodle(certainty: Certainty, right: int, wrong: int) -> None:
    good, bad = grade(QUESTION, answer(0, certainty)), grade(QUESTION, answer(1, certainty))
    assert (good.right, good.mark, good.misconception) == (True, right, None)
    assert (bad.right, bad.mark, bad.misconception) == (False, wrong, "wet")
    assert bad.confident_error == (certainty == "certain") and not good.confident_error


def test_honesty_pays() -> None:
    """At every belief p, the certainty with the highest expected mark is the one that fits it."""
    for percent, fitting in [(50, "unsure"), (75, "fairly"), (90, "certain")]:
        p = percent / 100
        gain = {c: p * MARKS[c][0] + (1 - p) * MARKS[c][1] for c in CERTAINTIES}
        assert max(gain, key=lambda certainty: gain[certainty]) == fitting


def test_each_hint_takes_a_third() -> None:
    marks = [grade(QUESTION, answer(0, "certain", hints)).mark for hints in (0, 1, 2)]
    assert marks == [3, 2, 1]
    assert grade(QUESTION, answer(0, "unsure", 1)).mark == 0.67
    # A mistake costs the same with hints as without.
    assert grade(QUESTION, answer(1, "certain", 2)).mark == -6


def test_the_share_can_be_chosen() -> None:
    free = grade(QUESTION, answer(0, "certain", 2), GradingOptions(hint_share=0))
    dear = grade(QUESTION, answer(0, "certain", 2), GradingOptions(hint_share=1))
    assert (free.mark, dear.mark) == (3, 0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        GradingOptions(hint_share=1.5)


def test_what_is_left_open_costs_nothing() -> None:
    graded = grade(QUESTION, answer(None, "certain"))
    assert (graded.right, graded.mark, graded.confident_error) == (False, 0, False)
    assert graded.response.letter is None


def test_the_letter_is_the_one_that_was_shown() -> None:
    assert Response("goal-0", 0, order=(2, 3, 0, 1)).letter == "C"


@pytest.mark.parametrize(
    "wrong",
    [
        {"chosen": 4},
        {"chosen": -1},
        {"chosen": 0, "hints": 3},
        {"chosen": 0, "certainty": "very"},
        {"chosen": 0, "order": (0, 1, 2, 2)},
    ],
)
def test_impossible_answers_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        Response("goal-0", **wrong)  # type: ignore[arg-type]


def test_an_answer_to_another_question_is_refused() -> None:
    with pytest.raises(ValueError, match="not to noise-0"):
        grade(FULL.questions["noise-0"], answer(0))


@given(
    chosen=st.sampled_from([None, 0, 1, 2, 3]),
    certainty=st.sampled_from(CERTAINTIES),
    hints=st.integers(0, 2),
    share=st.floats(0, 1),
)
def test_a_mark_is_never_more_than_the_best(
    chosen: int | None, certainty: Certainty, hints: int, share: float
) -> None:
    graded = grade(QUESTION, answer(chosen, certainty, hints), GradingOptions(share))
    assert WORST <= graded.mark <= graded.best == BEST
    assert (graded.mark > 0) <= graded.right
    # Another hint never helps the mark.
    if hints:
        without = grade(QUESTION, answer(chosen, certainty, hints - 1), GradingOptions(share))
        assert without.mark >= graded.mark
