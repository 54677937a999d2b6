"""Guesses by habit are scored exactly, and only what is far from chance is suspicious."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from quizzes import fairness
from quizzes.bank import load_bank
from quizzes.schema import Option, Question
from tests.quizzes.made import bank_of

ANY = next(iter(bank_of({"goal": ["easy"]}).questions.values()))


def question(*texts: str, right: int = 0, stem: str = "What is it?", name: str = "one") -> Question:
    options = tuple(
        Option(text=text, feedback="So.", right=True)
        if place == right
        else Option(text=text, feedback="No.", misconception="wet")
        for place, text in enumerate(texts)
    )
    return ANY.model_copy(update={"id": name, "stem": stem, "options": options})


@pytest.mark.parametrize(
    ("habit", "stem", "texts", "chosen"),
    [
        (fairness.longest, "", ("a", "bbb", "cc", "ddd"), [1, 3]),
        (fairness.shortest, "", ("a", "bbb", "c", "ddd"), [0, 2]),
        (fairness.middle, "", ("a", "bb", "ccc", "dddd"), [1, 2]),
        (fairness.middle, "", ("aa", "bb", "cc", "d"), [0, 1, 2, 3]),
        (fairness.echo, "The noise gets stronger", ("snow", "noisy", "strong noise", "it"), [2]),
        (fairness.echo, "Of 0.75 what is left?", ("0.25", "0.75", "75", "7.5"), [1]),
        (fairness.echo, "What is it?", ("it is", "is", "what a day", "it"), [2]),
        (fairness.careful, "", ("always", "mostly", "never, only", "it must"), [1]),
        (fairness.careful, "", ("Nothing", "the lonely one", "anyone", "all"), [1, 2]),
    ],
)
def test_what_a_habit_chooses(
    habit: Callable[[Question], list[int]], stem: str, texts: tuple[str, ...], chosen: list[int]
) -> None:
    assert habit(question(*texts, stem=stem)) == chosen


def by_hand(questions: list[Question]) -> tuple[float, float]:
    """The share, and the chance of being as far from a quarter, over all places that the right
    options could have."""
    chosen = [fairness.longest(one) for one in questions]

    def reached(right: tuple[int, ...]) -> Fraction:
        return sum(
            (Fraction(1, len(c)) for c, place in zip(chosen, right, strict=True) if place in c),
            Fraction(0),
        )

    mean = Fraction(len(questions), 4)
    real = reached(tuple(one.answer for one in questions))
    everything = [*itertools.product(range(4), repeat=len(questions))]
    far = sum(abs(reached(right) - mean) >= abs(real - mean) for right in everything)
    return float(real / len(questions)), far / len(everything)


def test_the_chance_is_that_of_all_fair_banks_counted_out() -> None:
    lengths = [(1, 2, 3, 4), (2, 2, 1, 1), (3, 3, 3, 1), (5, 5, 5, 5), (1, 1, 1, 9), (4, 4, 2, 1)]
    rng = random.Random(7)
    for _ in range(5):
        questions = [question(*("x" * n for n in some), right=rng.randrange(4)) for some in lengths]
        score = fairness.score(fairness.longest, questions)
        assert (score.share, score.chance) == pytest.approx(by_hand(questions))


def test_a_tell_is_suspicious_and_so_is_its_opposite() -> None:
    tell = [question("much longer", "b", "c", "d", name=f"q{i}") for i in range(12)]
    score = fairness.score(fairness.longest, tell)
    assert score.share == 1 and score.chance == pytest.approx(0.25**12)
    assert score.suspicious and score.given_away == tuple(one.id for one in tell)
    avoided = [one.model_copy(update={"id": f"n{i}"}) for i, one in enumerate(tell * 3)]
    avoided = [question("much longer", "b", "c", "d", right=1, name=one.id) for one in avoided]
    score = fairness.score(fairness.longest, avoided)
    assert score.share == 0 and score.suspicious and not score.given_away


def test_where_nothing_can_be_seen_nothing_is_suspicious() -> None:
    same = [question("a", "b", "c", "d", right=0, name=f"q{i}") for i in range(40)]
    for guess in fairness.GUESSERS.values():
        score = fairness.score(guess, same)
        assert (score.share, score.chance, score.given_away) == (0.25, 1, ())


def test_a_fair_bank_is_seldom_suspected() -> None:
    rng = random.Random(3)
    suspected = 0
    for _ in range(400):
        some = [
            question(*("x" * rng.randint(1, 9) for _ in range(4)), right=rng.randrange(4))
            for _ in range(30)
        ]
        suspected += fairness.score(fairness.shortest, some).suspicious
    assert suspected <= 12  # Four are expected at most; 13 come once in several thousand runs.


def test_few_questions_say_nothing() -> None:
    tell = [question("much longer", "b", "c", "d", name=f"q{i}") for i in range(9)]
    assert not [*fairness.scores(tell)]


def test_no_habit_guesses_the_bank_of_the_app() -> None:
    questions = [*load_bank().questions.values()]
    found = [*fairness.scores(questions)]
    assert {which for which, _, _ in found} == {"easy", "medium", "hard", "all"}
    assert not [(which, habit) for which, habit, score in found if score.suspicious]
