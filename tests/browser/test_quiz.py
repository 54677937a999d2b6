"""Questions in a real browser: answered by mouse, keyboard and thumb."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visitor, visit
from tests.browser.quiz_visitor import answer, has_kept, has_settled, kept, practise, status
from tests.browser.test_accessibility import AXE_SCRIPT, NOT_OURS, RULES, VIOLATIONS

pytestmark = pytest.mark.browser


def test_practice_by_keyboard_alone(visitor: Visitor) -> None:
    sent: list[object] = []
    visitor.page.on(
        "websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data))
    )
    page, card = visitor.page, practise(visitor)
    visitor.press_until_chosen(card, "d")
    visitor.press_until_chosen(card, "b")
    assert card.get_by_role("radio", checked=True).count() == 2  # and how sure
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Check":
            break
    has_settled(page)
    before = len(sent)
    page.keyboard.press("Enter")
    card.get_by_text("(your answer)").wait_for()
    assert card.get_by_text("(your answer)").inner_text().startswith("B")
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
    page, card = visitor.page, practise(visitor)
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
    page.get_by_text("Rule of thumb").wait_for()
    assert page.evaluate(wide) <= 390
    page.goto(phone.address + "/recall")
    page.get_by_role("button", name="Export my record").wait_for()
    assert page.evaluate(wide) <= 390


def test_narrow(browser: Browser, server: str) -> None:
    for visitor in visit(browser, server, viewport={"width": 320, "height": 640}):
        practise(visitor)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
