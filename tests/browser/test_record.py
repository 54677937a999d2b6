"""The learner's record in a real browser: taken along, refused, shared by two tabs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from benchmarks import server as server_module
from quizzes.bank import load_bank
from quizzes.log import VERSION, Log, dump, parse
from tests.browser.conftest import Visitor, new_context, visit
from tests.browser.quiz_visitor import (
    IDS,
    KEY,
    answer,
    download,
    event,
    has_kept,
    holds,
    kept,
    new_session,
    practise,
    reveal,
    status,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_a_double_click_erases_nothing(browser: Browser, server: str, width: int) -> None:
    for visitor in visit(browser, server, viewport={"width": width, "height": 800}):
        page, log = visitor.page, dump(Log((event(IDS[0], 40),)))
        page.add_init_script(f"localStorage['{KEY}'] = {json.dumps(log)}")
        page.goto(visitor.address + "/recall")
        page.get_by_text("1 due, of 1").wait_for()
        erase = page.get_by_role("button", name="Erase my record")
        sure = page.get_by_role("button", name="Yes, erase it for good")
        box = erase.bounding_box()
        assert box
        # Wherever on the button: what is there afterwards keeps the record, and asks on.
        for part in (0.03, 0.5, 0.97):
            at = {"x": part * box["width"], "y": box["height"] / 2}
            erase.dblclick(position=at)  # type: ignore[arg-type]
            sure.wait_for()
            erase.wait_for(state="detached")
            page.get_by_role("button", name="Keep it").click()
        assert len(kept(page)) == 1


def test_export_erase_and_import(visitor: Visitor) -> None:
    page = visitor.page
    before = Log(tuple(event(id, 40 + n) for n, id in enumerate(IDS[:60])))
    page.add_init_script(
        f"sessionStorage.begun ??= (localStorage['{KEY}'] = {json.dumps(dump(before))}, 1)"
    )
    page.goto(visitor.address + "/recall")
    page.get_by_text("60 due, of 60").wait_for()
    export = page.get_by_role("button", name="Export my record")
    exported = download(page, export.click)
    assert parse(exported) == before
    # Erasing asks back, takes the record out of storage and session, and the page shows it.
    page.get_by_role("button", name="Erase my record").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Erase my record").click()
    page.get_by_role("button", name="Yes, erase it for good").click()
    page.get_by_text("Nothing to recall yet").wait_for()
    assert len(kept(page)) == 0
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('Fog.log')).length") == 0
    give = page.locator("input[type=file]")
    give.set_input_files(
        {"name": "record.json", "mimeType": "application/json", "buffer": exported.encode()}
    )
    page.get_by_text("60 attempts added, 0 were here already.").wait_for()
    page.get_by_text("60 due, of 60").wait_for()
    has_kept(page, 60)
    assert kept(page) == before
    page.reload()
    page.get_by_text("60 due, of 60").wait_for()
    # And a file of 50 MB is refused before it is sent.
    page.locator("input[type=file]").set_input_files(
        {"name": "big.json", "mimeType": "application/json", "buffer": b" " * 6_000_000}
    )
    page.get_by_text("must be 5.0MB or smaller").wait_for()
    assert kept(page) == before


# --- Storage that does not work ----------------------------------------------------------------

BLOCKED = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("blocked", "SecurityError"); } });"""
FULL = """{
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        if (key.startsWith("throughTheFog.log") && value.length > 400)
            throw new DOMException("full", "QuotaExceededError");
        set.call(this, key, value);
    };
}"""


@pytest.mark.parametrize("trouble", [BLOCKED, FULL], ids=["blocked", "full"])
def test_storage_that_refuses(visitor: Visitor, trouble: str) -> None:
    page = visitor.page
    page.add_init_script(trouble)
    card = practise(visitor)
    for number in (1, 2, 3):
        answer(visitor, card)
        if number < 3:
            page.get_by_role("button", name="Next question").click()
            page.get_by_text(f"Question {number + 1} of 5").wait_for()
    status(page, "storage is full or blocked").wait_for()
    assert page.get_by_text("export it to keep it").count() == 1
    # It is in memory, on other pages as well, and can be taken along.
    page.get_by_role("link", name="Recall").first.click()
    page.get_by_role("heading", name="Recall", exact=True).wait_for()
    status(page, "storage is full or blocked").wait_for()
    holds(page, 3)
    exported = parse(download(page, page.get_by_role("button", name="Export my record").click))
    assert len({e.question for e in exported}) == 3
    page.get_by_text("after 1").first.wait_for()


VALID = json.loads(dump(Log((event(IDS[0], 3),))))
ROW = VALID["events"][0]
STRANGE = {**VALID, "events": [[*ROW[:2], "<script>x</script>", *ROW[3:]]]}


@pytest.mark.parametrize(
    "garbage",
    ['{"format":', "null", json.dumps({**VALID, "events": [1, None]}), json.dumps(STRANGE)],
    ids=["cut", "null", "rows", "script"],
)
def test_a_damaged_record_is_set_aside(visitor: Visitor, garbage: str) -> None:
    page = visitor.page
    page.add_init_script(
        f"sessionStorage.begun ??= (localStorage['{KEY}'] = {json.dumps(garbage)}, 1)"
    )
    card = practise(visitor)
    status(page, "was damaged, so a new one was begun").wait_for()
    answer(visitor, card)
    has_kept(page, 1)
    assert len(kept(page)) == 1
    press = page.get_by_role("button", name="Export the damaged one").click
    assert download(page, press) == garbage
    # It can still be had later, where the record is looked after.
    page.goto(visitor.address + "/recall")
    page.get_by_text("after 1").first.wait_for()
    press = page.get_by_role("button", name="Export the damaged one").click
    assert download(page, press) == garbage
    assert not page.get_by_text("was damaged").count()


NO_ROOM_BESIDE = FULL.replace("value.length > 400", "key.endsWith('.damaged')")


def test_a_damaged_record_that_cannot_be_moved_stays(visitor: Visitor) -> None:
    page, garbage = visitor.page, "x" * 500
    page.add_init_script(f"localStorage['{KEY}'] = {json.dumps(garbage)}; {NO_ROOM_BESIDE}")
    card = practise(visitor)
    status(page, "storage is full or blocked").wait_for()
    answer(visitor, card)
    holds(page, 1)
    exported = parse(download(page, page.get_by_role("button", name="Export my record").click))
    assert len(exported) == 1
    press = page.get_by_role("button", name="Export the damaged one").click
    assert download(page, press) == garbage
    assert page.evaluate(f"localStorage['{KEY}']") == garbage


def test_a_record_from_the_future_is_left_alone(visitor: Visitor) -> None:
    page = visitor.page
    future = json.dumps({**VALID, "version": VERSION + 1})
    page.add_init_script(f"localStorage['{KEY}'] = {json.dumps(future)}")
    card = practise(visitor)
    status(page, "from a newer version of this app").wait_for()
    answer(visitor, card)
    assert page.evaluate(f"localStorage['{KEY}']") == future
    holds(page, 1)
    exported = download(page, page.get_by_role("button", name="Export my record").click)
    assert len(parse(exported)) == 1


# --- Two tabs, and clocks ----------------------------------------------------------------------


@pytest.fixture
def second(browser: Browser, server: str, visitor: Visitor) -> Iterator[Visitor]:
    """Another tab of the same browser."""
    other = Visitor(visitor.page.context.new_page(), server)
    yield other
    assert other.errors == []


def test_two_tabs_at_once_lose_nothing(visitor: Visitor, second: Visitor) -> None:
    cards = [practise(visitor), practise(second)]
    second.page.get_by_role("button", name="3", exact=True).click()
    second.page.get_by_text("Question 3 of 5").wait_for()
    for tab, card in zip((visitor, second), cards, strict=True):
        tab.press_until_chosen(card, "a")
    for card in cards:
        card.get_by_role("button", name="Check").click()
    for card in cards:
        reveal(card)
    has_kept(visitor.page, 2)
    # Each tab hears of the other's answer.
    for tab, number in ((visitor, 3), (second, 1)):
        done = tab.page.get_by_role("button", name=f"{number} ✓")
        done.or_(tab.page.get_by_role("button", name=f"{number} ✗")).wait_for()
    # One that wrote over the other's attempt, as can happen in the same moment: it is put back.
    both = kept(second.page)
    own = [e for e in both if e.question == load_bank().core()[0].id]
    of_other = dump(Log(tuple(e for e in both if e not in own)))
    second.page.evaluate(f"text => localStorage.setItem('{KEY}', text)", of_other)
    has_kept(second.page, 2)
    assert kept(second.page) == both
    # Erased in one tab is erased in both.
    visitor.page.goto(visitor.address + "/recall")
    visitor.page.get_by_role("button", name="Erase my record").click()
    visitor.page.get_by_role("button", name="Yes, erase it for good").click()
    second.page.get_by_role("button", name="1", exact=True).wait_for()
    second.page.get_by_role("button", name="2", exact=True).click()
    second.page.get_by_text("Question 2 of 5").wait_for()
    answer(second, cards[1])
    has_kept(second.page, 1)


def test_a_clock_that_went_backwards(visitor: Visitor) -> None:
    page = visitor.page
    log = Log((event(IDS[0], -900), event(IDS[1], -3), event(IDS[2], 90)))
    page.add_init_script(
        f"sessionStorage.begun ??= (localStorage['{KEY}'] = {json.dumps(dump(log))}, 1)"
    )
    page.goto(visitor.address + "/recall")
    page.get_by_role("button", name="Recall 3 now").click()
    card: Any = page.locator('[class*="st-key-ask-recall-"]')
    card.get_by_role("button", name="Check").wait_for()
    visitor.press_until_chosen(card, "a")
    card.get_by_role("button", name="Check").click()
    reveal(card)
    has_kept(page, 4)
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_text("2 to go").wait_for()
    assert set(log.events) < set(kept(page).events)


def test_a_server_that_was_restarted_is_told_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stays as it is and connects anew: to a session that knows nothing."""
    port = server_module.free_port()
    monkeypatch.setattr(server_module, "free_port", lambda: port)
    context = new_context(browser)
    with server_module.running_app() as app:
        visitor = Visitor(context.new_page(), app.address)
        page, card = visitor.page, practise(visitor)
        visitor.press_until_chosen(card, "b")
        card.get_by_role("button", name="Check").click()
        reveal(card)
        done = page.get_by_role("button", name="1 ✓").or_(page.get_by_role("button", name="1 ✗"))
        done.wait_for()
        page.evaluate("window.stillHere = true")
    told = new_session(page)
    with server_module.running_app():
        told()
        done.wait_for()
        assert page.evaluate("window.stillHere") and len(kept(page)) == 1
        # What was answered is not asked again, unless one wants it so.
        card.get_by_text("(your answer)").wait_for()
        done.click()
        card.get_by_role("button", name="Check").wait_for()
        visitor.press_until_chosen(card, "c")
        card.get_by_role("button", name="Check").click()
        has_kept(page, 2)
    context.close()
