"""What is seen before Streamlit has come: it moves, and goes without anything jumping."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from pages.frame.fonts.make import complete
from tests.browser.conftest import Visitor, visit
from tests.browser.test_accessibility import LOADED, WATCH_SHIFTS

pytestmark = pytest.mark.browser

SCRIPTS = "**/static/js/index.*.js"
MOVES = """() => document.querySelector("#fog-early img").getAnimations()
    .map((animation) => animation.playState)"""
PLACE = """() => {
    const picture = document.querySelector("#fog-early .window");
    const { x, width, bottom } = picture.getBoundingClientRect();
    return { middle: x + width / 2, screen: innerWidth, inside: bottom < innerHeight };
}"""
WATCH_EARLY = """
window.early = [];
new MutationObserver(() => {
    const now = document.querySelector("#fog-early") !== null;
    if (window.early.at(-1)?.there !== now) {
        const heading = document.querySelector("h1") !== null;
        window.early.push({ there: now, heading });
    }
}).observe(document, { childList: true, subtree: true });
"""
FONTS = """() => performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => name.endsWith(".woff2")).map((name) => new URL(name).pathname)"""


def never(route: Route) -> None:
    """A script that does not come: so it is while it is on its way."""


def test_it_moves_before_any_script_has_come(lively_visitor: Visitor) -> None:
    page = lively_visitor.page
    page.route(SCRIPTS, never)
    page.goto(f"{lively_visitor.address}/reverse", wait_until="commit")
    expect(page.get_by_text("Through the Fog", exact=True)).to_be_visible()
    assert page.evaluate(MOVES) == ["running"]
    place = page.evaluate(PLACE)
    assert place["middle"] == pytest.approx(place["screen"] / 2, abs=1) and place["inside"]
    if complete():
        assert page.evaluate("document.fonts.check('600 30px \"Fog Name\"')")


def test_it_stands_still_for_whoever_wants_no_motion(visitor: Visitor) -> None:
    page = visitor.page
    page.route(SCRIPTS, never)
    page.goto(f"{visitor.address}/reverse", wait_until="commit")
    expect(page.get_by_text("Through the Fog", exact=True)).to_be_visible()
    assert page.evaluate(MOVES) == []


@pytest.mark.parametrize("address", ["", "reverse", "why?present=1", "forward?controls=hide"])
def test_it_goes_when_the_heading_has_come_and_nothing_jumps(
    lively_visitor: Visitor, address: str
) -> None:
    page = lively_visitor.page
    page.add_init_script(WATCH_SHIFTS + WATCH_EARLY)
    page.goto(f"{lively_visitor.address}/{address}", wait_until="commit")
    page.wait_for_function("() => window.early?.length >= 3")
    # Not yet, then there, and gone for good, with the heading in its place.
    assert page.evaluate("window.early.map(({ there }) => there)") == [False, True, False]
    assert page.evaluate("window.early[2].heading")
    lively_visitor.wait_until_run()
    if "present" not in address:  # slides are made to fit after they have come
        assert page.evaluate("window.shifts.reduce((sum, value) => sum + value, 0)") < 0.1


def test_taking_it_away_moves_nothing_at_all(visitor: Visitor) -> None:
    page = visitor.page
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"{visitor.address}/reverse")
    page.wait_for_function(LOADED)
    # Put back over a page that stands, and taken away: whatever moves now is its doing.
    before = page.evaluate("window.shifts.length")
    page.evaluate(
        """async () => {
            const answer = await fetch(location.href, { headers: { accept: "text/html" } });
            const sent = new DOMParser().parseFromString(await answer.text(), "text/html");
            const early = document.adoptNode(sent.querySelector("#fog-early"));
            document.body.prepend(early);
            const frames = async () => {
                for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
            };
            await frames();
            early.remove();
            await frames();
        }"""
    )
    assert page.evaluate("window.shifts.length") == before


@pytest.mark.parametrize("chosen", ["Dark", "Light"])
def test_it_has_the_colours_that_the_reader_has_chosen(
    browser: Browser, server: str, chosen: str
) -> None:
    dark = chosen == "Dark"
    for visitor in visit(browser, server, color_scheme="light" if dark else "dark"):
        page = visitor.page
        page.add_init_script(
            f"localStorage.setItem('stActiveTheme-/reverse-v2', JSON.stringify('{chosen}'))"
        )
        page.route(SCRIPTS, never)
        page.goto(f"{server}/reverse", wait_until="commit")
        expect(page.locator("#fog-early")).to_have_css(
            "background-color", "rgb(16, 22, 27)" if dark else "rgb(248, 246, 241)"
        )


@pytest.mark.skipif(not complete(), reason="The fonts are not made: run `make setup`.")
def test_a_first_visit_takes_none_of_streamlits_fonts(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.address}/reverse")
    visitor.page.wait_for_function(LOADED)
    fonts = visitor.page.evaluate(FONTS)
    assert [name for name in fonts if "Source" in name or "Material" in name] == []
    assert any("/fonts/serif." in name for name in fonts)
    # The icons are pictures, not their names.
    arrow = visitor.page.locator("[data-testid=stIconMaterial]").first
    box = arrow.bounding_box()
    assert box and box["width"] < 40
