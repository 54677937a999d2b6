"""What the pages do about a bank that is broken."""

import shutil
from pathlib import Path

import pytest

from quizzes import bank as bank_module
from quizzes.bank import BANK, load_bank
from quizzes.log import Log
from tests.pages.conftest import Open
from tests.pages.quiz_visitor import IDS, event, press, said, with_log

pytestmark = pytest.mark.usefixtures("without_mnist")


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
    assert not app.exception and said(app) == [f"bank/{name}.yaml is missing: put the file back."]
    assert app.button  # what there is to recall, from the files that are left
