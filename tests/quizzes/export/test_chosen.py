"""Which questions are taken along, and in which order."""

from __future__ import annotations

import pytest

from quizzes.bank import Bank
from quizzes.export.chosen import ExportError, choose, these
from quizzes.grading import UNSHUFFLED
from quizzes.log import Log
from quizzes.selection import select
from tests.quizzes.export.made import BANK
from tests.quizzes.made import FULL


def test_all_as_in_the_bank() -> None:
    chosen = choose(FULL)
    assert chosen.questions == tuple(FULL.questions.values())
    assert {drawn.order for drawn in chosen.drawn} == {UNSHUFFLED} and not chosen.narrowed


def test_by_idea_and_level() -> None:
    chosen = choose(FULL, ["noise", "goal"], ["easy", "hard"])
    assert {FULL.concept_of(q.id).concept for q in chosen.questions} == {"goal", "noise"}
    assert {q.difficulty for q in chosen.questions} == {"easy", "hard"}
    assert chosen.narrowed == "T, T · easy, hard"
    assert [concept.concept for concept, _ in chosen.by_concept()] == ["goal", "noise"]


def test_a_seed_is_an_order_of_the_options() -> None:
    one, other = (choose(FULL, seed=seed) for seed in (1, 2))
    assert one.questions == other.questions and one.drawn != other.drawn
    assert one == choose(FULL, seed=1)


def test_a_test_is_the_one_on_the_page() -> None:
    chosen = choose(FULL, seed=7, count=10)
    assert list(chosen.drawn) == select(FULL, Log(), 7)
    assert len(choose(FULL, ["noise"], seed=7, count=10).drawn) == 6


def test_these_only() -> None:
    chosen = these(FULL, ["noise-1", "goal-0", "not-in-the-bank"])
    assert [question.id for question in chosen.questions] == ["noise-1", "goal-0"]


@pytest.mark.parametrize(
    ("bank", "ideas", "levels", "seed", "count", "said"),
    [
        (
            FULL,
            ["nois"],
            [],
            None,
            None,
            "There is no idea “nois”: did you mean noise? There are goal",
        ),
        (FULL, ["x"], [], None, None, "There is no idea “x”: use one of goal, noise"),
        (FULL, [], ["hrd"], None, None, "There is no level “hrd”: did you mean hard?"),
        (FULL, [], [], -1, None, "There is no seed -1: use a whole number from 0 to 1000000"),
        (FULL, [], [], 10**7, None, "There is no seed 10000000"),
        (FULL, [], [], None, 0, "A test of 0 questions is none"),
        (BANK, [], ["easy"], None, None, "no question on easy: ask for another idea or level"),
    ],
)
def test_what_cannot_be_chosen(
    bank: Bank, ideas: list[str], levels: list[str], seed: int | None, count: int | None, said: str
) -> None:
    with pytest.raises(ExportError) as caught:
        choose(bank, ideas, levels, seed, count)
    assert said in str(caught.value) and str(caught.value).endswith(".")
