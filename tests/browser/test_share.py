"""Sharing, in a real browser: the link, its QR code, and the exports of the stage."""

from __future__ import annotations

import io
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def open_dialog(visitor: Visitor) -> Locator:
    """With the keyboard alone."""
    button = visitor.page.get_by_role("button", name="Share", exact=True)
    button.focus()
    visitor.page.keyboard.press("Enter")
    dialog = visitor.page.get_by_role("dialog", name="Share")
    dialog.wait_for()
    return dialog


def link(visitor: Visitor) -> str:
    return visitor.page.get_by_label("Link to this page as it is now").input_value()


def focused(visitor: Visitor) -> str:
    """The text of what has the focus, inside components too."""
    return visitor.page.evaluate(
        """() => {
            let element = document.activeElement;
            while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
            return element.textContent;
        }"""
    )


def test_link_is_the_address_and_escape_gives_the_focus_back(visitor: Visitor) -> None:
    visitor.open("/forward?seed=23&schedule=linear+1000")
    visitor.drag_to(640)
    visitor.page.wait_for_url("**t=640**")
    dialog = open_dialog(visitor)
    assert link(visitor) == visitor.page.url
    query = parse_qs(urlsplit(link(visitor)).query)
    assert query == {"seed": ["23"], "schedule": ["linear 1000"], "t": ["640"]}
    # Keys are the dialog's own: nothing moves behind it.
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert focused(visitor) == "Share" and visitor.stage("forward", "i === 640")


def test_playing_timeline_comes_to_rest_where_the_link_says(lively_visitor: Visitor) -> None:
    lively_visitor.open("/forward")
    lively_visitor.wait_for("forward", "s.playing && i > 20")
    open_dialog(lively_visitor)
    (step,) = parse_qs(urlsplit(link(lively_visitor)).query)["t"]
    assert lively_visitor.stage("forward", f"!s.playing && i === {step}")


def test_teacher_hides_or_locks_the_controls(visitor: Visitor) -> None:
    visitor.open("/forward?t=100")
    dialog = open_dialog(visitor)
    hide, lock = dialog.get_by_label("hide the controls"), dialog.get_by_label("lock the controls")
    for press, expected in ((hide, ["hide"]), (lock, ["lock"]), (lock, None)):
        press.click()
        assert parse_qs(urlsplit(link(visitor)).query).get("controls") == expected
        code = dialog.get_by_alt_text("QR code of the link")
        source = parse_qs(urlsplit(code.get_attribute("src") or "").query)
        assert source["link"] == [link(visitor)]
    assert not hide.is_checked() and link(visitor) == visitor.page.url


def test_code_is_shown(visitor: Visitor) -> None:
    visitor.open("/forward?t=100")
    image = open_dialog(visitor).get_by_alt_text("QR code of the link")
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => image.naturalWidth") > 0


def test_copies_the_link_and_says_so(visitor: Visitor) -> None:
    visitor.open("/forward?t=100")
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = open_dialog(visitor)
    dialog.get_by_role("button", name="Copy link").click()
    dialog.get_by_text("Copied.").wait_for()
    assert visitor.page.evaluate("() => navigator.clipboard.readText()") == link(visitor)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("GIF", "fog-forward-3-seed23.gif"),
        ("PNG strip", "fog-forward-3-seed23.png"),
        ("PDF handout", "fog-forward-3-seed23.pdf"),
    ],
)
def test_exports_are_downloaded(visitor: Visitor, name: str, file: str) -> None:
    visitor.open("/forward?seed=23&t=100")
    dialog = open_dialog(visitor)
    button = dialog.get_by_role("link", name=name)
    address = button.get_attribute("href")
    with visitor.page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == file
    dialog.get_by_text(f"Saved as {file}.").wait_for()
    content = Path(download.value.path()).read_bytes()
    with urllib.request.urlopen(f"{visitor.address}/{address}") as answer:
        assert content == answer.read()
    if not file.endswith("pdf"):
        Image.open(io.BytesIO(content)).verify()


def test_what_the_server_says_is_shown(visitor: Visitor) -> None:
    visitor.open("/forward?t=100")
    sentence = "The model is not running: restart the app."
    visitor.page.route(
        "**/api/export.png?*", lambda route: route.fulfill(status=400, body=sentence)
    )
    dialog = open_dialog(visitor)
    dialog.get_by_role("link", name="PNG strip").click()
    dialog.get_by_text(sentence).wait_for()
    # The browser reports every answer that is no success.
    visitor.errors[:] = [error for error in visitor.errors if "400" not in error]


def test_presenting_keeps_the_state(visitor: Visitor) -> None:
    visitor.open("/forward?seed=23&t=100")
    visitor.page.get_by_role("link", name="Present", exact=True).click()
    visitor.page.wait_for_url("**present=1**")
    query = parse_qs(urlsplit(visitor.page.url).query)
    assert query["seed"] == ["23"] and query["t"] == ["100"]


def test_dialog_fits_a_phone(phone: Visitor) -> None:
    phone.open("/reverse")
    box = open_dialog(phone).bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert box["y"] >= 0 and box["y"] + box["height"] <= 844
