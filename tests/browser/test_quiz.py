"""Questions in a real browser: answered by mouse, keyboard and thumb."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser.conftest import Visitor, visit
from tests.browser.quiz_visitor import (
    CARD,
    answer,
    has_kept,
    has_settled,
    kept,
    practise,
    reveal,
    status,
)
from tests.browser.test_accessibility import AXE_SCRIPT, NOT_OURS, RULES, VIOLATIONS

pytestmark = pytest.mark.browser


def test_practice_by_keyboard_alone(visitor: Visitor) -> None:
    sent: list[object] = []
    visitor.page.on(
        "websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data))
    )
    page, card = visitor.page, practise(visitor, "?marks=true")
    right = card.get_by_text("It creates data").first
    right.wait_for()
    letter = right.inner_text().strip()[0].lower()
    visitor.press_until_chosen(card, "d" if letter != "d" else "a")
    visitor.press_until_chosen(card, letter)
    assert card.get_by_role("radio", checked=True).count() == 2  # and how sure
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Check":
            break
    has_settled(page)
    before = len(sent)
    page.keyboard.press("Enter")
    card.get_by_text("(your answer)").wait_for()
    assert card.get_by_text("(your answer)").inner_text().startswith(letter.upper())
    # The result is said, in the words that are seen.
    seen = card.locator(".st-key-takeaway-practice").inner_text()
    status(page, seen).wait_for(state="attached")
    # One message to the server, so one run, was all that it took.
    has_kept(page, 1)
    has_settled(page)
    assert len(sent) == before + 1
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(VIOLATIONS, [RULES, NOT_OURS]) == []
    # And on to the next one, from where the keyboard is now.
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Next question":
            break
    page.keyboard.press("Enter")
    page.get_by_text("Question 2 of 5").wait_for()
    visitor.press_until_chosen(card, "a")


def test_letters_that_are_typed_choose_nothing(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/forward")
    card = page.locator(".st-key-ask-beside-forward")
    card.scroll_into_view_if_needed()
    visitor.press_until_chosen(card, "a")
    visitor.more()
    page.get_by_label("Noise seed").focus()
    page.keyboard.press("b")
    page.keyboard.press("Control+c")
    assert card.get_by_role("radio").nth(0).is_checked()


def test_the_record_survives_reloads_and_is_counted_once(visitor: Visitor) -> None:
    page, card = visitor.page, practise(visitor)
    answer(visitor, card)
    has_kept(page, 1)
    (first,) = kept(page)
    page.get_by_role("button", name="Next question").click()
    page.get_by_text("Question 2 of 5").wait_for()
    answer(visitor, card, "c")
    has_kept(page, 2)
    page.reload()
    # The session is another one and knows of the record all the same.
    page.get_by_role("button", name="2 ✓").or_(page.get_by_role("button", name="2 ✗")).wait_for()
    assert len(kept(page)) == 2 and first in kept(page).events
    page.goto(visitor.address + "/recall")
    page.get_by_text("after 1").first.wait_for()
    assert len(kept(page)) == 2


def test_a_choice_outlasts_a_visit_to_another_page(visitor: Visitor) -> None:
    page, card = visitor.page, practise(visitor, "?marks=true")
    page.get_by_role("button", name="Skip").click()
    page.get_by_text("Question 2 of 5").wait_for()
    visitor.press_until_chosen(card, "c")
    card.get_by_text("certain", exact=True).click()
    chosen = card.locator("label:has(input:checked)").all_inner_texts()
    page.get_by_role("link", name="Recall").first.click()
    page.get_by_role("heading", name="Recall", exact=True).wait_for()
    page.go_back()
    page.get_by_text("Question 2 of 5").wait_for()
    page.wait_for_function(
        "() => document.querySelectorAll('.st-key-ask-practice input:checked').length === 2"
    )
    assert card.locator("label:has(input:checked)").all_inner_texts() == chosen


def test_on_a_phone(phone: Visitor) -> None:
    page, card = phone.page, practise(phone)
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 390
    card.get_by_text("B", exact=True).click()
    card.get_by_role("button", name="Check").click()
    reveal(card)
    page.get_by_text("Rule of thumb").wait_for()
    assert page.evaluate(wide) <= 390
    page.goto(phone.address + "/recall")
    page.get_by_role("button", name="Export my record").wait_for()
    assert page.evaluate(wide) <= 390


def test_narrow(browser: Browser, server: str) -> None:
    for visitor in visit(browser, server, viewport={"width": 320, "height": 640}):
        practise(visitor)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320


TOP = "s => document.querySelector(s)?.getBoundingClientRect().top"
AT_THE_TOP = f"s => {{ const top = ({TOP})(s); return top > 40 && top < 110; }}"
"""Right below the bar."""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_comes_next_is_at_the_top(
    browser: Browser, server: str, width: int, motion: Literal["reduce", "no-preference"]
) -> None:
    size: ViewportSize = {"width": width, "height": 600}
    for visitor in visit(browser, server, viewport=size, reduced_motion=motion):
        page, card = visitor.page, practise(visitor)
        visitor.press_until_chosen(card, "a")
        check = card.get_by_role("button", name="Check")
        check.scroll_into_view_if_needed()
        check.click()
        page.wait_for_function(AT_THE_TOP, arg=CARD)
        # What came of it stands right there.
        card.locator(".st-key-takeaway-practice").wait_for()
        reveal(card)
        page.get_by_role("button", name="Next question").click()
        page.get_by_text("Question 2 of 5").wait_for()
        page.wait_for_function(AT_THE_TOP, arg=CARD)
        # A page that was just opened stays where it is.
        page.reload()
        check.wait_for()
        has_settled(page)
        assert page.evaluate(TOP, CARD) > 110
        page.goto(f"{visitor.address}/practice?set=gentle&test=7")
        for _ in range(2):  # all of it is open
            page.get_by_role("button", name="Hand in").click()
            page.get_by_text("10 of 10 are still open").or_(
                page.locator(".st-key-card-verdict")
            ).first.wait_for()
            has_settled(page)
        page.wait_for_function(AT_THE_TOP, arg=".st-key-card-verdict")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_right_and_wrong_can_be_read(
    browser: Browser, server: str, scheme: Literal["light", "dark"]
) -> None:
    for visitor in visit(browser, server, color_scheme=scheme):
        page, card = visitor.page, practise(visitor, "?marks=true")
        answer(visitor, card)
        has_settled(page)
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(VIOLATIONS, [RULES, NOT_OURS]) == []


def test_marks_are_turned_on_for_the_visit(visitor: Visitor) -> None:
    page, card = visitor.page, practise(visitor)
    sure = page.get_by_text("How sure are you?")
    assert not sure.count()
    page.get_by_text("Marks for certainty").click()
    card.get_by_text("right +3, wrong −6").wait_for()
    page.wait_for_url("**marks=true**")
    page.reload()
    sure.wait_for()
    # On another page, whose address need not say so.
    page.get_by_role("link", name="Deep dive").first.click()
    page.locator(".st-key-ask-beside-deep-dive").get_by_text("How sure are you?").wait_for()
    page.go_back()
    page.get_by_role("switch", name="Marks for certainty").wait_for()
    page.get_by_text("Marks for certainty").click()
    sure.wait_for(state="detached")
    assert "marks" not in page.url
