"""Practice and predictions: asked, judged, explained."""

import pytest

from diffusion_core.labs.predict.experiments import EXPERIMENTS, outcomes
from pages.quiz import record as record_module
from pages.quiz.record import NEW
from quizzes.bank import load_bank
from quizzes.predict import to_predict
from tests.pages.conftest import Open
from tests.pages.quiz_visitor import CORE, asked, choose, labels, log_of, press, said, shown

pytestmark = pytest.mark.usefixtures("without_mnist")


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


# --- Predictions -------------------------------------------------------------------------------


@pytest.mark.parametrize("right", [True, False])
def test_all_predictions_can_be_asked_and_answered(open_page: Open, right: bool) -> None:
    app = open_page("practice", set="predict")
    for number, (name, words) in enumerate(to_predict().items(), 1):
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
