"""The bank of questions: read from bank/*.yaml, one file a concept, and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from quizzes import addresses, fairness, show_states
from quizzes.faults import Fault, Source, read
from quizzes.schema import CONCEPTS, Concept, Difficulty, Question

BANK = Path(__file__).parent / "bank"
CORE = (1, 2, 3, 4, 5)
MAX_ID = 80
"""As long as the log takes it."""

__all__ = ["BANK", "Bank", "BankError", "Fault", "faults", "load_bank"]


class BankError(Exception):
    """The bank cannot be used: one sentence that says where, why and what to do."""


@dataclass(frozen=True, eq=False)
class Bank:
    """All questions. Compared by identity, so that it can be a key of a cache."""

    concepts: tuple[Concept, ...]
    """Those that have a file, in the order of schema.CONCEPTS."""
    questions: Mapping[str, Question]
    """By id, in the same order."""
    _concept_of: Mapping[str, Concept]
    unusable: tuple[BankError, ...] = ()
    """What is wrong with the files that are left out, one sentence each."""

    @classmethod
    def of_concepts(
        cls, concepts: Iterator[Concept] | tuple[Concept, ...], unusable: tuple[BankError, ...] = ()
    ) -> Bank:
        """From concepts in any order, whose ids differ."""
        ordered = tuple(sorted(concepts, key=lambda concept: CONCEPTS.index(concept.concept)))
        pairs = [(question, concept) for concept in ordered for question in concept.questions]
        return cls(
            ordered,
            MappingProxyType({question.id: question for question, _ in pairs}),
            MappingProxyType({question.id: concept for question, concept in pairs}),
            unusable,
        )

    def core(self) -> tuple[Question, ...]:
        """The core questions, by their number."""
        chosen = [question for question in self.questions.values() if question.core is not None]
        return tuple(sorted(chosen, key=lambda question: question.core or 0))

    def of(self, concept: str, difficulty: Difficulty | None = None) -> tuple[Question, ...]:
        """The questions on a concept, or those of one difficulty."""
        return tuple(
            question
            for question in self.questions.values()
            if self.concept_of(question.id).concept == concept
            and difficulty in (None, question.difficulty)
        )

    def beside(self, page: str) -> Question | None:
        """The question that stands beside the stage of a page, or of a lab ("training-points")."""
        return next((q for q in self.questions.values() if q.beside == page), None)

    def concept_of(self, id: str) -> Concept:
        """What a question is about. KeyError for an id that is not in the bank."""
        return self._concept_of[id]


def load_bank(folder: Path = BANK) -> Bank:
    """The bank, read again when a file has changed.

    A file that cannot be used is left out, and `unusable` says why; BankError, for the first of
    them, if nothing is left. What is merely unfair or unfinished is for `python -m quizzes check`.
    """
    return _load(folder, tuple(map(_state, _files(folder))))


State = tuple[Path, int, int]
"""A file, when it was changed, and its size: another state of it is another key of a cache."""


def _state(file: Path) -> State:
    try:
        found = file.stat()
    except OSError:  # A link that leads nowhere; reading the file will say so.
        return file, 0, 0
    return file, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _load(folder: Path, states: tuple[State, ...]) -> Bank:
    sources = [_read(state) for state in states]
    found: dict[Path, BankError] = {}
    for fault in _all(folder, sources):
        if fault.blocking:
            found.setdefault(fault.file, BankError(str(fault)))
    for name in CONCEPTS:
        file = folder / f"{name}.yaml"
        if file not in {state[0] for state in states}:
            where = f"{folder.name}/{file.name}"
            found[file] = BankError(f"{where} is missing: put the file back.")
    bank = _bank(
        [source for source in sources if source.file not in found],
        tuple(found[file] for file in sorted(found)),
    )
    if not bank.questions:
        raise bank.unusable[0]
    return bank


@lru_cache(maxsize=2 * len(CONCEPTS))
def _read(state: State) -> Source:
    """One file, parsed anew only when it has changed itself."""
    return read(state[0])


def faults(folder: Path = BANK) -> list[Fault]:
    """Everything that is wrong, by file and line; what concerns the whole bank comes last."""
    return _all(folder, [read(file) for file in _files(folder)])


def usable(folder: Path = BANK) -> Bank:
    """What can be read of a bank, whatever its faults: for the tables of `check`."""
    return _bank([read(file) for file in _files(folder)])


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _bank(sources: list[Source], unusable: tuple[BankError, ...] = ()) -> Bank:
    by_name = {source.concept.concept: source.concept for source in sources if source.concept}
    return Bank.of_concepts(tuple(by_name.values()), unusable)


def _all(folder: Path, sources: list[Source]) -> list[Fault]:
    found = [fault for source in sources for fault in source.faults]
    found += [*_ids(sources), *_pages(sources), *_once(sources), *_words(sources)]
    found.sort(key=lambda fault: (fault.file, fault.line))
    return [*found, *_whole(folder, sources)]


Entry = tuple[Source, int, Question]


def _entries(sources: list[Source]) -> Iterator[Entry]:
    """The questions of the files that could be read."""
    for source in sources:
        for i, question in enumerate(source.concept.questions if source.concept else ()):
            yield source, i, question


def _ids(sources: list[Source]) -> Iterator[Fault]:
    """Ids that stand twice, in the files that could not be used as well."""
    first: dict[str, str] = {}
    for source in sources:
        data = source.data if isinstance(source.data, dict) else {}
        questions = data.get("questions")
        for i, question in enumerate(questions if isinstance(questions, list) else []):
            id = question.get("id") if isinstance(question, dict) else None
            if not isinstance(id, str):
                continue
            where = ("questions", i, "id")
            if id in first:
                what = f"the id “{id}” is taken, in {first[id]}"
                yield source.fault(where, what, "Give this question an id of its own.")
            if len(id) > MAX_ID:
                what = f"the id has {len(id)} letters"
                yield source.fault(where, what, f"Use at most {MAX_ID}.")
            first.setdefault(id, source.file.name)


def _pages(sources: list[Source]) -> Iterator[Fault]:
    """Pages that do not exist, and states that they cannot show."""
    known = f"Use one of {', '.join(addresses.PAGES)}."
    for source in sources:
        if source.concept and source.concept.page not in addresses.PAGES:
            yield source.fault(("page",), f"there is no page “{source.concept.page}”", known)
    for source, i, question in _entries(sources):
        if question.beside is not None and question.beside not in addresses.PLACES:
            what = f"there is no page or lab “{question.beside}”"
            known_places = f"Use one of {', '.join(addresses.PLACES)}."
            yield source.fault(("questions", i, "beside"), what, known_places)
        what_is_wrong = show_states.complaint(question.show)
        if what_is_wrong:
            remedy = "Choose a state that the page can show."
            yield source.fault(("questions", i, "show"), what_is_wrong, remedy)


def _once(sources: list[Source]) -> Iterator[Fault]:
    """Places that only one question can take: a core number, the side of a page."""
    numbers: dict[int, str] = {}
    pages: dict[str, str] = {}
    for source, i, question in _entries(sources):
        if question.core is not None:
            if question.core in numbers:
                what = f"core {question.core} is “{numbers[question.core]}” already"
                yield source.fault(("questions", i, "core"), what, "Choose one of them.", False)
            numbers.setdefault(question.core, question.id)
        if question.beside is not None:
            if question.beside in pages:
                what = f"“{pages[question.beside]}” stands beside {question.beside} already"
                yield source.fault(("questions", i, "beside"), what, "Choose one of them.", False)
            pages.setdefault(question.beside, question.id)


def _words(sources: list[Source]) -> Iterator[Fault]:
    for source, i, question in _entries(sources):
        for where, words in fairness.positions_named(question):
            what = f"“{words}” names an option by its place, and options are shuffled"
            remedy = "Say what the option says instead."
            yield source.fault(("questions", i, *where), what, remedy, False)


def _whole(folder: Path, sources: list[Source]) -> Iterator[Fault]:
    """What no single line is to blame for."""

    def fault(what: str, remedy: str, blocking: bool = False) -> Fault:
        return Fault(folder, 0, what, remedy, blocking)

    if not sources:
        yield fault("there is no question", "Put the files of the concepts here.", True)
        return
    questions = [question for _, _, question in _entries(sources)]
    missing = [c for c in CONCEPTS if c not in {source.file.stem for source in sources}]
    if missing:
        yield fault(f"no file on {', '.join(missing)}", "Write one for each.")
    if not all(source.concept for source in sources):
        return  # What could not be read may be just what would seem to be missing.
    without = [n for n in CORE if n not in {question.core for question in questions}]
    if without:
        numbers = ", ".join(map(str, without))
        yield fault(f"no question is core {numbers}", f"Say “core: {without[0]}” of a question.")
    if len(questions) < fairness.ENOUGH:
        return
    for letter, share in fairness.letter_shares(questions).items():
        if share > fairness.MOST:
            what = f"in {share:.0%} of the questions, the right option stands at {letter}"
            yield fault(what, f"Move some: at most {fairness.MOST:.0%} may.")
    for which, habit, score in fairness.scores(questions):
        if score.suspicious:
            group = "all questions" if which == "all" else f"the {which} questions"
            what = (
                f"in {group}, {habit} is right in {score.share:.0%}, where chance is 25% (a fair "
                f"bank is as far from it once in {1 / score.chance:,.0f})"
            )
            ids = f" It is so in {', '.join(score.given_away)}." if score.given_away else ""
            yield fault(what, f"Write some of the options anew.{ids}")
