"""A real server and a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from benchmarks.chromium import BROWSERS, FLAGS
from benchmarks.server import running_app

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# Streamlit looks for its own server below the page's path first; these answers are expected.
EXPECTED = "404 (Not Found)"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until what has been changed by now is on the screen, however slow the machine is."""
PATIENCE = 120_000
"""Milliseconds until we give up: as long as anything takes on a machine that is busy elsewhere."""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the running app, which draws nothing beforehand: there are several of them."""
    with ExitStack() as open_until_the_end:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FOG_PREPARE", "0")
            app = open_until_the_end.enter_context(running_app())
        yield app.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "Chromium is not installed: install it (on Debian: apt-get install chromium)."
        if os.environ.get("FOG_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # With a pause before each act of the test: finds those that pass only when they are quick.
        pause = float(os.environ.get("FOG_SLOW_MO", 0))
        expect.set_options(timeout=PATIENCE)
        flags = [*FLAGS, "--process-per-site"]  # see Tabs
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, slow_mo=pause)
        yield launched
        TABS.clear()
        launched.close()


class Visitor:
    """A browser tab on the app: opens pages, and reads what the stage shows."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        self.asked: list[str] = []
        """What the page has asked the server for: of our own routes, or to be run anew. Not the
        files that a page consists of: on a busy machine they may still be coming."""
        page.on("request", lambda one: self.asked.append(one.url) if "/api/" in one.url else None)
        page.on(
            "websocket",
            lambda socket: socket.on("framesent", lambda _: self.asked.append("a run of the page")),
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.errors.append(message.text)
                if message.type == "error" and EXPECTED not in message.text
                else None
            ),
        )

    def open(self, path: str, stage: str | None = None) -> None:
        """Go to a page and wait until its stage has painted."""
        self.page.goto(self.address + path)
        name = stage or path.strip("/").split("?")[0]
        self.page.wait_for_function(
            "name => window.throughTheFog?.get(name)?.painted > 0", arg=name, timeout=PATIENCE
        )

    def wait_until_run(self) -> None:
        """Wait until the server has nothing more to say of the page."""
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        self.page.evaluate(TWO_FRAMES)

    def more(self) -> None:
        """Have the settings in sight that wait."""
        settings = self.page.locator("[class*='st-key-controls-more-']").first
        settings.wait_for(state="attached")
        if not settings.is_visible():
            self.page.locator("summary", has_text="More settings").click()
        settings.wait_for()

    def stage(self, name: str, expression: str) -> object:
        """Evaluate an expression about the stage `s`, its scene `c` and its index `i`."""
        return self.page.evaluate(
            f"""name => {{
                const s = window.throughTheFog.get(name), c = s.scene, i = s.index;
                return {expression};
            }}""",
            name,
        )

    def wait_for(self, name: str, expression: str, timeout: float = PATIENCE) -> None:
        """Wait until the expression about the stage is true, and painted."""
        self.page.wait_for_function(
            f"""name => {{
                const s = window.throughTheFog?.get(name), c = s?.scene, i = s?.index;
                return c && ({expression});
            }}""",
            arg=name,
            timeout=timeout,
        )
        self.page.evaluate(TWO_FRAMES)

    def press_until_chosen(self, card: Locator, letter: str) -> None:
        """Choose an option by its letter; the keys work as soon as their component is there.

        Not while the page is being written: "Question 2" stands above the first one's options for
        a moment.
        """
        option = (
            card.locator("[data-testid=stRadio]").first.locator("input").nth("abcd".index(letter))
        )
        for _ in range(1200):
            self.page.locator("[data-test-script-state=notRunning]").first.wait_for()
            self.page.keyboard.press(letter)
            if option.is_checked():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"The key {letter} chose nothing.")

    def drag_to(self, value: int, let_go: bool = True) -> None:
        """Put the timeline's slider at a value, as a drag does, and let go."""
        slider = self.page.get_by_role("slider", name="Timeline")
        slider.evaluate(
            """(slider, [value, letGo]) => {
                slider.value = value;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                if (letGo) slider.dispatchEvent(new Event("change", { bubbles: true }));
            }""",
            [value, let_go],
        )

    def pixels(self, label: str) -> list[int]:
        """The greys of the picture whose text alternative begins with `label`."""
        canvas = self.page.get_by_role("img", name=label).first
        return canvas.evaluate(
            """c => Array.from(c.getContext("2d").getImageData(0, 0, 28, 28).data)
                .filter((_, i) => i % 4 === 0)"""
        )


SAVES_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"


def new_context(browser: Browser, engine: bool = False, **options: object) -> BrowserContext:
    """A browser of a visitor's own, as it comes, in which we are patient.

    engine: whether the model may be loaded into its tabs, which takes a second or two of a
    processor each. Elsewhere the server draws, as for readers who save data.
    """
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    if not engine:
        context.add_init_script(SAVES_DATA)
    return context


class Tabs:
    """A context of the browser that one test after the other has to itself.

    To read the scripts of the page anew costs more than most tests do. The browser keeps what it
    has read as long as a tab of that context is open, which is the first one's only purpose.
    """

    def __init__(self, browser: Browser, server: str, options: dict[str, object]) -> None:
        self.context = new_context(browser, **options)
        self._first = self.context.new_page()
        self._first.goto(f"{server}/_stcore/health")

    def forget(self) -> None:
        """Close what the last test has opened, and take away what it has left behind."""
        for page in self.context.pages:
            if page is not self._first:
                page.close()
        self.context.clear_cookies()
        self.context.clear_permissions()
        self._first.evaluate("localStorage.clear(), sessionStorage.clear()")


TABS: dict[str, list[Tabs]] = {}
"""Those of this process that no test has at the moment, by the options of their contexts."""


def visit(
    browser: Browser, server: str, motion: str = "reduce", **options: object
) -> Iterator[Visitor]:
    """A tab on the app that must be closed without an error. Options: of the browser's context."""
    wanted = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": motion, **options}
    free = TABS.setdefault(repr([server, sorted(wanted.items())]), [])
    tabs = free.pop() if free else Tabs(browser, server, wanted)
    tabs.forget()
    visitor = Visitor(tabs.context.new_page(), server)
    yield visitor
    tabs.forget()
    free.append(tabs)
    assert visitor.errors == []


@pytest.fixture
def visitor(browser: Browser, server: str) -> Iterator[Visitor]:
    """A tab of somebody who wants no motion, so that nothing plays by itself."""
    yield from visit(browser, server)


@pytest.fixture
def engine_visitor(browser: Browser, server: str) -> Iterator[Visitor]:
    """A tab in which the model itself may work, and nothing plays by itself."""
    yield from visit(browser, server, engine=True)


@pytest.fixture
def lively_visitor(browser: Browser, server: str) -> Iterator[Visitor]:
    """A tab in which things may move."""
    yield from visit(browser, server, "no-preference")


@pytest.fixture
def phone(browser: Browser, server: str) -> Iterator[Visitor]:
    """A narrow tab."""
    yield from visit(browser, server, viewport={"width": 390, "height": 844}, has_touch=True)
