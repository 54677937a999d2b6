"""Whether the bank can be guessed, and whether its words survive that options are shuffled.

A guesser knows nothing of diffusion and chooses by a habit: the longest option, the one that echoes
the question, and so on. In a fair bank the right option stands anywhere, so whatever the habit, a
guess is right with chance 1/4. What a guesser scores over many questions then has a distribution
that can be computed exactly, and a bank is unfair where the score lies too far out in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb

from quizzes.schema import DIFFICULTIES, LETTERS, Question

MOST = 0.40
"""No letter may be right in a larger share of the questions."""
ENOUGH = 10
"""Below so many questions a share says nothing."""
SUSPICIOUS = 0.01
"""A score that is as far from chance as this is too far: of a hundred fair banks, about one shows
it. Both ways count, since a habit that is never right rules an option out."""

POSITION = re.compile(
    r"\b(?i:options?|answers?|choices?|letters?) \(?[A-D]\b"
    r"|\b[A-D] (?:(?:and|or) [A-D]|is (?:right|wrong|correct))\b"
    r"|(?<![\w$])\([A-D]\)"
    r"|^[A-D][.):] "
    r"|\b(?i:the (?:first|second|third|fourth) one)\b"
    r"|\b(?i:the (?:first|second|third|fourth|last|next|previous) (?:option|choice))\b"
    r"|\b(?i:option (?:one|two|three|four|[1-4])\b)"
    r"|\b(?i:(?:all|none|both|two|any|one) of the above)\b"
    r"|\b(?i:the (?:option|answer|choice)s? (?:above|below))\b",
    re.MULTILINE,
)
"""Words that name an option by where it stands. “The next answer” may be that of a network."""

CERTAIN = re.compile(
    r"\b(?:always|never|only|must|cannot|every|everything|nothing|none|no|all|any|certainly|exactly"
    r"|just|nobody|impossible|whatever|ever)\b",
    re.IGNORECASE,
)
"""Words that allow of no exception. Who writes a wrong option is tempted by them."""

WORD = re.compile(r"[^\W\d_]{4,}|\d+(?:\.\d+)?")
WHOLE = 12
"""What a sure guess is worth: so a half, a third and a quarter of it are whole numbers."""
STEM_OF_A_WORD = 5
"""Letters by which a word is known again: “sharper” echoes “sharpen”."""


def texts_about_options(question: Question) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Everything that could name an option by its place, and where it stands in the question."""
    for i, option in enumerate(question.options):
        yield ("options", i, "text"), option.text
        yield ("options", i, "feedback"), option.feedback
    for name in ("hints", "solution", "mistakes"):
        for i, text in enumerate(getattr(question, name)):
            yield (name, i), text
    for name in ("final", "check", "rule"):
        yield (name,), getattr(question, name)


def positions_named(question: Question) -> list[tuple[tuple[str | int, ...], str]]:
    """Where an option is called by its letter or place, and by what words."""
    found = []
    for where, text in texts_about_options(question):
        match = POSITION.search(text)
        if match:
            found.append((where, match[0]))
    return found


def letter_shares(questions: Sequence[Question]) -> dict[str, float]:
    """The share of questions whose right option is the first, second, … of the bank."""
    return {
        letter: _share(question.answer == place for question in questions)
        for place, letter in enumerate(LETTERS)
    }


# --- Guessers -------------------------------------------------------------------------------------


def longest(question: Question) -> list[int]:
    """The places of the longest options."""
    return _highest([len(option.text) for option in question.options])


def shortest(question: Question) -> list[int]:
    """The places of the shortest options."""
    return _highest([-len(option.text) for option in question.options])


def middle(question: Question) -> list[int]:
    """The places of those that are neither the longest nor the shortest."""
    out = {*longest(question), *shortest(question)}
    return [i for i in range(len(question.options)) if i not in out] or [*out]


def echo(question: Question) -> list[int]:
    """The places of those that repeat most words and numbers of the question."""
    stem = _words(question.stem)
    return _highest([len(stem & _words(option.text)) for option in question.options])


def careful(question: Question) -> list[int]:
    """The places of those that sound least certain."""
    return _highest([-len(CERTAIN.findall(option.text)) for option in question.options])


GUESSERS: dict[str, Callable[[Question], list[int]]] = {
    "the longest option": longest,
    "the shortest option": shortest,
    "an option of middle length": middle,
    "the option that echoes the question": echo,
    "the option that sounds least certain": careful,
}
"""By what they choose. Where several options have it, they choose one of them at random."""


@dataclass(frozen=True)
class Score:
    """What a guesser reaches on some questions."""

    share: float
    """How often the guess is right, in expectation; by chance 0.25."""
    chance: float
    """How likely a fair bank is to give a score at least as far from a quarter."""
    given_away: tuple[str, ...]
    """The questions in which the guess is right for certain."""

    @property
    def suspicious(self) -> bool:
        return self.chance < SUSPICIOUS


def score(guess: Callable[[Question], list[int]], questions: Sequence[Question]) -> Score:
    """Guess all questions by one habit, and compare with chance.

    If k options have what the guesser looks for, the right one is among them with probability k/4
    in a fair bank, and then the guess is worth 1/k. So what those with the same k add up to is
    binomial, and the sum over all k has a distribution that can be written down.
    """
    chosen = [guess(question) for question in questions]
    right = [q.answer in places for q, places in zip(questions, chosen, strict=True)]
    reached = sum(WHOLE // len(places) for hit, places in zip(right, chosen, strict=True) if hit)
    spread = {0: 1.0}
    for k, count in Counter(map(len, chosen)).items():
        total: defaultdict[int, float] = defaultdict(float)
        for hits, probability in enumerate(_binomial(count, k / len(LETTERS))):
            for value, before in spread.items():
                total[value + hits * WHOLE // k] += before * probability
        spread = total
    mean = len(questions) * WHOLE // len(LETTERS)
    far = sum(p for value, p in spread.items() if abs(value - mean) >= abs(reached - mean))
    sure = [q.id for q, hit, c in zip(questions, right, chosen, strict=True) if hit and len(c) == 1]
    return Score(reached / WHOLE / max(len(questions), 1), min(far, 1.0), tuple(sure))


def scores(questions: Sequence[Question]) -> Iterator[tuple[str, str, Score]]:
    """Every guesser on the questions of each difficulty, and on all: (which, habit, score)."""
    groups: dict[str, list[Question]] = {
        word: [question for question in questions if question.difficulty == word]
        for word in DIFFICULTIES
    }
    groups["all"] = [*questions]
    for which, group in groups.items():
        if len(group) >= ENOUGH:
            for habit, guess in GUESSERS.items():
                yield which, habit, score(guess, group)


def _binomial(count: int, chance: float) -> list[float]:
    """The probability of 0, 1, … count hits."""
    return [
        comb(count, hits) * chance**hits * (1 - chance) ** (count - hits)
        for hits in range(count + 1)
    ]


def _highest(values: Sequence[int]) -> list[int]:
    return [i for i, value in enumerate(values) if value == max(values)]


def _words(text: str) -> set[str]:
    return {word[:STEM_OF_A_WORD] for word in WORD.findall(text.lower())}


def _share(truths: Iterable[bool]) -> float:
    values = list(truths)
    return sum(values) / len(values) if values else 0.0
