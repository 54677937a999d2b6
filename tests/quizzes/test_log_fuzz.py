"""Records as somebody could hand them in who wants to break something, or whose disk did.

Whatever a file says: it is a record, or there is one sentence about it; and nothing of the record
that is here already is lost or changed.
"""

from __future__ import annotations

import json
import os
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quizzes.days import day_of, zone_of
from quizzes.draft import Draft, read_drafts, read_line
from quizzes.log import COLUMNS, FORMAT, LATEST, MAX_BYTES, Log, LogError, dump, fresh, parse
from quizzes.mastery import mastery
from quizzes.review import due, forecast, schedule
from tests.quizzes.made import FULL, NOON, attempt, histories

MINE = Log(tuple(attempt(f"goal-{n % 3}", time=NOON + n, id=f"{n:032x}") for n in range(5)))
GOOD = json.loads(dump(Log((attempt(id="a" * 32), attempt(id="b" * 32, time=NOON + 9)))))
MANY = os.environ.get("FOG_FUZZ")
THOROUGH = settings(
    max_examples=int(MANY or 4000), derandomize=not MANY, suppress_health_check=[*HealthCheck]
)
"""The same files each time; with FOG_FUZZ=100000, so many others."""

words = st.text(max_size=40) | st.sampled_from(
    ["\0", "\ud800", "<script>alert(1)</script>", "a" * 5000, "goal-0\n", "../x", FORMAT, "test"]
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from([-1, 10**400, 253_402_300_800_000, LATEST, LATEST + 1, True, 2**63, 1e308])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A good file in which one to four things say something else."""
    content = json.loads(json.dumps(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            content[draw(st.sampled_from([*content, "more"]))] = draw(values)
        elif isinstance(rows := content.get("events"), list) and rows:
            row = draw(st.integers(0, len(rows) - 1))
            if draw(st.integers(0, 5)) == 0 or not isinstance(rows[row], list) or not rows[row]:
                rows[row] = draw(values)
            else:
                rows[row][draw(st.integers(0, len(rows[row]) - 1))] = draw(values)
    return json.dumps(content, ensure_ascii=draw(st.booleans()))


@st.composite
def cut(draw: st.DrawFn) -> str:
    """A good file that lost a piece, got one twice, or has letters in it that were not there."""
    text = json.dumps(GOOD)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return draw(
        st.sampled_from([text[:start], text[:start] + text[end:], text[:end] + text[start:]])
        | st.text(max_size=6).map(lambda new: text[:start] + new + text[start:])
        | st.text(string.punctuation + string.digits, max_size=6).map(
            lambda new: text[:start] + new + text[end:]
        )
    )


@st.composite
def same_ids(draw: st.DrawFn) -> str:
    """A file that says something else of attempts that are here already."""
    found = draw(histories)
    renamed = [
        event.model_copy(update={"id": f"{draw(st.integers(0, 6)):032x}"}) for event in found
    ]
    rows = [[getattr(event, name) for name in COLUMNS] for event in renamed]
    return json.dumps({**GOOD, "events": rows})


files = edited() | cut() | same_ids() | values.map(json.dumps) | st.text(max_size=300)


def take_in(text: str) -> Log:
    """As the page does: the record afterwards, whatever the file was."""
    try:
        return MINE.add(*fresh(MINE, parse(text)))
    except LogError as error:
        sentence = str(error)
        # It is shown on a page: one sentence, of our words alone.
        assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 200
        assert sentence.isprintable() and "<" not in sentence
        return MINE


@THOROUGH
@given(files)
@example("9" * 5000)
@example(json.dumps({**GOOD, "version": 10**4000}))
@example(json.dumps(GOOD).replace(str(NOON), "9" * 5000))
@example(json.dumps(GOOD).replace("2.0", "1e400"))
@example('{"format": "through-the-fog/log", "events": ' + "[" * 50_000)
@example(json.dumps({**GOOD, "events": [[f"{0:032x}", *GOOD["events"][0][1:]]]}))
def test_a_record_or_one_sentence(text: str) -> None:
    record = take_in(text)
    assert {event.id: event for event in MINE}.items() <= {e.id: e for e in record}.items()
    # What came of it can be read again, and everything that follows from it can be worked out.
    assert parse(dump(record)) == record
    now, zone = NOON + 3 * 86_400_000, zone_of("Pacific/Kiritimati")
    cards = schedule(record, now, zone)
    assert forecast(cards.values(), day_of(now, zone))[0] == len(due(record, now, zone))
    assert all(0 <= m.level <= 1 for m in mastery(FULL, record).values() if m)
    assert take_in(text) == record


@pytest.mark.parametrize("letters", ["utf-8", "utf-16", "latin-1", "utf-32"])
def test_other_ways_to_write_letters(letters: str) -> None:
    text = dump(Log((attempt(),))).encode(letters).decode("utf-8", "replace")
    assert len(take_in(text)) in (5, 6)


def test_two_records_that_are_too_large_together() -> None:
    """Each can be read; a record of both could not, and would be set aside at the next visit."""

    def long(first: int, count: int) -> Log:
        name = "a" * 80
        event = attempt().model_copy(update={"question": name, "misconception": None})
        return Log(
            tuple(
                event.model_copy(update={"id": f"{n:032x}", "time": NOON + n})
                for n in range(first, first + count)
            )
        )

    mine, found = long(0, 15_000), long(15_000, 15_000)
    assert len(dump(found)) < MAX_BYTES < len(dump(mine.add(*found)))
    with pytest.raises(LogError, match="together are larger than 5 MB"):
        fresh(mine, found)
    # The same once more adds nothing, and is no complaint.
    assert fresh(mine, mine) == ()


@THOROUGH
@given(
    st.dictionaries(words, values, max_size=6).map(json.dumps)
    | values.map(json.dumps)
    | st.text(max_size=200)
)
def test_drafts_of_any_kind(text: str) -> None:
    for draft in read_drafts(text).values():
        assert isinstance(draft, Draft)
    assert all(isinstance(id, str) for id in read_line(text, "recall-line"))


@given(
    st.builds(
        Draft,
        question=st.sampled_from([*FULL.questions]),
        chosen=st.sampled_from([None, 0, 1, 2, 3]),
        certainty=st.sampled_from(["unsure", "fairly", "certain"]),
        hints=st.integers(0, 2),
        checked=st.booleans(),
    )
)
def test_a_draft_comes_back_as_it_was(draft: Draft) -> None:
    kept: dict[str, Any] = {"practice-7": draft.model_dump(), "broken": 1, "x": None}
    assert read_drafts(json.dumps(kept)) == {"practice-7": draft}
    question = FULL.questions[draft.question]
    graded = draft.graded(question, (3, 1, 0, 2))
    assert (graded is not None) == draft.checked
    if graded:
        assert graded.right == (draft.chosen == question.answer)
    assert (
        draft.graded(
            FULL.questions["noise-0" if question.id != "noise-0" else "goal-1"], (0, 1, 2, 3)
        )
        is None
    )
