"""The lab “Is it copying?”, used as a reader would."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visitor, visit
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
LAB = "/applications?use=Is it copying?&copy_n=3&copy=4"
LONG = 120_000
"""Milliseconds: as long as a run may take on a busy machine."""


def open_lab(visitor: Visitor, more: str = "") -> None:
    """Open it and wait until the nearest pictures have been found."""
    visitor.open(LAB.replace("copying?&", "copying%3F&").replace(" ", "%20") + more, "copying")
    visitor.wait_for("copying", "Boolean(c.copies)", LONG)


def test_drawings_stand_beside_what_is_nearest_to_them(visitor: Visitor) -> None:
    open_lab(visitor)
    page = visitor.page
    found = visitor.stage("copying", "c.copies.drawn.found[0].map((one) => one.distance)")
    assert isinstance(found, list) and found == sorted(found) and found[0] > 0
    for distance in found:
        expect(page.get_by_text(f"{distance:.2f}", exact=True).first).to_be_visible()
    # What the ideal denoiser ended with is, to the pixel, the picture that stands beside it.
    ideal = visitor.pixels("Picture 1, as the ideal denoiser")
    known = "training picture" if visitor.stage("copying", "c.copies.ideal.mnist") else "digit"
    place = visitor.stage("copying", "c.copies.ideal.found[0][0].place + 1")
    assert visitor.pixels(f"{known} no. {place}, a 4, 0.00 away") == ideal
    expect(page.get_by_text("pixel for pixel")).to_be_visible()


def test_another_picture_is_chosen_by_key(visitor: Visitor) -> None:
    open_lab(visitor)
    page = visitor.page
    first = visitor.pixels("Picture 1, as the model")
    page.get_by_role("button", name="Show picture 3").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Picture 3 of 3")).to_be_visible()
    assert visitor.pixels("Picture 3, as the model") != first
    drawn = visitor.stage("copying", "c.copies.drawn.found[2][0].distance")
    expect(page.get_by_text(f"is {drawn:.2f} away from the nearest")).to_be_visible()


def test_model_and_copyist_begin_with_the_same_noise(visitor: Visitor) -> None:
    open_lab(visitor)
    same = "[0, 20].map((k) => String(c.lanes[0].picture(c.lanes[0].got[k], 1, 0)) === " + (
        "String(c.lanes[1].picture(c.lanes[1].got[k], 1, 0)))"
    )
    assert visitor.stage("copying", same) == [True, False]


def test_a_server_that_cannot_answer_is_said_in_a_sentence(visitor: Visitor) -> None:
    visitor.page.route("**/api/copies?**", lambda route: route.fulfill(status=503, body="No room."))
    visitor.open(LAB.replace("copying?&", "copying%3F&").replace(" ", "%20"), "copying")
    expect(visitor.page.get_by_text("No room.")).to_be_visible(timeout=LONG)
    visitor.errors[:] = [error for error in visitor.errors if "503" not in error]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_in_the_way_of_any_reader(browser: Browser, server: str, theme: str) -> None:
    for visitor in visit(browser, server, color_scheme=theme):
        open_lab(visitor)
        assert violations(visitor) == []


def test_on_a_phone_nothing_is_wider_than_the_screen(phone: Visitor) -> None:
    open_lab(phone)
    assert phone.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
