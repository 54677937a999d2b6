"""Shortcuts of one letter or digit can be turned off, on every page at once, and for good."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.conftest import TWO_FRAMES, Visitor, visit
from tests.browser.quiz_visitor import has_settled, practise
from tests.browser.test_record import BLOCKED

pytestmark = pytest.mark.browser


def switch(page: Page) -> Locator:
    return page.get_by_role("switch", name="Single-key shortcuts")


def test_the_switch_is_reached_by_keys_and_kept(visitor: Visitor) -> None:
    page, card = visitor.page, practise(visitor)
    visitor.press_until_chosen(card, "b")
    assert switch(page).get_attribute("aria-checked") == "true"
    switch(page).focus()
    page.keyboard.press("Space")
    assert switch(page).get_attribute("aria-checked") == "false"
    # The keys do nothing, although what listens to them is there.
    page.keyboard.press("c")
    page.evaluate(TWO_FRAMES)
    assert card.get_by_role("radio").nth(1).is_checked()
    assert not card.get_by_role("radio").nth(2).is_checked()
    # So it stays, on other pages as well.
    page.reload()
    page.wait_for_function(
        "() => document.querySelectorAll('.st-key-ask-practice input:checked').length === 1"
    )
    page.keyboard.press("c")
    page.evaluate(TWO_FRAMES)
    assert card.get_by_role("radio").nth(1).is_checked()
    assert switch(page).get_attribute("aria-checked") == "false"
    # Arrows on what has the focus are no shortcuts of a letter.
    card.get_by_role("radio").nth(1).focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "() => document.querySelectorAll('.st-key-ask-practice input')[2].checked"
    )
    switch(page).click()
    has_settled(page)
    visitor.press_until_chosen(card, "d")


def test_a_slip_does_not_darken_a_presentation(visitor: Visitor) -> None:
    page = visitor.page
    black = "() => Boolean(document.querySelector('body > [data-colour]'))"
    visitor.open("/analogy?present=1")
    page.get_by_text("1 / ").wait_for()
    page.keyboard.press("b")
    page.wait_for_function(black)
    page.keyboard.press("b")
    page.wait_for_function(f"() => !({black})()")
    page.evaluate("localStorage.setItem('throughTheFog.letters', 'off')")
    page.keyboard.press("b")
    page.evaluate(TWO_FRAMES)
    assert not page.evaluate(black)
    # The arrows walk all the same.
    page.keyboard.press("ArrowRight")
    page.get_by_text("2 / ").wait_for()


def test_a_slip_plays_no_note(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/applications?use=Sound", "sound")
    said = page.locator(".st-key-card-melody").get_by_role("status")
    page.locator("button.key").nth(2).wait_for()
    page.keyboard.press("3")
    page.wait_for_function("() => window.throughTheFogLoudspeaker.context !== null")
    said.filter(has_text="A new E").wait_for()
    switch(page).click()
    page.keyboard.press("4")
    page.evaluate(TWO_FRAMES)
    assert not page.locator(".st-key-card-melody [data-lit]").count()
    assert "A new E" in said.inner_text()


def test_where_nothing_can_be_stored(visitor: Visitor) -> None:
    page = visitor.page
    page.add_init_script(BLOCKED)
    card = practise(visitor)
    visitor.press_until_chosen(card, "b")
    switch(page).click()
    page.keyboard.press("c")
    page.evaluate(TWO_FRAMES)
    assert card.get_by_role("radio").nth(1).is_checked()
    # As long as the page lasts, on others as well.
    page.get_by_role("link", name="Recall").first.click()
    page.get_by_role("heading", name="Recall", exact=True).wait_for()
    assert switch(page).get_attribute("aria-checked") == "false"


@pytest.fixture(params=["light", "dark"])
def small(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A phone, in both themes."""
    yield from visit(
        browser, server, viewport={"width": 390, "height": 844}, color_scheme=request.param
    )


def test_the_switch_is_large_enough_for_a_thumb(small: Visitor) -> None:
    practise(small)
    box = switch(small.page).bounding_box()
    assert box and box["height"] >= 40 and box["x"] >= 0 and box["x"] + box["width"] <= 390
