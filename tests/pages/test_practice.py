"""Practice and predictions: asked, judged, explained."""

import pytest

from diffusion_core.labs.predict.experiments import EXPERIMENTS, outcomes
from pages.quiz import record as record_module
from pages.quiz.marks import SWITCH
from pages.quiz.record import LOG, NEW
from quizzes.bank import load_bank
from quizzes.grading import MARKS, GradingOptions
from quizzes.predict import to_predict
from tests.pages.conftest import Open
from tests.pages.quiz_visitor import (
    CORE,
    answer,
    asked,
    choose,
    choose_again,
    labels,
    log_of,
    press,
    said,
    shown,
)

pytestmark = pytest.mark.usefixtures("without_mnist")


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("right", [True, False])
def test_a_core_question_is_judged_and_explained(open_page: Open, number: int, right: bool) -> None:
    question = CORE[number - 1]
    app = press(open_page("practice", marks="true"), str(number))
    assert asked(app) == question
    answer(app, question, right)
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
    app = press(open_page("practice", marks="true"), "Hint")
    assert "**Hint 1.**" in shown(app)
    assert "Another hint (costs a third of the mark)" in labels(app)
    assert GradingOptions().hint_share == 1 / 3
    press(choose(app, CORE[0], True), "Check")
    assert "1.33 of 3 marks" in shown(app)
    app = open_page("practice", marks="true")
    press(choose(app, CORE[0], True, "certain"), "Check")
    assert "you were certain: 3 of 3 marks" in shown(app)
    app = open_page("practice", marks="true")
    answer(app, CORE[0], False, "certain")
    assert "you were certain (−6 marks). Worth a closer look." in shown(app)


def test_hints_come_to_an_end(open_page: Open) -> None:
    app = open_page("practice")
    for _ in CORE[0].hints:
        press(app, "Hint" if "Hint" in labels(app) else "Another hint")
    assert not [label for label in labels(app) if "hint" in label.lower()]
    assert "Check" in labels(app)


def test_nothing_is_checked_before_a_choice(open_page: Open) -> None:
    app = press(open_page("practice"), "Check")
    assert said(app) == ["Choose an answer first."] and not len(log_of(app))
    press(choose(app, CORE[0], True), "Check")
    assert said(app) == [] and len(log_of(app)) == 1


def test_the_ways_on(open_page: Open) -> None:
    app = press(open_page("practice"), "Skip")
    assert asked(app) == CORE[1] and not len(log_of(app))
    answer(app, CORE[1], False)
    press(app, "Another question on this idea")
    sibling = asked(app)
    concept = load_bank().concept_of
    assert sibling != CORE[1] and concept(sibling.id) is concept(CORE[1].id)
    # On from there, whether it is answered or not, and in a session that knows only the address.
    again = open_page("practice", question=sibling.id, shuffle="1")
    again.session_state[LOG] = log_of(app)
    assert asked(press(again.run(), "Skip")) == CORE[2]
    press(answer(app, sibling, True), "Next question")
    assert asked(app) == CORE[2]
    press(app, "5")
    press(choose(app, CORE[4], True), "Check")
    press(app, "Once more from the first")
    assert asked(app) == CORE[0]
    assert [label for label in labels(app) if label[0] in "12345"] == ["1", "2 ✗", "3", "4", "5 ✓"]


def test_a_question_that_comes_again_is_open_again(open_page: Open) -> None:
    app = open_page("practice", marks="true")
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
    press(choose(open_page("practice", marks="true"), CORE[0], True), "Check")
    assert heard == ["", "✓ Right, and you were fairly sure: 2 of 3 marks."]


# --- Marks, only where they are wanted ---------------------------------------------------------


@pytest.mark.parametrize("right", [True, False])
def test_without_marks_there_is_right_and_wrong(open_page: Open, right: bool) -> None:
    app = open_page("practice")
    assert not [r for r in app.radio if "-sure-" in str(r.key)] and "Hint" in labels(app)
    answer(app, CORE[0], right)
    text = shown(app)
    assert (":green[✓ Right.]" in text) == right and (":red[✗ Not this one.]" in text) != right
    assert "marks" not in text and "sure" not in text.split("Step by step")[0]
    (entry,) = log_of(app)
    assert (entry.certainty, entry.mark) == ("unsure", float(right))


def test_marks_are_turned_on_for_the_visit(open_page: Open) -> None:
    app = open_page("practice")
    app.toggle(key=SWITCH).set_value(True).run()
    assert app.query_params["marks"] == "true"
    sure = next(r for r in app.radio if "-sure-" in str(r.key))
    worth = [f"right +{right}, wrong {wrong}" for right, wrong in MARKS.values()]
    assert [caption.replace("−", "-") for caption in sure.proto.captions] == worth
    assert "Hint (costs a third of the mark)" in labels(app)
    # Another set, whose address says nothing of it.
    press(app, "Predict and run")
    del app.query_params["marks"]
    assert [r for r in app.run().radio if "-sure-" in str(r.key)]
    app.toggle(key=SWITCH).set_value(False).run()
    assert "marks" not in app.query_params
    assert not [r for r in app.radio if "-sure-" in str(r.key)]


def test_a_link_turns_marks_on(open_page: Open) -> None:
    app = open_page("practice", marks="true")
    assert app.toggle(key=SWITCH).value and [r for r in app.radio if "-sure-" in str(r.key)]
    assert not open_page("practice", marks="false").toggle(key=SWITCH).value
    app = open_page("practice", marks="yes")
    assert any("marks = yes (must be one of true, false)" in line for line in said(app))
    assert not app.toggle(key=SWITCH).value


# --- A second try ------------------------------------------------------------------------------


@pytest.mark.parametrize("right", [True, False])
def test_a_wrong_answer_may_be_tried_again(open_page: Open, right: bool) -> None:
    question, app = CORE[0], open_page("practice")
    press(choose(app, question, False), "Check")
    assert ":red[✗ Not this one. Try once more.]" in shown(app)
    assert f"**Hint 1.** {question.hints[0][:20]}" in shown(app)
    # Nothing is revealed.
    assert question.rule not in shown(app) and "(your answer)" not in shown(app)
    first = (question.answer + 1) % 4
    for index in (None, first):
        if index is not None:
            choose_again(app, question, index)
        press(app, "Try again")
        assert said(app) == ["Choose another answer first."]
    second = question.answer if right else (question.answer + 2) % 4
    press(choose_again(app, question, second), "Try again")
    told = ":green[✓ Right, at the second try.]" if right else ":red[✗ Not this one either."
    assert told in shown(app) and question.rule in shown(app)
    assert "(your first answer)" in shown(app) and shown(app).count("(your answer)") == 1
    # The first answer is what the record keeps.
    (entry,) = log_of(app)
    assert (entry.chosen, entry.right, entry.hints) == (first, False, 0)


def test_the_solution_is_always_at_hand(open_page: Open) -> None:
    app = press(open_page("practice"), "Show the solution")
    assert "Here is the solution." in shown(app) and CORE[0].rule in shown(app)
    assert "(your answer)" not in shown(app) and "Next question" in labels(app)
    (entry,) = log_of(app)
    assert (entry.chosen, entry.right, entry.mark) == (None, False, 0)
    assert "1" in labels(app)  # neither right nor wrong


# --- What is to be looked at -------------------------------------------------------------------


def test_what_comes_next_is_brought_up(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str]] = []
    monkeypatch.setattr(
        record_module, "_keys", lambda data, **_: told.append((data["moved"], data["to"]))
    )
    app = choose(open_page("practice"), CORE[0], True).run()
    assert told[-1] == (0, "")
    press(app, "Check")
    assert told[-1] == (1, ".st-key-ask-practice")
    app.run()
    assert told[-1][0] == 1
    press(app, "Next question")
    assert told[-1] == (2, ".st-key-ask-practice")


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
        assert ("✓ Right." in shown(app)) == right and "Try again" not in labels(app)
        assert f"**Look:** {words.look}" in shown(app)
        assert log_of(app).of(question.id)[0].set == "predict"
        assert len(log_of(app)) == number
        press(app, "Next prediction")
    # And once round.
    assert "Prediction 1 of" in " ".join(c.value for c in app.caption)
    press(app, "Predict again")
    assert "Check" in labels(app)
    assert said(app) == []
