"""What is half done lives in the browser: a server that is restarted finds it there."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator

from benchmarks import server as server_module
from quizzes.draft import read_drafts
from tests.browser.conftest import Visitor, new_context
from tests.browser.quiz_visitor import answer, has_kept, has_settled, kept, new_session, practise
from tests.browser.test_record import BLOCKED

pytestmark = pytest.mark.browser
DRAFTS = "throughTheFog.drafts"
CHECKED = "[class*=st-key-ask-] input:checked"


def on_screen(card: Locator) -> tuple[list[str], list[bool]]:
    """The options and what is chosen, from top to bottom."""
    radios = card.get_by_role("radio")
    return (
        card.locator("label:has(input[type=radio])").all_inner_texts(),
        [radios.nth(i).is_checked() for i in range(radios.count())],
    )


def has_put_away(visitor: Visitor, shelf: str, words: str, count: int = 1) -> None:
    """Wait until the browser keeps so many drafts that say this."""
    visitor.page.wait_for_function(
        "([shelf, name, words, n]) => (window[shelf].getItem(name) ?? '').split(words).length > n",
        arg=[shelf, DRAFTS, words, count],
    )


def waits_for_chosen(visitor: Visitor, count: int) -> None:
    """Wait until so many radio buttons of the questions are chosen."""
    visitor.page.wait_for_function(
        f"n => document.querySelectorAll('{CHECKED}').length === n", arg=count
    )


@pytest.fixture
def restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are started one after the other stand at the same address."""
    port = server_module.free_port()
    monkeypatch.setattr(server_module, "free_port", lambda: port)


@pytest.mark.parametrize("reloads", [False, True], ids=["the page stays", "the page is reloaded"])
@pytest.mark.usefixtures("restarts")
def test_a_restart_in_the_middle_of_a_question(browser: Browser, reloads: bool) -> None:
    context = new_context(browser)
    with server_module.running_app() as app:
        visitor = Visitor(context.new_page(), app.address)
        page, card = visitor.page, practise(visitor, "?marks=true")
        page.get_by_role("button", name="4", exact=True).click()
        page.get_by_text("Question 4 of 5").wait_for()
        card.get_by_role("button", name="Hint").click()
        card.get_by_text("Hint 1.").wait_for()
        visitor.press_until_chosen(card, "c")
        card.get_by_text("certain", exact=True).click()
        has_put_away(visitor, "sessionStorage", '"certainty":"certain"')
        before = on_screen(card)
        assert before[1].count(True) == 2
        page.evaluate("window.stillHere = true")
    told = new_session(page)
    with server_module.running_app():
        if reloads:
            page.reload()
        told()
        card.get_by_text("Hint 1.").wait_for()
        waits_for_chosen(visitor, 2)
        has_settled(page)
        assert on_screen(card) == before
        assert bool(page.evaluate("window.stillHere")) is not reloads
        card.get_by_role("button", name="Check").click()
        has_kept(page, 1)
        (event,) = kept(page)
        assert (event.certainty, event.hints) == ("certain", 1)
        card.get_by_text("Not this one, and you were certain").or_(
            card.get_by_text("Right, and you were certain")
        ).wait_for()
    context.close()


@pytest.mark.usefixtures("restarts")
def test_a_phone_that_slept_during_a_test_of_ten(browser: Browser) -> None:
    """The server has let the session go; the browser may even have thrown the tab away."""
    context = new_context(browser, viewport={"width": 390, "height": 844}, has_touch=True)
    with server_module.running_app() as app:
        visitor = Visitor(context.new_page(), app.address)
        page = visitor.page
        page.goto(f"{app.address}/practice?set=test&test=7")
        cards = page.locator('[class*="st-key-ask-test-7-"]')
        page.get_by_role("button", name="Hand in").wait_for()
        for number in range(6):
            cards.nth(number).locator("label:has(input)").nth(number % 4).click()
            has_put_away(visitor, "localStorage", '"chosen":', number + 1)
        chosen = [on_screen(cards.nth(number)) for number in range(10)]
        page.close()
    with server_module.running_app() as app:
        visitor = Visitor(context.new_page(), app.address)
        page = visitor.page
        page.goto(f"{app.address}/practice?set=test&test=7")
        cards = page.locator('[class*="st-key-ask-test-7-"]')
        page.get_by_role("button", name="Hand in").wait_for()
        waits_for_chosen(visitor, 6)
        assert [on_screen(cards.nth(number)) for number in range(10)] == chosen
        page.get_by_role("button", name="Hand in").click()
        page.get_by_text("4 of 10 are still open").wait_for()
        page.get_by_role("button", name="Hand in").click()
        has_kept(page, 10)
        result = page.locator(".st-key-card-verdict").inner_text()
        # A reload shows the same result, and hands nothing in again.
        page.reload()
        page.locator(".st-key-card-verdict").wait_for()
        assert page.locator(".st-key-card-verdict").inner_text() == result
        assert len(kept(page)) == 10
    context.close()


@pytest.fixture
def second(browser: Browser, server: str, visitor: Visitor) -> Iterator[Visitor]:
    """Another tab of the same browser."""
    other = Visitor(visitor.page.context.new_page(), server)
    yield other
    assert other.errors == []


def test_tabs_do_not_choose_for_each_other(visitor: Visitor, second: Visitor) -> None:
    card = practise(visitor)
    visitor.press_until_chosen(card, "b")
    has_put_away(visitor, "sessionStorage", '"chosen":')
    other = practise(second)
    has_settled(second.page)
    second.press_until_chosen(other, "d")
    has_put_away(second, "sessionStorage", '"chosen":')
    visitor.page.reload()
    waits_for_chosen(visitor, 1)
    assert on_screen(card)[1][1]


def test_back_leads_to_the_question_before(visitor: Visitor) -> None:
    page, card = visitor.page, practise(visitor)
    answer(visitor, card)
    page.get_by_role("button", name="Next question").click()
    page.get_by_text("Question 2 of 5").wait_for()
    page.go_back()
    page.get_by_text("Question 1 of 5").wait_for()
    card.get_by_text("(your answer)").wait_for()
    page.go_forward()
    page.get_by_text("Question 2 of 5").wait_for()
    card.get_by_role("button", name="Check").wait_for()
    assert len(kept(page)) == 1


def test_erasing_takes_what_is_half_done_as_well(visitor: Visitor) -> None:
    page, card = visitor.page, practise(visitor)
    answer(visitor, card)
    has_put_away(visitor, "sessionStorage", '"checked":true')
    page.get_by_role("link", name="Recall").first.click()
    page.get_by_role("button", name="Erase my record").click()
    page.get_by_role("button", name="Yes, erase it for good").click()
    page.get_by_text("Nothing to recall yet").wait_for()
    assert page.evaluate(f"sessionStorage.getItem('{DRAFTS}')") is None
    page.go_back()
    card.get_by_role("button", name="Check").wait_for()
    has_settled(page)
    assert not any(on_screen(card)[1])


def test_where_nothing_can_be_stored(visitor: Visitor) -> None:
    """It lasts as long as the page, and nothing breaks."""
    page = visitor.page
    page.add_init_script(BLOCKED + BLOCKED.replace("localStorage", "sessionStorage"))
    card = practise(visitor)
    visitor.press_until_chosen(card, "b")
    page.wait_for_function(
        "() => Object.values(window.throughTheFogDrafts?.sessionStorage ?? {})[0]?.chosen >= 0"
    )
    text = page.evaluate("JSON.stringify(window.throughTheFogDrafts.sessionStorage)")
    assert len(read_drafts(text)) == 1


def test_what_is_stored_may_be_anything(visitor: Visitor) -> None:
    page = visitor.page
    for garbage in ("{", "[]", json.dumps({"practice-1": {"question": "<b>"}, "x": None})):
        page.add_init_script(
            f"sessionStorage.setItem('{DRAFTS}', {json.dumps(garbage)});"
            f"localStorage.setItem('{DRAFTS}', {json.dumps(garbage)});"
        )
        card = practise(visitor)
        visitor.press_until_chosen(card, "b")
        has_put_away(visitor, "sessionStorage", '"chosen":')
