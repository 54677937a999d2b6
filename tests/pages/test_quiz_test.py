"""The test of ten questions."""

from collections import Counter
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.quiz import ten as quiz_test
from quizzes.bank import load_bank
from quizzes.log import Log
from quizzes.schema import Question
from quizzes.selection import plain
from tests.pages.conftest import Open
from tests.pages.quiz_visitor import asked, choose, labels, log_of, press, said, shown

pytestmark = pytest.mark.usefixtures("without_mnist")


def test_questions(app: AppTest) -> list[tuple[str, list[Any]]]:
    """What a test asks, with the order of the options."""
    return [
        (str(group.key), list(group.options)) for group in app.radio if "-chosen" in str(group.key)
    ]


test_questions.__test__ = False  # type: ignore[attr-defined]


def answer_all(app: AppTest, seed: str, right: int, sure: str = "") -> list[Question]:
    """Choose in all questions of a test, so many of them right. The questions."""
    bank, found = load_bank(), []
    for number, drawn in enumerate(quiz_test.select(bank, Log(), int(seed)), 1):
        answer = drawn.question.answer
        index = answer if number <= right else (answer + 1) % 4
        id = drawn.question.id
        app.radio(key=f"test-{seed}-{number}-chosen-{id}").set_value(index)
        if sure:
            app.radio(key=f"test-{seed}-{number}-sure-{id}").set_value(sure)
        found.append(drawn.question)
    return found


def test_a_gentle_test_is_easy_and_plain(open_page: Open) -> None:
    app = press(open_page("practice"), "A gentle test")
    assert app.query_params["set"] == "gentle"
    questions = [load_bank().questions[key.split("-chosen-")[1]] for key, _ in test_questions(app)]
    assert len(questions) == 10 and {q.difficulty for q in questions} == {"easy"}
    assert all(plain(question) for question in questions)
    seed = str(app.query_params["test"])
    again = open_page("practice", set="gentle", test=seed)
    assert test_questions(again) == test_questions(app)
    press(press(app, "Hand in"), "Hand in")
    assert "**0 of 10** right." in shown(app) and {e.set for e in log_of(app)} == {"test"}
    assert "By idea" in shown(app) and "By difficulty" not in shown(app)
    # The full test of that number is another one, and open.
    assert "Hand in" in labels(open_page("practice", set="test", test=seed))


def test_a_test_without_marks_says_nothing_of_them(open_page: Open) -> None:
    app = open_page("practice", set="test", test="7")
    answer_all(app, "7", 8)
    press(app, "Hand in")
    assert "**8 of 10** right." in shown(app) and "By how sure you were" not in shown(app)
    assert {e.certainty for e in log_of(app)} == {"unsure"}


def test_a_number_in_the_address_is_a_test(open_page: Open) -> None:
    first, again, other = (
        test_questions(open_page("practice", set="test", test=seed)) for seed in ("7", "7", "8")
    )
    assert first == again != other and len(first) == 10


def test_a_test_without_a_number_gets_one(open_page: Open) -> None:
    app = open_page("practice", set="test")
    assert int(app.query_params["test"][0]) < quiz_test.TEST.high
    before = test_questions(app)
    press(app, "A test of ten")
    assert test_questions(app) != before


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"set": "exam"}, "set = exam (must be one of practice, gentle, test, predict)"),
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
    app = open_page("practice", set="test", test="7", marks="true")
    last = answer_all(app, "7", 10, "fairly sure")[-1]
    app.radio(key=f"test-7-10-chosen-{last.id}").set_value(None)
    press(app, "Hand in")
    (line,) = said(app)
    assert line.startswith("1 of 10 is still open. Answer it,") and not len(log_of(app))
    # What was chosen is still chosen.
    assert sum(r.value is not None for r in app.radio if "chosen" in str(r.key)) == 9
    press(app, "Hand in")
    assert said(app) == [] and "**9 of 10** right, 18 of 30 marks." in shown(app)
    assert [e.chosen for e in log_of(app)].count(None) == 1


def test_the_verdict_says_where_to_go(open_page: Open) -> None:
    app = open_page("practice", set="test", test="7", marks="true")
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
    app = open_page("practice", set="test", test="3", marks="true")
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
        assert ("✓ Right." in shown(app)) == (number % 2 == 0) and "Try again" not in labels(app)
        assert len(log_of(app)) == number
        # What is on record cannot be handed in a second time.
        assert app.toggle[0].disabled
        press(app, "Next question" if number < 10 else "To the result")
    assert "**5 of 10** right" in shown(app) and len(log_of(app)) == 10


def test_the_same_questions_whenever_feedback_comes(open_page: Open) -> None:
    at_the_end = test_questions(open_page("practice", set="test", test="7"))
    app = open_page("practice", set="test", test="7", feedback="each")
    assert list(next(r for r in app.radio if "chosen" in str(r.key)).options) == at_the_end[0][1]
