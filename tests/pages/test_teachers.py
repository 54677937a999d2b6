"""The page for teachers: what it offers, and what its address says."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from quizzes.bank import Bank, load_bank
from quizzes.export.chosen import Chosen, ExportError
from tests.pages.conftest import Open

pytestmark = pytest.mark.usefixtures("without_mnist")
FORMATS = ["Moodle XML", "QTI package", "GIFT", "Test (.html)", "Package (.apkg)", "Text (.csv)"]


def words(app: AppTest) -> str:
    return "\n".join(one.value for one in app.markdown)


def labels(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def said(app: AppTest) -> list[str]:
    return [one.value for one in (*app.warning, *app.error, *app.info)]


def test_every_format_of_everything(open_page: Open) -> None:
    app = open_page("teachers")
    assert not app.exception and not said(app)
    assert labels(app) == FORMATS
    assert f"**{len(load_bank().questions)} questions**: " in words(app)
    assert app.code[0].value == "python -m quizzes export --to moodle"


def test_the_address_chooses(open_page: Open) -> None:
    app = open_page("teachers", idea="What the noise is", level="easy", test="7", questions="3")
    assert not app.exception and not said(app)
    count = len(load_bank().of("noise", "easy"))
    assert f"**{count} questions**" in words(app) and "easy," not in words(app)
    assert app.code[0].value.endswith("--to moodle --idea noise --level easy")
    assert [field.value for field in app.number_input] == [7, 3]
    assert not [one for one in app.get("page_link") if "screen" in one.proto.label]


def test_the_test_on_screen_is_the_one_on_paper(open_page: Open) -> None:
    app = open_page("teachers", test="12")
    (link,) = [one.proto for one in app.get("page_link") if "screen" in one.proto.label]
    assert (link.page, link.query_string) == ("practice", "set=test&test=12")
    app.number_input(key="questions").set_value(9).run()
    assert not [one for one in app.get("page_link") if "screen" in one.proto.label]


def test_what_the_address_cannot_ask_for(open_page: Open) -> None:
    app = open_page("teachers", idea="magic", test="-1")
    assert len(said(app)) == 1 and "idea = magic (must be one of all ideas" in said(app)[0]
    assert labels(app) == FORMATS


def test_nothing_to_take(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(bank: Bank, *picked: object) -> Chosen:
        raise ExportError("The bank has no question on this: ask for another idea or level.")

    monkeypatch.setattr("quizzes.export.chosen.choose", nothing)
    app = open_page("teachers")
    assert not app.exception and said(app) == [
        "The bank has no question on this: ask for another idea or level."
    ]
    assert not labels(app)
