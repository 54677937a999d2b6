"""The page for teachers in a browser: files arrive, and the test on paper fits it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from quizzes.bank import load_bank
from quizzes.export.chosen import choose
from quizzes.export.formats import FORMATS
from quizzes.export.paper import paper
from tests.browser.conftest import Visitor, new_context

pytestmark = pytest.mark.browser
WIDTH = int((210 - 2 * 18) * 96 / 25.4)
NAMES = {
    "moodle": "Moodle XML",
    "qti": "QTI package",
    "gift": "GIFT",
    "paper": "Test (.html)",
    "anki": "Package (.apkg)",
    "csv": "Text (.csv)",
}


def received(visitor: Visitor, label: str, folder: Path) -> tuple[str, bytes]:
    """Name and content of what a button gives, pressed with the keyboard."""
    button = visitor.page.get_by_role("button", name=label, exact=True)
    button.focus()
    with visitor.page.expect_download() as waiting:
        visitor.page.keyboard.press("Enter")
    waiting.value.save_as(folder / "file")
    return waiting.value.suggested_filename, (folder / "file").read_bytes()


def test_files_are_what_the_command_writes(visitor: Visitor, tmp_path: Path) -> None:
    visitor.page.goto(f"{visitor.address}/teachers?level=hard&idea=What+the+noise+is&test=5")
    visitor.page.get_by_role("heading", name="For teachers").wait_for()
    visitor.wait_until_run()
    all_of_it = choose(load_bank(), ["noise"], ["hard"])
    test = choose(load_bank(), ["noise"], ["hard"], 5, 10)
    for name, label in NAMES.items():
        called, content = received(visitor, label, tmp_path)
        format = FORMATS[name]
        assert content == format.write(test if format.is_test else all_of_it)
        assert "-noise-hard" in called and ("-5-" in called) == format.is_test


@pytest.fixture
def sheet(browser: Browser) -> Page:
    """A tab that is cut off from the internet, as wide as the text on A4, in pixels of CSS."""
    context = new_context(browser, viewport={"width": WIDTH, "height": 800}, offline=True)
    return context.new_page()


def test_on_paper(sheet: Page, tmp_path: Path) -> None:
    """Nothing is wider than the text, formulas are there, and the key begins a page."""
    file = tmp_path / "test.html"
    failures: list[str] = []
    sheet.on("requestfailed", lambda request: failures.append(request.url))
    file.write_bytes(paper(choose(load_bank(), seed=3, count=92)))
    sheet.emulate_media(media="print")
    sheet.goto(file.as_uri())
    assert sheet.evaluate("document.documentElement.scrollWidth") <= WIDTH
    formula = sheet.locator("math").first.bounding_box()
    assert formula is not None and formula["height"] > 5
    file.write_bytes(paper(choose(load_bank(), seed=3, count=2)))
    sheet.goto(file.as_uri())
    pages = re.findall(rb"/Type\s*/Page\b(?!s)", sheet.pdf(prefer_css_page_size=True))
    sheet.evaluate("document.querySelector('.key').remove()")
    questions = re.findall(rb"/Type\s*/Page\b(?!s)", sheet.pdf(prefer_css_page_size=True))
    assert (len(questions), len(pages)) == (1, 2) and not failures
    sheet.context.close()
