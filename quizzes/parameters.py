"""A setting in the address of a page, declared once: its name, what it may be, what it usually is.

Widgets, the reading of addresses, the sentences about what cannot be used, and what a question may
show all follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from quizzes.numerals import number_of, whole_of

Key = TypeVar("Key", str, int)


class Parameter(Protocol):
    """What every kind of setting has."""

    @property
    def name(self) -> str:
        """In the address."""

    def wanted(self, text: str) -> str | None:
        """None if the text can be used, else what it must be, for a sentence."""


Parameters = Mapping[str, Parameter]
"""Those of a page, by name."""


def table(*parameters: Parameter) -> dict[str, Parameter]:
    """They, by name."""
    return {parameter.name: parameter for parameter in parameters}


@dataclass(frozen=True)
class Whole:
    """A whole number from low to high."""

    name: str
    low: int
    high: int
    usual: int = 0
    """Without a word in the address. A place on a timeline has none: the clock decides."""
    by: int = 1
    """The steps of its slider."""

    def wanted(self, text: str) -> str | None:
        wanted = f"a whole number from {self.low} to {self.high}"
        return None if _is_between(text, self.low, self.high, whole_of) else wanted

    def of(self, query: Mapping[str, str]) -> int:
        """What a query that has been checked says of it."""
        return whole_of(query[self.name]) if self.name in query else self.usual

    def up_to(self, high: int) -> Whole:
        """The same, where another setting decides how far it goes."""
        return replace(self, high=high, usual=min(self.usual, high))


@dataclass(frozen=True)
class Number:
    """A number from low to high."""

    name: str
    low: float
    high: float
    usual: float
    by: float
    """The steps of its slider."""

    def wanted(self, text: str) -> str | None:
        wanted = f"a number from {self.low:g} to {self.high:g}"
        return None if _is_between(text, self.low, self.high, number_of) else wanted

    def of(self, query: Mapping[str, str]) -> float:
        """What a query that has been checked says of it."""
        return number_of(query[self.name]) if self.name in query else self.usual


@dataclass(frozen=True)
class Choice(Generic[Key]):
    """One of several, by the names that readers see."""

    name: str
    names: Mapping[Key, str]
    usual: Key

    def wanted(self, text: str) -> str | None:
        shown = self.names.values()
        return None if text in shown else f"one of {', '.join(shown)}"

    def named(self, text: str) -> Key:
        """What has this name; the usual, if nothing has."""
        return next((key for key, name in self.names.items() if name == text), self.usual)

    def of(self, query: Mapping[str, str]) -> Key:
        """What a query that has been checked says of it."""
        return self.named(query.get(self.name, ""))

    def usually(self, usual: Key) -> Choice[Key]:
        """The same, where something else decides what is usual."""
        return replace(self, usual=usual)


def one_of(name: str, choices: Sequence[str], usual: str | None = None) -> Choice[str]:
    """A choice that shows what it is. usual: the first, unless another is named."""
    return Choice(name, {word: word for word in choices}, usual or choices[0])


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    name: str
    usual: bool = False

    def wanted(self, text: str) -> str | None:
        return None if text in ("true", "false") else "one of true, false"

    def of(self, query: Mapping[str, str]) -> bool:
        """What a query that has been checked says of it."""
        return query[self.name] == "true" if self.name in query else self.usual


@dataclass(frozen=True)
class Typed:
    """What a reader may type: whether it means anything is said where it is used."""

    name: str
    most: int
    """Characters."""
    usual: str = ""

    def wanted(self, text: str) -> str | None:
        usable = len(text) <= self.most and text.isprintable()
        return None if usable else f"at most {self.most} ordinary characters"


def _is_between(text: str, low: float, high: float, read: Callable[[str], float]) -> bool:
    try:
        return low <= read(text) <= high
    except ValueError:
        return False
