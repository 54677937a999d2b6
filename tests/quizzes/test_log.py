"""The log: what goes in comes out, nothing is lost or doubled, and nothing foreign gets in."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from quizzes.log import COLUMNS, MAX_BYTES, Event, Log, LogError, dump, merge, parse
from tests.quizzes.made import NOON, attempt, attempts, histories

ONE = dump(Log((attempt(id="a" * 32),)))


def changed(**values: object) -> str:
    """A file with one attempt, of which some columns say something else."""
    content = json.loads(ONE)
    for name, value in values.items():
        content["events"][0][COLUMNS.index(name)] = value
    return json.dumps(content)


def test_the_file_says_what_it_is() -> None:
    content = json.loads(ONE)
    assert content["format"] == "through-the-fog/log" and content["version"] == 1
    assert content["columns"] == list(COLUMNS) and len(content["events"]) == 1


def test_an_empty_log_is_a_log() -> None:
    assert parse(dump(Log())) == Log() and len(Log()) == 0


@given(histories)
def test_what_is_dumped_is_parsed(events: list[Event]) -> None:
    log = Log(tuple(events))
    assert parse(dump(log)) == log
    assert parse("\ufeff" + dump(log)) == log
    # Laid out anew by an editor, it is still the same.
    assert parse(json.dumps(json.loads(dump(log)), indent=1)) == log


@given(histories, st.randoms())
def test_the_order_of_writing_does_not_matter(events: list[Event], chance: random.Random) -> None:
    mixed = chance.sample(events, len(events))
    assert Log(tuple(mixed)) == Log(tuple(events))
    log = Log()
    for event in mixed:
        log = log.add(event)
    assert log == Log(tuple(events))


@given(
    st.lists(
        st.tuples(attempts, st.sampled_from(["first", "second", "both"])),
        unique_by=lambda pair: pair[0].id,
    )
)
def test_merging_loses_none_and_counts_none_twice(pairs: list[tuple[Event, str]]) -> None:
    """Of two devices, each has some attempts, and both have some."""
    first = Log(tuple(event for event, where in pairs if where != "second"))
    second = Log(tuple(event for event, where in pairs if where != "first"))
    both = merge(first, second)
    assert {*both} == {event for event, _ in pairs} and len(both) == len(pairs)
    assert both == merge(second, first) == merge(both, first) == merge(both, both)
    assert [(e.time, e.id) for e in both] == sorted((e.time, e.id) for e in both)
    assert merge(parse(dump(first)), parse(dump(second))) == both


@given(attempts, attempts)
def test_of_two_events_with_one_id_the_same_one_stays(a: Event, b: Event) -> None:
    other = b.model_copy(update={"id": a.id})
    assert len(Log((a, other))) == 1 and Log((a, other)) == Log((other, a))


def test_ten_thousand_attempts_stay_small() -> None:
    chance = random.Random(0)
    # Ids as long as those of the longest concept, and every misconception named.
    event = attempt("guidance-and-applications-5", 1, "certain", hints=2)
    many = tuple(
        event.model_copy(
            update={"id": f"{chance.getrandbits(128):032x}", "time": NOON + i, "mark": -6.0}
            | {"question": f"guidance-and-applications-{i:010}"}
            | {"misconception": "removes-all-noise-at-each-step"}
        )
        for i in range(10_000)
    )
    text = dump(Log(many))
    assert len(text.encode()) < 2_000_000
    assert len(parse(text)) == 10_000


def test_attempts_at_unknown_questions_are_kept_and_counted() -> None:
    log = parse(changed(question="of-a-later-version"))
    assert len(log) == 1 and log.unknown({"goal-0"}) == 1
    assert parse(ONE).unknown({"goal-0"}) == 0


def test_the_attempts_at_one_question() -> None:
    log = Log((attempt("goal-0"), attempt("goal-1"), attempt("goal-0", time=NOON - 1)))
    assert [event.time for event in log.of("goal-0")] == [NOON - 1, NOON]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a log of this app"),
        ("hello", "not a log of this app"),
        ("[1, 2]", "not a log of this app"),
        ("null", "not a log of this app"),
        ('{"a": 1}', "not a log of this app"),
        ('{"format": "another/app", "version": 1}', "not a log of this app"),
        ("<html><script>alert(1)</script></html>", "not a log of this app"),
        ("[" * 100_000, "not a log of this app"),
        ("1" * 5000, "not a log of this app"),
        (ONE[:-1], "damaged or ends too early"),
        (ONE[: len(ONE) // 2], "damaged or ends too early"),
        (ONE.replace("2.0", "NaN"), "damaged or ends too early"),
        (ONE.replace('"version":1', '"version":2'), "newer version"),
        (ONE.replace('"version":1', '"version":0'), "which version"),
        (ONE.replace('"version":1', '"version":true'), "which version"),
        (ONE.replace('"version":1', '"version":"1"'), "which version"),
        (ONE.replace('"events":[', '"events":{"a":[').replace("]]}", "]]}}"), "no list of"),
        (ONE.replace('"hints"', '"tips"'), "no list of attempts"),
        (ONE.replace('"events":[[', '"events":[[1,'), "Attempt 1 of the file is incomplete"),
        (ONE.replace('"events":[', '"events":[{"id":1},'), "Attempt 1 of the file is incomplete"),
    ],
)
def test_what_is_no_log_is_refused_with_one_sentence(text: str, said: str) -> None:
    with pytest.raises(LogError) as caught:
        parse(text)
    sentence = str(caught.value)
    assert said in sentence and sentence.endswith(".") and "\n" not in sentence


SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", SCRIPT),
        ("id", "A" * 32),
        ("id", "a" * 32 + "\n"),
        ("id", 7),
        ("time", -1),
        ("time", 1e400),
        ("time", 10**30),
        ("time", "1800000000000"),
        ("time", True),
        ("question", SCRIPT),
        ("question", "goal-0\n"),
        ("question", "../goal"),
        ("question", "a" * 81),
        ("question", None),
        ("chosen", 4),
        ("chosen", "0"),
        ("certainty", SCRIPT),
        ("hints", 3),
        ("right", 1),
        ("right", False),
        ("mark", 7),
        ("mark", -1),
        ("mark", "2"),
        ("set", SCRIPT),
        ("misconception", SCRIPT),
        ("misconception", "wet"),
        ("misconception", [SCRIPT]),
    ],
)
def test_nothing_foreign_gets_in(column: str, value: object) -> None:
    text = changed(**{column: value})
    with pytest.raises(LogError) as caught:
        parse(text)
    # Nor is it repeated: the sentence is shown on a page.
    assert "<" not in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object, **__: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(json, "loads", read)
    for text in ("x" * 50_000_000, "é" * (MAX_BYTES // 2 + 1), ONE + " " * MAX_BYTES):
        with pytest.raises(LogError, match="larger than 5 MB"):
            parse(text)


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        attempt().right = False


def test_every_event_has_an_id_of_its_own() -> None:
    assert attempt().id != attempt().id
