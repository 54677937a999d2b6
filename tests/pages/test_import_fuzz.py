"""Files of every kind, chosen on the page as a record to be imported."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from streamlit.testing.v1 import AppTest

from pages.quiz.record import LOG
from quizzes.log import Log
from tests.pages.quiz_visitor import IDS, event, said
from tests.quizzes.test_log_fuzz import GOOD, MINE, files

NAVIGATION = Path(__file__).resolve().parents[2] / "pages" / "navigation.py"


@pytest.fixture(scope="module")
def recall() -> AppTest:
    """The page, opened once: a visitor who tries one file after the other."""
    return AppTest.from_file(str(NAVIGATION), default_timeout=60).switch_page("recall.py").run()


def choose_file(app: AppTest, content: bytes) -> Log:
    """The record once the page has dealt with a file."""
    app.session_state[LOG] = MINE
    app.file_uploader[0].upload("record.json", content, "application/json").run()
    record: Log = app.session_state[LOG]
    kept = {entry.id: entry for entry in record}
    assert not app.exception and {entry.id: entry for entry in MINE}.items() <= kept.items()
    # One sentence, of one kind.
    lines = [*said(app), *(line.value for line in app.success)]
    assert len(lines) == 1 and "\n" not in lines[0]
    if said(app):
        assert record == MINE
    return record


@settings(max_examples=60, suppress_health_check=[*HealthCheck])
@given(files)
def test_a_file_is_a_record_or_one_sentence(recall: AppTest, text: str) -> None:
    choose_file(recall, text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "content",
    [
        b"9" * 5000,
        b"[" * 100_000,
        b"\0" * 1000,
        json.dumps(GOOD).encode("utf-16"),
        json.dumps({**GOOD, "version": 10**4000}).encode(),
        json.dumps(GOOD).replace(str(GOOD["events"][0][1]), "9" * 5000).encode(),
        json.dumps(GOOD).replace("2.0", "1e400").encode(),
        json.dumps({**GOOD, "events": GOOD["events"] * 2000}).encode(),
        json.dumps({**GOOD, "events": [[]] * 500_000}).encode(),
        b'{"format": "through-the-fog/log", "version": 1, "events": "\\ud800"}',
    ],
    ids=["digits", "deep", "nul", "utf-16", "version", "time", "mark", "again", "rows", "half"],
)
def test_files_that_somebody_made(recall: AppTest, content: bytes) -> None:
    choose_file(recall, content)


def test_a_file_changes_nothing_that_is_here(recall: AppTest) -> None:
    """Another attempt under an id that is taken: the one that is here stays."""
    mine = MINE.events[0]
    other = event(IDS[0], 900, right=False).model_copy(update={"id": mine.id})
    rows = [[getattr(other, name) for name in GOOD["columns"]]]
    record = choose_file(recall, json.dumps({**GOOD, "events": rows}).encode())
    assert record == MINE
    assert [line.value for line in recall.success] == ["0 attempts added, 1 was here already."]
