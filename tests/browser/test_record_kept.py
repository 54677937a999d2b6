"""How long a browser keeps the record, and whose days it counts."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from quizzes.log import Log, dump
from tests.browser.conftest import Visitor, visit
from tests.browser.quiz_visitor import IDS, KEY, answer, event, has_kept, practise, status

pytestmark = pytest.mark.browser
APPLE = """Object.defineProperty(Navigator.prototype, "vendor", {
    get: () => "Apple Computer, Inc." });"""
ON_THE_HOME_SCREEN = APPLE + "navigator.standalone = true;"
SHORT = "after seven days without a visit"


def with_record(visitor: Visitor, script: str, log: Log) -> Any:
    """The page Recall in a browser that has this record."""
    page = visitor.page
    page.add_init_script(f"{script} localStorage['{KEY}'] = {json.dumps(dump(log))};")
    page.goto(visitor.address + "/recall")
    page.get_by_role("button", name="Export my record").wait_for()
    return page


def test_a_browser_that_forgets_after_a_week_says_so(visitor: Visitor) -> None:
    page = with_record(visitor, APPLE, Log((event(IDS[0], 3),)))
    page.get_by_text(SHORT).wait_for()
    assert page.get_by_text(SHORT).count() == 1
    # Where the export is, and nowhere else.
    practise(visitor)
    assert not page.get_by_text(SHORT).count()


@pytest.mark.parametrize(
    ("script", "log"),
    [
        ("", Log((event(IDS[0], 3),))),
        (ON_THE_HOME_SCREEN, Log((event(IDS[0], 3),))),
        (APPLE, Log()),
    ],
    ids=["keeps", "home screen", "nothing to lose"],
)
def test_others_say_nothing_of_it(visitor: Visitor, script: str, log: Log) -> None:
    page = with_record(visitor, script, log)
    if len(log):
        page.get_by_text("after 1").first.wait_for()
    assert not page.get_by_text(SHORT).count()


ASKS = """window.asked = 0;
StorageManager.prototype.persist = () => { window.asked += 1; return ANSWER; };"""


@pytest.mark.parametrize("answered", ["Promise.resolve(false)", "Promise.reject(new Error('no'))"])
def test_the_browser_is_asked_to_keep_it_once(visitor: Visitor, answered: str) -> None:
    page = visitor.page
    page.add_init_script(ASKS.replace("ANSWER", answered))
    card = practise(visitor)
    assert page.evaluate("window.asked") == 0
    answer(visitor, card)
    page.wait_for_function("() => window.asked === 1")
    page.get_by_role("button", name="Next question").click()
    page.get_by_text("Question 2 of 5").wait_for()
    answer(visitor, card)
    has_kept(page, 2)
    assert page.evaluate("window.asked") == 1
    assert not status(page, "storage").count()


# --- Days --------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_days_are_those_of_the_browser(browser: Browser, server: str, zone: str) -> None:
    """Python is told the zone, and what it says of today is what the browser would say."""
    log = Log((event(IDS[0], 0),))
    for visitor in visit(browser, server, timezone_id=zone):
        page = with_record(visitor, "", log)
        line = page.get_by_text("The next question comes back in 2 days, on")
        line.wait_for()
        day = page.evaluate(
            """time => {
                const day = new Date(time - 4 * 3600_000);
                day.setDate(day.getDate() + 2);
                return day.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
            }""",
            log.events[0].time,
        )
        assert day in line.inner_text()
