"""Whether the bank can be guessed, and whether its words survive that options are shuffled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from quizzes.schema import LETTERS, Question

MOST = 0.40
"""No letter, and not the longest option, may be right in a larger share of the questions."""
ENOUGH = 10
"""Below so many questions a share says nothing."""

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


def longest_is_right(question: Question) -> bool:
    """Whether the right option is longer than every other one."""
    lengths = [len(option.text) for option in question.options]
    right = lengths.pop(question.answer)
    return right > max(lengths)


def letter_shares(questions: Sequence[Question]) -> dict[str, float]:
    """The share of questions whose right option is the first, second, … of the bank."""
    return {
        letter: _share(question.answer == place for question in questions)
        for place, letter in enumerate(LETTERS)
    }


def longest_share(questions: Sequence[Question]) -> float:
    """The share of questions in which the longest option is the right one."""
    return _share(longest_is_right(question) for question in questions)


def _share(truths: Iterable[bool]) -> float:
    values = list(truths)
    return sum(values) / len(values) if values else 0.0
