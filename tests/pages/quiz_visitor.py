"""What a visitor of practice, test and recall does, without a browser.

AppTest has no JavaScript: the record here is the session's copy of it, and what the browser keeps
is tested in tests/browser/test_record.py.
"""

import uuid
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.quiz.record import LOG, now
from quizzes.bank import load_bank
from quizzes.log import Event, Log
from quizzes.review import DAY
from quizzes.schema import Question
from tests.pages.conftest import Open

CORE = load_bank().core()
IDS = list(load_bank().questions)


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


def answer(app: AppTest, question: Question, right: bool, sure: str | None = None) -> AppTest:
    """Choose, check, and see the solution: after a wrong answer without a second try."""
    press(choose(app, question, right, sure), "Check")
    return app if right else press(app, "Show the solution")


def choose_again(app: AppTest, question: Question, index: int) -> AppTest:
    """Choose an option, by its place in the bank, for the second try."""
    group = next(r for r in app.radio if str(r.key).endswith(f"-second-{question.id}"))
    group.set_value(index)
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
