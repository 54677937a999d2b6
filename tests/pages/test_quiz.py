"""Practice, the test, predictions and recall, without a browser.

AppTest has no JavaScript: the record here is the session's copy of it, and what the browser keeps
is tested in tests/browser/test_quiz.py.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from diffusion_core.experiments import EXPERIMENTS, outcomes
from pages.components import quiz_test
from pages.components import record as record_module
from pages.components.record import LOG, NEW, now
from quizzes import bank as bank_module
from quizzes.bank import BANK, load_bank
from quizzes.log import MAX_BYTES, Event, Log, dump
from quizzes.predict import predictions
from quizzes.review import DAY
from quizzes.schema import Question
from tests.pages.conftest import Open

pytestmark = pytest.mark.usefixtures("without_mnist")
CORE = load_bank().core()


# --- What a visitor does -----------------------------------------------------------------------


def said(app: AppTest) -> list[str]:
    """Complaints of all kinds."""
    return [*(w.value for w in app.warning), *(e.value for e in app.error)]


def shown(app: AppTest) -> str:
    """All text in Markdown."""
    return "\n".join(block.value for block in app.markdown)


def press(app: AppTest, label: str) -> AppTest:
    """Press the button that is called so, or whose name begins so, and let the page run."""
    next(button for button in app.button if button.label.startswith(label)).click().run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def log_of(app: AppTest) -> Log:
    return app.session_state[LOG] if LOG in app.session_state else Log()


def choose(app: AppTest, question: Question, right: bool, sure: str | None = None) -> AppTest:
    """Choose an answer to the question on screen."""
    index = question.answer if right else (question.answer + 1) % 4
    group = next(r for r in app.radio if str(r.key).endswith(f"-chosen-{question.id}"))
    group.set_value(index)
    if sure:
        next(r for r in app.radio if str(r.key).endswith(f"-sure-{question.id}")).set_value(sure)
    return app


def asked(app: AppTest) -> Question:
    """The question of the bank that is on screen."""
    key = next(str(r.key) for r in app.radio if "-chosen-" in str(r.key))
    return load_bank().questions[key.partition("-chosen-")[2]]


def event(question: str, ago: float, right: bool = True, **fields: Any) -> Event:
    """An attempt, so many days ago."""
    given = {
        "id": uuid.uuid4().hex,
        "time": now() - round(ago * DAY),
        "question": question,
        "chosen": 1,
        "certainty": "fairly",
        "hints": 0,
        "right": right,
        "mark": 2.0 if right else -2.0,
        "set": "practice",
        "misconception": None if right else "one-big-step",
    }
    return Event(**{**given, **fields})


def with_log(open_page: Open, page: str, log: Log) -> AppTest:
    """A page opened by somebody whose browser has this record."""
    app = open_page(page)
    app.session_state[LOG] = log
    return app.run()


# --- Practice ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("right", [True, False])
def test_a_core_question_is_judged_and_explained(open_page: Open, number: int, right: bool) -> None:
    question = CORE[number - 1]
    app = press(open_page("practice"), str(number))
    assert asked(app) == question
    press(choose(app, question, right), "Check")
    text = shown(app)
    assert ("Right, and you were fairly sure: 2 of 3 marks." in text) == right
    assert ("Not this one; you were fairly sure (−2 marks)." in text) == (not right)
    # Every option is explained, the yours is named, and the stage is there as the witness.
    assert all(option.feedback[:25].split("[[")[0] in text for option in question.options)
    assert text.count("(your answer)") == 1
    assert "**Look:**" in text and question.rule[:20] in text
    (entry,) = log_of(app)
    assert (entry.question, entry.right, entry.set) == (question.id, right, "practice")
    assert (entry.misconception is None) == right
    assert f"{number} {'✓' if right else '✗'}" in labels(app)


def test_a_hint_lowers_the_mark_and_certainty_raises_it(open_page: Open) -> None:
    app = press(open_page("practice"), "Hint")
    assert "**Hint 1.**" in shown(app) and "Another hint" in labels(app)
    press(choose(app, CORE[0], True), "Check")
    assert "1.33 of 3 marks" in shown(app)
    app = open_page("practice")
    press(choose(app, CORE[0], True, "certain"), "Check")
    assert "you were certain: 3 of 3 marks" in shown(app)
    app = open_page("practice")
    press(choose(app, CORE[0], False, "certain"), "Check")
    assert "you were certain (−6 marks). Worth a closer look." in shown(app)


def test_hints_come_to_an_end(open_page: Open) -> None:
    app = open_page("practice")
    for _ in CORE[0].hints:
        press(app, "Hint" if "Hint" in labels(app) else "Another hint")
    assert next(b for b in app.button if "hint" in b.label.lower()).disabled


def test_nothing_is_checked_before_a_choice(open_page: Open) -> None:
    app = press(open_page("practice"), "Check")
    assert said(app) == ["Choose an answer first."] and not len(log_of(app))
    press(choose(app, CORE[0], True), "Check")
    assert said(app) == [] and len(log_of(app)) == 1


def test_the_ways_on(open_page: Open) -> None:
    app = press(open_page("practice"), "Skip")
    assert asked(app) == CORE[1] and not len(log_of(app))
    press(choose(app, CORE[1], False), "Check")
    press(app, "Another question on this idea")
    sibling = asked(app)
    concept = load_bank().concept_of
    assert sibling != CORE[1] and concept(sibling.id) is concept(CORE[1].id)
    press(app, "5")
    press(choose(app, CORE[4], True), "Check")
    press(app, "Once more from the first")
    assert asked(app) == CORE[0]
    assert [label for label in labels(app) if label[0] in "12345"] == ["1", "2 ✗", "3", "4", "5 ✓"]


def test_a_question_that_comes_again_is_open_again(open_page: Open) -> None:
    app = open_page("practice")
    press(choose(app, CORE[0], True, "certain"), "Check")
    press(app, "1")
    chosen, sure = (r for r in app.radio if CORE[0].id in str(r.key))
    assert chosen.value is None and sure.value == "fairly sure"
    press(app, "Check")
    assert said(app) == ["Choose an answer first."]


def test_an_answer_is_one_event_and_one_run(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = choose(open_page("practice"), CORE[0], True)
    runs: list[str] = []
    shows = record_module._record
    monkeypatch.setattr(record_module, "_record", lambda **given: runs.append(shows(**given)))
    press(app, "Check")
    assert len(runs) == 1 and len(log_of(app)) == len(app.session_state[NEW]) == 1
    # A run in which nothing was answered adds nothing.
    app.run()
    assert len(runs) == 2 and len(log_of(app)) == 1


def test_what_is_heard_is_what_is_seen(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(record_module, "_keys", lambda data, **_: heard.append(data["said"]))
    press(choose(open_page("practice"), CORE[0], True), "Check")
    assert heard == ["", "Right, and you were fairly sure: 2 of 3 marks."]


# --- The test ----------------------------------------------------------------------------------


def test_questions(app: AppTest) -> list[tuple[str, list[Any]]]:
    """What a test asks, with the order of the options."""
    return [
        (str(group.key), list(group.options)) for group in app.radio if "-chosen" in str(group.key)
    ]


test_questions.__test__ = False  # type: ignore[attr-defined]


def answer_all(app: AppTest, seed: str, right: int, sure: str = "fairly sure") -> list[Question]:
    """Choose in all questions of a test, so many of them right. The questions."""
    bank, found = load_bank(), []
    for number, drawn in enumerate(quiz_test.select(bank, Log(), int(seed)), 1):
        answer = drawn.question.answer
        index = answer if number <= right else (answer + 1) % 4
        app.radio(key=f"test-{seed}-{number}-chosen").set_value(index)
        app.radio(key=f"test-{seed}-{number}-sure").set_value(sure)
        found.append(drawn.question)
    return found


def test_a_number_in_the_address_is_a_test(open_page: Open) -> None:
    first, again, other = (
        test_questions(open_page("practice", set="test", test=seed)) for seed in ("7", "7", "8")
    )
    assert first == again != other and len(first) == 10


def test_a_test_without_a_number_gets_one(open_page: Open) -> None:
    app = open_page("practice", set="test")
    assert int(app.query_params["test"][0]) < quiz_test.MAX_TEST
    before = test_questions(app)
    press(app, "A test of ten")
    assert test_questions(app) != before


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"set": "exam"}, "set = exam (must be one of practice, test, predict)"),
        ({"set": "test", "test": "x"}, "test = x (must be a whole number from 0 to 1000000)"),
        ({"set": "test", "test": "9" * 5000}, "must be a whole number from 0 to 1000000"),
        ({"set": "test", "test": "-1"}, "test = -1"),
        ({"set": "test", "test": "+1"}, None),
        ({"set": "test", "feedback": "never"}, "feedback = never (must be one of end, each)"),
    ],
)
def test_an_address_that_is_no_test(
    open_page: Open, query: dict[str, str], sentence: str | None
) -> None:
    app = open_page("practice", **query)
    assert not app.exception and app.radio
    if sentence:
        assert any(sentence in line for line in said(app))


def test_open_questions_are_named_once_and_then_accepted(open_page: Open) -> None:
    app = open_page("practice", set="test", test="7")
    answer_all(app, "7", 10)
    app.radio(key="test-7-10-chosen").set_value(None)
    press(app, "Hand in")
    (line,) = said(app)
    assert line.startswith("1 of 10 are still open.") and not len(log_of(app))
    # What was chosen is still chosen.
    assert sum(r.value is not None for r in app.radio if "chosen" in str(r.key)) == 9
    press(app, "Hand in")
    assert said(app) == [] and "**9 of 10** right, 18 of 30 marks." in shown(app)
    assert [e.chosen for e in log_of(app)].count(None) == 1


def test_the_verdict_says_where_to_go(open_page: Open) -> None:
    app = open_page("practice", set="test", test="7")
    questions = answer_all(app, "7", 6, "certain")
    press(app, "Hand in")
    assert app.header[0].value == "Getting there"
    text = shown(app)
    assert "**6 of 10** right, −6 of 30 marks." in text
    hard = Counter(q.difficulty for q in questions)
    for title in ("By difficulty", "By idea", "By how sure you were"):
        assert f"**{title}**" in text
    assert f"- easy: {hard['easy']} of {hard['easy']}" in text
    assert "- certain: 6 of 10" in text
    assert "**Certain, and wrong:**" in text
    bank = load_bank()
    for question in questions:
        assert f"- {bank.concept_of(question.id).title}: " in text
        assert question.stem.strip() in text
    # The form is gone as soon as the verdict is there.
    assert "Hand in" not in labels(app) and not test_questions(app)
    # All ten are there to be read; those that were certain and wrong are opened.
    assert [e.proto.expanded for e in app.expander] == [False] * 6 + [True] * 4
    assert len(log_of(app)) == 10 and {e.set for e in log_of(app)} == {"test"}
    assert app.get("page_link")
    app.run()
    assert len(log_of(app)) == 10
    press(app, "Another test")
    assert app.query_params["test"] != ["7"] and len(test_questions(app)) == 10


def test_all_right_and_nothing_to_look_at(open_page: Open) -> None:
    app = open_page("practice", set="test", test="3")
    answer_all(app, "3", 10, "certain")
    press(app, "Hand in")
    assert app.header[0].value == "Strong" and "**10 of 10** right, 30 of 30" in shown(app)
    assert "Certain, and wrong" not in shown(app)


def test_feedback_after_each_question(open_page: Open) -> None:
    app = open_page("practice", set="test", test="7", feedback="each")
    for number in range(1, 11):
        question = asked(app)
        assert f"Question {number} of 10" in " ".join(c.value for c in app.caption)
        press(choose(app, question, number % 2 == 0), "Check")
        assert ("Right, and you were" in shown(app)) == (number % 2 == 0)
        assert len(log_of(app)) == number
        # What is on record cannot be handed in a second time.
        assert app.toggle[0].disabled
        press(app, "Next question" if number < 10 else "To the result")
    assert "**5 of 10** right" in shown(app) and len(log_of(app)) == 10


def test_the_same_questions_whenever_feedback_comes(open_page: Open) -> None:
    at_the_end = test_questions(open_page("practice", set="test", test="7"))
    app = open_page("practice", set="test", test="7", feedback="each")
    assert list(next(r for r in app.radio if "chosen" in str(r.key)).options) == at_the_end[0][1]


# --- Predictions -------------------------------------------------------------------------------


@pytest.mark.parametrize("right", [True, False])
def test_all_predictions_can_be_asked_and_answered(open_page: Open, right: bool) -> None:
    app = open_page("practice", set="predict")
    for number, (name, words) in enumerate(predictions().items(), 1):
        question = words.question(outcomes()[name].outcome)
        assert f"Prediction {number} of {len(EXPERIMENTS)}" in " ".join(
            c.value for c in app.caption
        )
        press(choose(app, question, right), "Check")
        assert ("Right, and you were" in shown(app)) == right
        assert f"**Look:** {words.look}" in shown(app)
        assert log_of(app).of(question.id)[0].set == "predict"
        assert len(log_of(app)) == number
        press(app, "Next prediction")
    # And once round.
    assert "Prediction 1 of" in " ".join(c.value for c in app.caption)
    press(app, "Predict again")
    assert "Check" in labels(app)
    assert said(app) == []


# --- Recall ------------------------------------------------------------------------------------


IDS = list(load_bank().questions)


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
    assert "That was all for now" in shown(app) and "**8 due**, of 20" in shown(app)
    assert Counter(e.set for e in log_of(app)) == {"practice": 20, "recall": 12}


def test_what_was_just_answered_is_not_due(open_page: Open) -> None:
    app = with_log(open_page, "recall", Log((event(IDS[0], 0),)))
    assert "Nothing is due now. The next question comes back on" in shown(app)


def test_a_clock_that_was_ahead_does_no_harm(open_page: Open) -> None:
    log = Log((event(IDS[0], -4000), event(IDS[1], -400, right=False), event(IDS[2], 100)))
    app = with_log(open_page, "recall", log)
    assert not app.exception and said(app) == []
    assert "**3 due**, of 3" in shown(app)
    press(app, "Recall 3 now")
    press(choose(app, asked(app), True), "Check")
    assert "Right, and you were" in shown(app)


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
        "Text for Anki (.csv)",
    ]
    app.radio(key="which-q").set_value("those I have met").run()
    assert "You have not met any yet." in [c.value for c in app.caption]
    assert not app.get("download_button")
    app.session_state[LOG] = Log((event(IDS[0], 1),))
    assert len(app.run().get("download_button")) == 2


# --- What is broken ----------------------------------------------------------------------------


@pytest.fixture
def own_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bank, to be damaged."""
    folder = tmp_path / "bank"
    shutil.copytree(BANK, folder)
    monkeypatch.setattr(bank_module.load_bank, "__defaults__", (folder,))
    return folder


@pytest.mark.parametrize("page", ["practice", "recall"])
def test_a_malformed_file_of_questions_is_named(open_page: Open, own_bank: Path, page: str) -> None:
    (own_bank / "goal.yaml").write_text("concept: goal\nquestions:\n  - id: [\n", "utf-8")
    app = open_page(page)
    assert not app.exception
    lines = said(app)
    assert len(lines) == 1 and "goal.yaml" in lines[0] and "\n" not in lines[0]


@pytest.mark.parametrize("page", ["overview", "forward", "deep_dive", "confusions"])
def test_other_pages_work_without_questions(open_page: Open, own_bank: Path, page: str) -> None:
    (own_bank / "goal.yaml").write_text("- nothing\n", "utf-8")
    app = open_page(page)
    assert not app.exception and app.title[0].value
    assert len(said(app)) <= 1
    # What comes after the question is there too.
    assert app.get("page_link")


def test_the_bank_may_change_in_the_middle_of_a_session(open_page: Open, own_bank: Path) -> None:
    app = with_log(open_page, "recall", Log(tuple(event(id, 200) for id in IDS[:3])))
    press(app, "Recall 3 now")
    name = load_bank().concept_of(IDS[0]).concept
    (own_bank / f"{name}.yaml").unlink()
    app.run()
    assert not app.exception and said(app) == []
