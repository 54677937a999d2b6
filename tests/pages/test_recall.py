"""Recall: what is due, and the record as a file."""

import json
from collections import Counter

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.quiz.record import LOG, now
from quizzes.bank import load_bank
from quizzes.log import MAX_BYTES, Log, dump
from quizzes.review import DAY
from tests.pages.conftest import Open
from tests.pages.quiz_visitor import (
    IDS,
    asked,
    choose,
    choose_again,
    event,
    labels,
    log_of,
    press,
    said,
    shown,
    with_log,
)

pytestmark = pytest.mark.usefixtures("without_mnist")


def test_nothing_to_recall_yet(open_page: Open) -> None:
    app = open_page("recall")
    assert "Nothing to recall yet" in shown(app)
    assert not [label for label in labels(app) if label.startswith("Recall")]


def test_what_is_due_is_asked_in_a_session_that_ends(open_page: Open) -> None:
    app = with_log(open_page, "recall", Log(tuple(event(id, 200) for id in IDS[:20])))
    assert "**20 due**, of 20" in shown(app)
    press(app, "Recall 12 now")
    for left in range(12, 0, -1):
        assert f"{left} to go" in " ".join(c.value for c in app.caption)
        press(choose(app, asked(app), True), "Check")
        press(app, "Next")
    assert "**8 due**, of 20" in shown(app)
    # That was not all: 8 are due, and the bars say so.
    assert "There are more to recall today" in shown(app) and "That was all" not in shown(app)
    assert Counter(e.set for e in log_of(app)) == {"practice": 20, "recall": 12}


def test_a_question_may_be_tried_again_and_counts_once(open_page: Open) -> None:
    app = with_log(open_page, "recall", Log((event(IDS[0], 200),)))
    press(app, "Recall 1 now")
    question = asked(app)
    press(choose(app, question, False), "Check")
    assert "Next" not in labels(app)
    press(choose_again(app, question, question.answer), "Try again")
    press(app, "Next")
    assert [e.right for e in log_of(app)] == [True, False]
    assert "That was all for now" in shown(app)


def test_what_was_just_answered_is_not_due(open_page: Open) -> None:
    app = with_log(open_page, "recall", Log((event(IDS[0], 0),)))
    assert "Nothing is due now. The next question comes back in 2 days, on" in shown(app)


@pytest.mark.parametrize("ago", [0, 0.4, 1, 1.6, 2, 7, 9])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "", "x/y"])
def test_the_sentence_and_the_bars_agree(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, ago: float, zone: str
) -> None:
    monkeypatch.setattr(type(st.context), "timezone", zone)
    log = Log((event(IDS[0], ago), event(IDS[1], ago, certainty="certain")))
    app = with_log(open_page, "recall", log)
    bars = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    counts = dict(zip(bars["x"], bars["y"], strict=True))
    assert ("Nothing is due now" in shown(app)) == (counts["today"] == 0)
    assert (f"**{counts['today']} due**" in shown(app)) == (counts["today"] > 0)
    said = next(c.value for c in app.caption if ": 1" in c.value or ": 2" in c.value)
    assert ("today" in said) == (counts["today"] > 0)
    tomorrow = counts["+1"] > 0 and not counts["today"]
    assert ("comes back tomorrow" in shown(app)) == tomorrow


def test_midnight_changes_nothing(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in London's day nor elsewhere: the options stand as they stood."""
    app = with_log(open_page, "recall", Log((event(IDS[0], 200),)))
    press(app, "Recall 1 now")
    radio = next(r for r in app.radio if "-chosen-" in str(r.key))
    before, later = list(radio.options), now() + DAY
    monkeypatch.setattr("pages.recall.now", lambda: later)
    app.run()
    assert list(next(r for r in app.radio if "-chosen-" in str(r.key)).options) == before


def test_the_order_is_another_one_the_next_time(open_page: Open) -> None:
    orders = set()
    for times in range(1, 9):
        log = Log(tuple(event(IDS[0], 200 + n) for n in range(times)))
        app = press(with_log(open_page, "recall", log), "Recall 1 now")
        orders.add(tuple(next(r for r in app.radio if "-chosen-" in str(r.key)).options))
    assert len(orders) > 4


def test_a_clock_that_was_ahead_does_no_harm(open_page: Open) -> None:
    log = Log((event(IDS[0], -4000), event(IDS[1], -400, right=False), event(IDS[2], 100)))
    app = with_log(open_page, "recall", log)
    assert not app.exception and said(app) == []
    assert "**3 due**, of 3" in shown(app)
    press(app, "Recall 3 now")
    press(choose(app, asked(app), True), "Check")
    assert "✓ Right." in shown(app)


def test_questions_that_are_no_longer_in_the_bank(open_page: Open) -> None:
    app = with_log(open_page, "recall", Log((event("gone", 90), event("predict-gone", 90))))
    assert "Nothing to recall yet" in shown(app) and len(log_of(app)) == 2


def test_the_map_and_the_forecast_follow_from_the_log(open_page: Open) -> None:
    weak = load_bank().concepts[2]
    events = [event(q.id, 3, right=False) for q in weak.questions]
    app = with_log(open_page, "recall", Log(tuple(events)))
    assert f"Worth another look: {weak.title}" in [
        link.proto.label for link in app.get("page_link")
    ]
    assert app.get("plotly_chart")
    map = next(h.proto.body for h in app.get("html") if "fog-map" in h.proto.body)
    assert map.count("<li>") == 12 and map.count("not tried yet") == 11
    assert f"0% after {len(events)}" in map


# --- The record as a file ----------------------------------------------------------------------


def upload(app: AppTest, content: bytes, name: str = "record.json") -> AppTest:
    app.file_uploader[0].upload(name, content, "application/json").run()
    assert not app.exception
    return app


GOOD = dump(Log((event(IDS[0], 30), event(IDS[1], 20, right=False))))


def test_a_record_is_imported_once(open_page: Open) -> None:
    app = upload(open_page("recall"), GOOD.encode())
    assert [s.value for s in app.success] == ["2 attempts added, 0 were here already."]
    assert said(app) == [] and dump(log_of(app)) == GOOD
    # The page already shows what follows from it.
    assert "due**, of 2" in shown(app)
    upload(app, GOOD.encode(), "again.json")
    assert [s.value for s in app.success] == ["0 attempts added, 2 were here already."]
    assert len(log_of(app)) == 2
    one = dump(Log((*log_of(app), event(IDS[5], 3))))
    upload(app, one.encode(), "one.json")
    assert [s.value for s in app.success] == ["1 attempt added, 2 were here already."]


def _edited(**fields: object) -> bytes:
    return json.dumps({**json.loads(GOOD), **fields}).encode()


def _with_script() -> bytes:
    content = json.loads(GOOD)
    content["events"][0][2] = "<script>alert(1)</script>"
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a": 1}', "This is not a log of this app"),
        (b"\x89PNG\r\n\x00\xff", "This is not a log of this app"),
        (b"", "This is not a log of this app"),
        (GOOD.encode()[:-40], "damaged or ends too early"),
        (_edited(version=99), "written by a newer version"),
        (_edited(format="something else"), "This is not a log of this app"),
        (_edited(events=[[1, 2]]), "Attempt 1 of the file is incomplete"),
        (_with_script(), "(“question” cannot be used)"),
        (b" " * (MAX_BYTES + 1), "larger than any record"),
    ],
    ids=["other", "binary", "empty", "cut", "future", "format", "short", "script", "large"],
)
def test_a_file_that_is_no_record_is_refused_in_a_sentence(
    open_page: Open, content: bytes, sentence: str
) -> None:
    mine = Log((event(IDS[3], 1),))
    app = upload(with_log(open_page, "recall", mine), content)
    (line,) = said(app)
    assert sentence in line and "\n" not in line and "<script" not in line
    assert not app.success and log_of(app) == mine
    # A good one after it is taken.
    upload(app, GOOD.encode())
    assert said(app) == [] and len(log_of(app)) == 3


def test_anki(open_page: Open) -> None:
    app = open_page("recall")
    assert [b.proto.label for b in app.get("download_button")] == [
        "Anki package (.apkg)",
        "Text (.csv), once Anki has the package",
    ]
    app.radio(key="which-q").set_value("those I have met").run()
    assert "You have not met any yet." in [c.value for c in app.caption]
    assert not app.get("download_button")
    app.session_state[LOG] = Log((event(IDS[0], 1),))
    assert len(app.run().get("download_button")) == 2
