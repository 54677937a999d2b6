"""What was half done comes back: a session that is new, after a restart, is told by the browser.

AppTest has no browser. What record.js is given is what it keeps, and what it sends is put where the
session finds it; that record.js does so is tested in tests/browser/test_drafts.py.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.quiz.drafts import FOUND, KEPT_LINE, LINE
from pages.quiz.marks import SWITCH
from pages.quiz.record import LOG
from quizzes.bank import load_bank
from quizzes.draft import read_drafts, read_line
from quizzes.log import Log
from tests.pages.conftest import Open
from tests.pages.quiz_visitor import (
    CORE,
    IDS,
    answer,
    asked,
    choose,
    choose_again,
    event,
    labels,
    log_of,
    press,
    shown,
    with_log,
)

pytestmark = pytest.mark.usefixtures("without_mnist")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the browser holds after each run: record.js, in three lines of Python."""
    held: dict[str, Any] = {}

    def record(data: Mapping[str, Any], **_: object) -> None:
        held.update(data["drafts"])
        for place in [place for place, draft in held.items() if draft is None]:
            del held[place]

    monkeypatch.setattr("pages.quiz.record._record", record)
    return held


def query_of(app: AppTest) -> dict[str, str]:
    """What the address says."""
    return {
        name: values if isinstance(values, str) else values[0]
        for name, values in app.query_params.items()
    }


def come_back(open_page: Open, app: AppTest, kept: Mapping[str, Any], page: str) -> AppTest:
    """The same address in a session that knows nothing, which the browser then tells."""
    new = open_page(page, **query_of(app))
    new.session_state[LOG] = log_of(app)
    new.session_state[FOUND] = read_drafts(text := json.dumps(kept))
    if line := read_line(text, KEPT_LINE):
        new.session_state[LINE] = [*line]
    new.run()
    assert not new.exception
    return new


def answers(app: AppTest) -> list[tuple[str, list[Any], Any]]:
    """Every radio group of the questions: its options in their order, and what is chosen."""
    return [
        (str(r.key), list(r.options), r.value)
        for r in app.radio
        if "-chosen-" in str(r.key) or "-sure-" in str(r.key)
    ]


def test_the_order_follows_from_the_address(open_page: Open, kept: dict[str, Any]) -> None:
    app = press(open_page("practice"), "3")
    assert query_of(app)["question"] == CORE[2].id
    # Before the browser has said anything.
    assert answers(open_page("practice", **query_of(app))) == answers(app)


@pytest.mark.parametrize("right", [True, False])
def test_a_choice_comes_back(open_page: Open, kept: dict[str, Any], right: bool) -> None:
    app = press(press(open_page("practice", marks="true"), "3"), "Hint")
    choose(app, CORE[2], right, "certain").run()
    new = come_back(open_page, app, kept, "practice")
    assert answers(new) == answers(app) and [value for _, _, value in answers(new)][1] == "certain"
    assert "**Hint 1.**" in shown(new)
    press(new, "Check")
    (entry,) = log_of(new)
    assert (entry.right, entry.certainty, entry.hints) == (right, "certain", 1)


def test_what_was_checked_is_not_asked_again(open_page: Open, kept: dict[str, Any]) -> None:
    app = answer(open_page("practice", marks="true"), CORE[0], False)
    new = come_back(open_page, app, kept, "practice")
    assert shown(new) == shown(app) and "Check" not in labels(new)
    assert "you were fairly sure (−2 marks)" in shown(new)
    assert len(log_of(new)) == 1
    # The next time it is open again, in both.
    for page in (app, new):
        press(page, "1")
        assert "Check" in labels(page) and answers(page)[0][2] is None


def test_a_second_try_comes_back(open_page: Open, kept: dict[str, Any]) -> None:
    app = press(choose(open_page("practice"), CORE[0], False), "Check")
    right = CORE[0].answer
    choose_again(app, CORE[0], right).run()
    new = come_back(open_page, app, kept, "practice")
    assert shown(new) == shown(app) and "Try again" in labels(new)
    press(new, "Try again")
    third = come_back(open_page, new, kept, "practice")
    assert "Right, at the second try." in shown(third) and shown(third) == shown(new)
    assert len(log_of(third)) == 1


def test_a_question_that_was_only_looked_at_is_not_kept(
    open_page: Open, kept: dict[str, Any]
) -> None:
    open_page("practice").run()
    assert not kept


def test_another_question_under_the_same_number(open_page: Open, kept: dict[str, Any]) -> None:
    """Somebody edits the address."""
    app = press(choose(open_page("practice"), CORE[0], True), "Check")
    app.query_params["question"] = CORE[1].id
    app.run()
    assert asked(app) == CORE[1] and "Check" in labels(app)
    app.query_params["question"] = CORE[0].id
    app.run()
    assert "(your answer)" in shown(app)


def test_what_was_chosen_meanwhile_stays(open_page: Open, kept: dict[str, Any]) -> None:
    app = choose(open_page("practice"), CORE[0], True).run()
    new = choose(open_page("practice", **query_of(app)), CORE[0], False).run()
    new.session_state[FOUND] = read_drafts(json.dumps(kept))
    new.run()
    assert answers(new)[0][2] == (CORE[0].answer + 1) % 4


def test_a_test_of_ten_comes_back(open_page: Open, kept: dict[str, Any]) -> None:
    app = open_page("practice", set="test", test="7", marks="true")
    for number, group in enumerate(r for r in app.radio if "-chosen-" in str(r.key)):
        if number < 6:
            group.set_value(number % 4)
    for number, group in enumerate(r for r in app.radio if "-sure-" in str(r.key)):
        group.set_value(["unsure", "fairly sure", "certain"][number % 3])
    app.run()
    new = come_back(open_page, app, kept, "practice")
    assert answers(new) == answers(app)
    assert sum(value is not None for key, _, value in answers(new) if "-chosen-" in key) == 6
    press(press(new, "Hand in"), "Hand in")
    assert len(log_of(new)) == 10
    # What was handed in is not handed in again, whatever is reloaded.
    again = come_back(open_page, new, kept, "practice")
    assert again.header[0].value == new.header[0].value and shown(again) == shown(new)
    assert "Hand in" not in labels(again) and len(log_of(again)) == 10
    # But whoever wants to, or has been given the same link, can take it once more.
    press(again, "This test again")
    assert "Hand in" in labels(again) and all(
        v is None for k, _, v in answers(again) if "chos" in k
    )
    assert not any(place.startswith("test-") for place in kept)


def test_a_test_with_feedback_goes_on_where_it_was(open_page: Open, kept: dict[str, Any]) -> None:
    app = open_page("practice", set="test", test="7", feedback="each")
    for number in range(3):
        press(choose(app, asked(app), number != 1), "Check")
        if number < 2:
            press(app, "Next question")
    # The feedback on the third is still to be read.
    new = come_back(open_page, app, kept, "practice")
    assert shown(new) == shown(app) and len(log_of(new)) == 3
    press(new, "Next question")
    choose(new, asked(new), True).run()
    # A choice that was not checked yet.
    third = come_back(open_page, new, kept, "practice")
    assert answers(third) == answers(new)
    for number in range(3, 10):
        press(choose(third, asked(third), True), "Check")
        press(third, "Next question" if number < 9 else "To the result")
    assert "**9 of 10** right" in shown(third) and len(log_of(third)) == 10
    last = come_back(open_page, third, kept, "practice")
    assert "**9 of 10** right" in shown(last)


def test_a_prediction_comes_back(open_page: Open, kept: dict[str, Any]) -> None:
    app = press(open_page("practice", set="predict"), "Next prediction")
    assert query_of(app)["prediction"] == "2"
    next(r for r in app.radio if "-chosen-" in str(r.key)).set_value(2)
    app.run()
    new = come_back(open_page, app, kept, "practice")
    assert answers(new) == answers(app)


def test_the_question_beside_a_stage_comes_back(open_page: Open, kept: dict[str, Any]) -> None:
    app = open_page("forward", marks="true")
    question = load_bank().beside("forward")
    assert question
    choose(app, question, True, "unsure").run()
    assert answers(come_back(open_page, app, kept, "forward")) == answers(app)


def test_a_session_of_recall_goes_on(open_page: Open, kept: dict[str, Any]) -> None:
    log = Log(tuple(event(id, 200) for id in IDS[:5]))
    app = press(with_log(open_page, "recall", log), "Recall 5 now")
    press(choose(app, asked(app), True), "Check")
    press(app, "Next")
    app.toggle(key=SWITCH).set_value(True).run()
    choose(app, asked(app), False, "certain").run()
    new = come_back(open_page, app, kept, "recall")
    assert "4 to go" in " ".join(c.value for c in new.caption)
    assert answers(new) == answers(app)
    press(press(new, "Check"), "Show the solution")
    # Its feedback, with the options in the order in which they were answered.
    third = come_back(open_page, new, kept, "recall")
    assert shown(third) == shown(new) and len(log_of(third)) == 7
    for _ in range(3):
        press(third, "Next")
        press(choose(third, asked(third), True), "Check")
    press(third, "Next")
    assert "That was all for now" in shown(third) and KEPT_LINE not in kept


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"question": "no-such-question"}, "question = no-such-question (must be the name of a"),
        ({"shuffle": "9" * 5000}, "(must be a whole number from 0 to 9999)"),
        ({"set": "predict", "prediction": "0"}, "prediction = 0 (must be a whole number from 1"),
    ],
)
def test_an_address_that_asks_for_no_question(
    open_page: Open, query: dict[str, str], said: str
) -> None:
    app = open_page("practice", **query)
    assert not app.exception and asked_or_predicted(app)
    assert any(said in warning.value for warning in app.warning)


def asked_or_predicted(app: AppTest) -> bool:
    return any("-chosen-" in str(radio.key) for radio in app.radio)


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{", "[" * 90_000, "9" * 5000),
        *('{"practice": 1}', '{"practice-1": {}}', '{"\\ud800": {"question": "a"}}'),
        *('{"recall-line": {"a": 1}}', '{"recall-line": ["a", 3]}'),
    ],
)
def test_what_a_browser_sends_may_be_anything(text: str) -> None:
    assert read_drafts(text) == {} and read_line(text, KEPT_LINE) == ()
