"""What a visitor of the questions does, in a real browser."""

import uuid
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page

from pages.quiz.record import now
from quizzes.bank import load_bank
from quizzes.log import Event, Log, parse
from quizzes.review import DAY
from tests.browser.conftest import Visitor

KEY = "throughTheFog.log"
IDS = list(load_bank().questions)
CARD = ".st-key-ask-practice"


def event(question: str, ago: float) -> Event:
    """A right answer, so many days ago."""
    return Event(
        id=uuid.uuid4().hex,
        time=now() - round(ago * DAY),
        question=question,
        chosen=1,
        certainty="fairly",
        hints=0,
        right=True,
        mark=2.0,
        set="practice",
        misconception=None,
    )


def kept(page: Page) -> Log:
    """The record in the browser's storage, read as Python reads it."""
    text = page.evaluate(f"localStorage.getItem('{KEY}')")
    return parse(text) if text else Log()


def has_kept(page: Page, count: int) -> None:
    """Wait until so many attempts are stored."""
    page.wait_for_function(
        "([key, n]) => JSON.parse(localStorage.getItem(key))?.events.length === n", arg=[KEY, count]
    )


def holds(page: Page, count: int) -> None:
    """Wait until the tab has so many attempts that it could not store."""
    page.wait_for_function("n => window.throughTheFogLog?.events.length === n", arg=count)


def has_settled(page: Page) -> None:
    """Wait until the page's script has run."""
    page.wait_for_function("() => document.querySelector('[data-test-script-state=notRunning]')")


def practise(visitor: Visitor, query: str = "") -> Locator:
    """Open the practice page; its card."""
    visitor.page.goto(visitor.address + "/practice" + query)
    card = visitor.page.locator(CARD)
    card.get_by_role("button", name="Check").wait_for()
    return card


def answer(visitor: Visitor, card: Locator, letter: str = "b") -> None:
    """Choose by a key, check, and see the solution."""
    visitor.press_until_chosen(card, letter)
    card.get_by_role("button", name="Check").click()
    reveal(card)


def reveal(card: Locator) -> None:
    """After an answer was checked: what was wrong gets no second try."""
    again = card.get_by_role("button", name="Try again")
    again.or_(card.get_by_text("(your answer)")).first.wait_for()
    if again.count():
        card.get_by_role("button", name="Show the solution").click()
    card.get_by_text("(your answer)").wait_for()


def status(page: Page, text: str) -> Locator:
    """A live region that says this."""
    return page.get_by_role("status").filter(has_text=text)


def download(page: Page, press: Callable[[], None]) -> str:
    """The text of the file that comes of it."""
    with page.expect_download() as caught:
        press()
    return Path(caught.value.path()).read_text("utf-8")


def new_session(page: Page) -> Callable[[], None]:
    """Waits, when it is called, until a session that is new has been told what is half done."""
    told: list[bool] = []

    def listen(sent: str | bytes) -> None:
        if b"certainty" in (sent.encode() if isinstance(sent, str) else sent):
            told.append(True)

    page.on("websocket", lambda socket: socket.on("framesent", listen))

    def wait() -> None:
        for _ in range(600):
            if told:
                return has_settled(page)
            page.wait_for_timeout(100)
        raise AssertionError("No session was told anything.")

    return wait
