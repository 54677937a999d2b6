"""The guided lesson's words and questions, without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pages import guided
from pages.shared import words as words_module
from pages.shared.words import words
from quizzes.addresses import AT, MINE, SAID, SCREENS
from quizzes.bank import load_bank
from tests.pages.conftest import Open

MOST_WORDS = 45


def test_its_questions_are_core_ones_with_a_brief_form_that_fits_a_screen() -> None:
    bank = load_bank()
    text = words("start")
    for screen, id in guided.QUESTIONS.items():
        question = bank.questions[id]
        assert question.core is not None and question.brief is not None
        options = question.brief.options
        title = f"{text[f'{screen} title']} 1 Cover"
        shown = [title, question.brief.stem, *(option.text for option in options)]
        assert len(" ".join(shown).split()) <= MOST_WORDS
        # A wrong answer makes room for why it is wrong.
        for option in options:
            rest = [one for one in shown if one != option.text]
            assert len(" ".join([*rest, option.feedback]).split()) <= MOST_WORDS or (
                option is options[question.answer]
            )


def test_every_screen_has_a_title_and_every_section_a_screen() -> None:
    text = words("start")
    screens = {heading.split()[0] for heading in text} - {"parts", "buttons", "strip", "working"}
    assert screens == {*SCREENS}
    assert all(f"{screen} title" in text for screen in SCREENS)


def test_a_title_that_is_missing_is_named(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(words_module.LESSON, tmp_path / "lesson")
    monkeypatch.setattr(words_module, "LESSON", tmp_path / "lesson")
    file = tmp_path / "lesson" / "start.md"
    file.write_text(file.read_text("utf-8").replace("## mix title", "## mixed title"), "utf-8")
    app = open_page("start")
    said = " ".join(one.value for one in [*app.warning, *app.error])
    assert "## mix title" in said and "put it back" in said


def test_its_address_says_nothing_else() -> None:
    assert AT.wanted("cover") is None and AT.wanted("gone") is not None
    assert MINE.wanted("A" * 262) is None and MINE.wanted("A" * 261) is not None
    assert MINE.wanted("<" * 262) is not None
    assert SAID.wanted("mix2.core-goal0") is None and SAID.wanted("mix2.") is not None
