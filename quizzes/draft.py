"""An answer that is not finished yet: what was chosen so far, so that it can come back.

Drafts live in the student's browser and come back from there to a session that knows nothing of
them, after a restart of the server or a phone that slept. So whatever is read is checked, and what
cannot be used is left out: it was a convenience. The order of the options is not among it. It
follows from the question and a number that stands in the address or in the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from quizzes.grading import MAX_HINTS, Certainty, Graded, Response, grade
from quizzes.log import Name
from quizzes.schema import Question
from quizzes.selection import Order

MAX_LETTERS = 100_000
Where = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=160)]
"""The place at which a question is asked."""


class Draft(BaseModel):
    """What somebody did with a question so far."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    question: Name
    chosen: Annotated[int, Field(ge=0, le=3)] | None = None
    """The option, by its place in the bank."""
    certainty: Certainty = "fairly"
    hints: Annotated[int, Field(ge=0, le=MAX_HINTS)] = 0
    checked: bool = False
    """Whether the answer was given. It is on record then, and counts no second time."""
    asked: bool = False
    """Whether marks counted when it was given."""
    trying: bool = False
    """Whether a second try was begun and nothing is revealed yet."""
    second: Annotated[int, Field(ge=0, le=3)] | None = None
    """The option of the second try, by its place in the bank."""

    @property
    def blank(self) -> bool:
        """Whether nothing was done yet."""
        return self == Draft(question=self.question)

    def graded(self, question: Question, order: Order) -> Graded | None:
        """What came of it, if it was checked."""
        if not self.checked or self.question != question.id:
            return None
        response = Response(self.question, self.chosen, self.certainty, self.hints, order)
        return grade(question, response)


_WHERE, _LINE = TypeAdapter(Where), TypeAdapter(Annotated[list[Name], Field(max_length=50)])


def read_drafts(text: object) -> dict[str, Draft]:
    """The drafts that a browser kept, by place."""
    return {where: d for where, value in _content(text).items() if (d := _draft(where, value))}


def read_line(text: object, where: str) -> tuple[str, ...]:
    """The questions that were still to come at a place; empty if nothing usable was kept."""
    try:
        return tuple(_LINE.validate_python(_content(text).get(where), strict=True))
    except ValidationError:
        return ()


def _draft(where: object, value: object) -> Draft | None:
    try:
        _WHERE.validate_python(where, strict=True)
        return Draft.model_validate(value)
    except ValidationError:
        return None


def _content(text: object) -> Mapping[str, object]:
    if not isinstance(text, str) or len(text) > MAX_LETTERS:
        return {}
    try:
        content = json.loads(text)
    # Deep nesting ends in RecursionError, and a number of thousands of digits in ValueError.
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
