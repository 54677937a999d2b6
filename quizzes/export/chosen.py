"""Which questions are taken along, in which order, and how their options stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from quizzes.bank import BANK, Bank
from quizzes.grading import UNSHUFFLED
from quizzes.log import Log
from quizzes.schema import DIFFICULTIES, Concept, Question
from quizzes.selection import Drawn, select, shuffled

MAX_SEED = 1_000_000
"""As for a test on the page Practice."""
TITLE = "Through the Fog"


class ExportError(Exception):
    """Nothing can be written: one sentence that says why, and what to do."""


@dataclass(frozen=True)
class Chosen:
    """What is to be written."""

    bank: Bank
    drawn: tuple[Drawn, ...]
    seed: int | None = None
    """The number by which questions were drawn or options shuffled; None: all as in the bank."""
    narrowed: str = ""
    """In words, what it was narrowed down to: ideas and levels; nothing for the whole bank."""
    folder: Path = BANK
    """Where the bank is kept."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """In order."""
        return tuple(one.question for one in self.drawn)

    def by_concept(self) -> Iterator[tuple[Concept, list[Drawn]]]:
        """The ideas that have a question here, in the order of the bank."""
        for concept in self.bank.concepts:
            found = [d for d in self.drawn if self.bank.concept_of(d.question.id) is concept]
            if found:
                yield concept, found


def tags(bank: Bank, question: Question) -> list[str]:
    """What programs may sort it by: idea and level."""
    return [bank.concept_of(question.id).concept, question.difficulty]


def these(bank: Bank, ids: Iterable[str]) -> Chosen:
    """The questions with these ids as they stand in the bank; unknown ids are passed over."""
    questions = [bank.questions[id] for id in ids if id in bank.questions]
    return Chosen(bank, tuple(map(_as_in_the_bank, questions)))


def choose(
    bank: Bank,
    ideas: Iterable[str] = (),
    levels: Iterable[str] = (),
    seed: int | None = None,
    count: int | None = None,
    folder: Path = BANK,
) -> Chosen:
    """The questions on any of these ideas and of any of these levels; on all, where none is named.

    seed: shuffles the options. count: at most so many are drawn, by the seed or by test number 1,
    just as the page Practice draws a test. folder: that of the bank. ExportError where nothing is
    left, or a word is unknown.
    """
    ideas = _known("idea", ideas, [concept.concept for concept in bank.concepts])
    levels = _known("level", levels, list(DIFFICULTIES))
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise ExportError(f"There is no seed {seed}: use a whole number from 0 to {MAX_SEED}.")
    if count is not None and count < 1:
        raise ExportError(f"A test of {count} questions is none: ask for 1 or more.")
    narrowed = Bank.of_concepts(tuple(_narrowed(bank, ideas, levels)))
    titles = [concept.title for concept in bank.concepts if concept.concept in ideas]
    words = " · ".join(filter(None, [", ".join(titles), ", ".join(levels)]))
    if not narrowed.questions:
        raise ExportError(f"The bank has no question on {words}: ask for another idea or level.")
    if count is not None:
        seed = 1 if seed is None else seed
        return Chosen(bank, tuple(select(narrowed, Log(), seed, count)), seed, words, folder)
    drawn = [
        _as_in_the_bank(question) if seed is None else shuffled(question, seed)
        for question in narrowed.questions.values()
    ]
    return Chosen(bank, tuple(drawn), seed, words, folder)


def _as_in_the_bank(question: Question) -> Drawn:
    return Drawn(question, UNSHUFFLED)


def _narrowed(bank: Bank, ideas: list[str], levels: list[str]) -> Iterator[Concept]:
    for concept in bank.concepts:
        if not ideas or concept.concept in ideas:
            fitting = [q for q in concept.questions if not levels or q.difficulty in levels]
            if fitting:
                yield concept.model_copy(update={"questions": tuple(fitting)})


def _known(what: str, asked: Iterable[str], known: list[str]) -> list[str]:
    """They in the order of the bank, each once. ExportError names the first that is unknown."""
    asked = list(asked)
    for word in asked:
        if word not in known:
            raise ExportError(unknown(what, word, known))
    return [word for word in known if word in asked]


def unknown(what: str, word: str, known: list[str]) -> str:
    """The sentence about a word that is none of these."""
    near = get_close_matches(word, known, 1)
    guess = f"did you mean {near[0]}? There are" if near else "use one of"
    return f"There is no {what} “{word}”: {guess} {', '.join(known)}."
