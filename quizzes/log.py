"""The log of attempts: only ever added to, and everything else is worked out from it.

It lives in the student's browser and travels as a file, so whatever is read is checked: a file is
taken whole or refused with one sentence, and no words but ids get in. An event keeps what was
decided when the answer was given (right, mark, misconception), so that a later change to the bank
does not rewrite the past.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from quizzes.grading import BEST, MAX_HINTS, WORST, Certainty, Graded

FORMAT = "through-the-fog/log"
VERSION = 1
MAX_BYTES = 5_000_000
FOREIGN = "This is not a log of this app: choose the file that you exported here."
LATEST = 4_102_444_800_000
"""The year 2100: a clock that says later is broken."""

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Set = Literal["practice", "test", "check", "recall", "predict"]


class LogError(Exception):
    """A file that is no usable log: one sentence that says why."""


class Event(BaseModel):
    """One attempt."""

    # Strict: 1 is not true, and "2" is not 2. A file that we wrote needs no guessing.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Id
    time: Annotated[int, Field(ge=0, le=LATEST)]
    """In milliseconds since the epoch."""
    question: Name
    chosen: Annotated[int, Field(ge=0, le=3)] | None
    """The option, by its place in the bank; None: left open."""
    certainty: Certainty
    hints: Annotated[int, Field(ge=0, le=MAX_HINTS)]
    right: bool
    mark: Annotated[float, Field(ge=WORST, le=BEST, allow_inf_nan=False)]
    set: Set
    """Where it was asked."""
    misconception: Name | None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Event:
        if self.right and (self.chosen is None or self.misconception or self.mark < 0):
            raise ValueError("a right answer names no misconception and loses no marks")
        if not self.right and self.mark > 0:
            raise ValueError("a wrong answer gains no marks")
        return self


COLUMNS = tuple(Event.model_fields)


def event(graded: Graded, set: Set, time: int, id: str | None = None) -> Event:
    """The attempt to be written down, at `time` in milliseconds; `id` is for tests."""
    response = graded.response
    return Event(
        id=id or uuid.uuid4().hex,
        time=time,
        question=response.question,
        chosen=response.chosen,
        certainty=response.certainty,
        hints=response.hints,
        right=graded.right,
        mark=graded.mark,
        set=set,
        misconception=graded.misconception,
    )


def _row(event: Event) -> tuple[Any, ...]:
    return tuple(getattr(event, name) for name in COLUMNS)


@dataclass(frozen=True)
class Log:
    """Attempts in the order of (time, id), each id once, however they were put in."""

    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        # Two different events of one id come from a file that somebody edited. One must win, and
        # it must be the same one whichever file was read first.
        chosen: dict[str, Event] = {}
        for event in self.events:
            other = chosen.setdefault(event.id, event)
            if other != event:
                chosen[event.id] = min(other, event, key=lambda e: (e.time, repr(_row(e))))
        ordered = sorted(chosen.values(), key=lambda event: (event.time, event.id))
        object.__setattr__(self, "events", tuple(ordered))

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def add(self, *events: Event) -> Log:
        """This log and these."""
        return Log((*self.events, *events))

    def of(self, question: str) -> tuple[Event, ...]:
        """The attempts at one question."""
        return tuple(event for event in self.events if event.question == question)

    def unknown(self, known: Container[str]) -> int:
        """How many attempts are at questions that are not among these. They are kept."""
        return sum(event.question not in known for event in self.events)


def merge(a: Log, b: Log) -> Log:
    """Both: no attempt is lost and none counts twice."""
    return a.add(*b.events)


def fresh(mine: Log, found: Log) -> tuple[Event, ...]:
    """What a file adds to a record. An attempt that is here already stays as it is, whatever the
    file says of it. LogError where a record cannot hold both: it must be readable again."""
    ids = {event.id for event in mine}
    new = tuple(event for event in found if event.id not in ids)
    if new and len(dump(mine.add(*new))) > MAX_BYTES:
        raise LogError(
            f"This file and your record together are larger than {MAX_BYTES // 1_000_000} MB, "
            "which is all that a record can hold: nothing was taken over."
        )
    return new


def dump(log: Log) -> str:
    """As JSON, one row an attempt: the names of the columns are said once."""
    head = {"format": FORMAT, "version": VERSION, "columns": COLUMNS}
    rows = [_row(event) for event in log.events]
    return json.dumps({**head, "events": rows}, separators=(",", ":"))


def parse(text: str) -> Log:
    """Read what dump wrote, now or in an earlier version. LogError for anything else."""
    # Counted before anything is read: what is far too large must not cost memory as well.
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise LogError(
            f"The file is larger than {MAX_BYTES // 1_000_000} MB, which no log of this app is: "
            "choose the file that you exported here."
        )
    content = _content(text.removeprefix("\ufeff"))
    version = content.get("version")
    if type(version) is not int or version < 1:
        raise LogError("The file does not say which version it is: export it again.")
    if version > VERSION:
        raise LogError(
            "The file was written by a newer version of this app: open it there, or update this."
        )
    columns, rows = content.get("columns"), content.get("events")
    if columns != list(COLUMNS) or not isinstance(rows, list):
        raise LogError("The file has no list of attempts as this app writes it: export it again.")
    return Log(tuple(_events(rows)))


def _content(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text, parse_constant=_no_number)
    # Deep nesting ends in RecursionError, and a number of thousands of digits in ValueError.
    except (ValueError, RecursionError):
        if FORMAT in text[:200]:
            raise LogError("The file is damaged or ends too early: export it again.") from None
        raise LogError(FOREIGN) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise LogError(FOREIGN)
    return content


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _events(rows: Iterable[object]) -> Iterator[Event]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(COLUMNS):
            raise LogError(f"Attempt {number} of the file is incomplete: export it again.")
        try:
            yield Event(**dict(zip(COLUMNS, row, strict=True)))
        except ValidationError as error:
            # What it says instead is not repeated: it could be anything.
            where = error.errors(include_url=False, include_input=False)[0]["loc"]
            column = f"“{where[0]}”" if where else "the whole"
            raise LogError(
                f"Attempt {number} of the file is not one of this app's ({column} cannot be used): "
                "nothing was taken over."
            ) from None
