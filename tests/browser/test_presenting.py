"""Slides: every one of every page is there, whole, and large enough to read from the back row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, ViewportSize

from pages.shared.modes import EVERY
from tests.browser.conftest import TWO_FRAMES, Visitor

pytestmark = pytest.mark.browser

SIZES: list[ViewportSize] = [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}]
LABS = [
    *(
        f"training?learn={name}"
        for name in ("One+step,+slowly", "The+time+machine", "Train+your+own")
    ),
    *(
        f"applications?use={name}"
        for name in (
            "Repair",
            "Clean+up",
            "From+a+sketch",
            "Between+two+digits",
            "Sound",
            "Is+it+copying%3F",
        )
    ),
]
PAGES = ["", *(mode.slug for mode in EVERY), *LABS]
TRIES = 20
SCROLLED = {"home paths", "teachers take"}
"""Slides that are scrolled, a screenful a key: nobody lectures over a table of contents."""
PICTURES = {"forward lab", "reverse lab", "analogy window", "forward window", "forward chain"}
"""Those on which one looks at one picture, which has nearly half of the height."""
MEASURED = Path(__file__).with_name("slide.js").read_text("utf-8")


SETTLED = """() => {
    const bars = [...document.querySelectorAll("*")].map(
        (one) => one.shadowRoot?.querySelector(".presenter"));
    return bars.some((bar) => bar && !bar.ariaBusy);
}"""
PLACE = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    return location.href + Math.round(main.scrollTop);
}"""
Found = dict[str, Any]


def measured(page: Page) -> Found:
    """What slide.js says of the slide, once it fits."""
    page.evaluate(TWO_FRAMES)  # until a change has been heard of
    page.wait_for_function(SETTLED)
    page.evaluate(TWO_FRAMES)
    page.wait_for_function(SETTLED)
    return page.evaluate(f"() => {{ {MEASURED}; return measureSlide(); }}")


def at(page: Page, number: int | str) -> None:
    """Wait until the bar says so."""
    said = page.get_by_label("Presentation").get_by_role("status")
    said.filter(has_text=re.compile(rf"^{number} / ")).wait_for()


def presented(visitor: Visitor, address: str) -> Page:
    """The page as slides, once all of them are there."""
    sign = "&" if "?" in address else "?"
    visitor.page.goto(f"{visitor.address}/{address}{sign}present=1")
    at(visitor.page, r"\d+")
    visitor.wait_until_run()
    return visitor.page


def faults_of(found: Found, where: str, size: tuple[int, int]) -> Iterator[str]:
    """What is wrong with a slide on a screen of that size."""
    width, height = size
    if found["letters"] < 12:
        yield f"{where} is empty"
    if found["smallest"] < 23.9:
        yield f"{where} has type of {found['smallest']} px: {found['words']}"
    if found["right"] > width + 1:
        yield f"{where} is {found['right']} px wide"
    if where not in SCROLLED and found["bottom"] > found["bar"] + 1:
        yield f"{where} ends at {found['bottom']} px, and the bar begins at {found['bar']}"
    if where in PICTURES and found["picture"] < 0.45 * height:
        yield f"{where} has a picture of {found['picture']} px"


def looked_at(page: Page, name: str, size: ViewportSize) -> tuple[Found, list[str]]:
    """What a slide is like, and what is wrong with it and stays so: an answer that has come from
    the server this very moment is yet to be fitted."""
    said = " x ".join(str(side) for side in size.values())
    for _ in range(TRIES):
        found = measured(page)
        where = f"{name} {found['name']}"
        faults = [f"{said}: {one}" for one in faults_of(found, where, tuple(size.values()))]
        if not faults:
            break
        page.wait_for_timeout(250)
    return found, faults


@pytest.mark.parametrize("address", PAGES)
def test_every_slide_is_whole_and_readable(visitor: Visitor, address: str) -> None:
    visitor.page.set_viewport_size(SIZES[0])
    page = presented(visitor, address)
    name = address.partition("?")[0] or "home"
    wrong: list[str] = []
    while True:
        # The long one has words and formulas, which grow with the screen: one size will do.
        for size in SIZES[: 1 if name == "deep-dive" else None]:
            page.set_viewport_size(size)
            found, faults = looked_at(page, name, size)
            wrong += faults
        if found["last"] or name == "start":  # whose screens are the lesson's own
            break
        address_before = page.url
        while page.url == address_before:  # a screenful of what is long, or the next slide
            before = page.evaluate(PLACE)
            page.keyboard.press("PageDown")
            page.wait_for_function(f"before => ({PLACE})() !== before", arg=before)
    assert wrong == []


def practised(visitor: Visitor) -> tuple[Page, Locator]:
    """The slide with the question of the first lab, whose second option has been clicked."""
    page = presented(visitor, "forward")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    at(page, 4)
    options = page.locator(".st-key-slide-question [data-testid=stRadio]").first.locator("input")
    options.nth(1).check(force=True)
    visitor.wait_until_run()
    return page, options


def test_a_clicker_changes_no_answer(visitor: Visitor) -> None:
    page, options = practised(visitor)
    for key, number in (("ArrowRight", 5), ("ArrowLeft", 4), ("PageDown", 5), ("PageUp", 4)):
        if number == 5:
            options.nth(1).focus()
        page.keyboard.press(key)
        at(page, number)
    options.nth(1).focus()
    page.keyboard.press("b")
    page.locator("body > [data-colour='#000']").wait_for()
    page.keyboard.press(".")
    page.locator("body > [data-colour]").wait_for(state="detached")
    assert options.nth(1).is_checked()
    # The others choose, and so does a capital B.
    page.keyboard.press("c")
    assert options.nth(2).is_checked()
    page.keyboard.press("Shift+B")
    assert options.nth(1).is_checked()


def test_escape_frees_the_focus_before_it_leaves(visitor: Visitor) -> None:
    page = presented(visitor, "reverse")
    field = page.get_by_label("Steps")
    field.click()
    page.keyboard.press("b")  # is typed, if anything
    assert not page.locator("body > [data-colour]").count()
    page.keyboard.press("PageDown")
    at(page, 2)
    page.keyboard.press("Home")
    at(page, 1)
    field.click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("End")
    page.get_by_role("button", name="Next slide", disabled=True).wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys").wait_for(state="detached")
    page.keyboard.press("o")
    page.get_by_role("dialog", name="Slides").get_by_role("button").first.click()
    at(page, 1)


def test_the_stage_pauses_when_its_slide_goes(lively_visitor: Visitor) -> None:
    page = presented(lively_visitor, "forward")
    lively_visitor.wait_for("forward", "s.playing")
    page.keyboard.press("ArrowRight")
    lively_visitor.wait_for("forward", "!s.playing")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    lively_visitor.wait_for("forward", "s.playing")
    page.keyboard.press("w")
    lively_visitor.wait_for("forward", "!s.playing")
