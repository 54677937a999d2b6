"""A real browser without a window: found, started, and its tabs with the probe in them.

It draws without a GPU, so that the figures are those of a plain machine: a desktop does better.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diffusion_core.errors import CannotMeasureError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Error, Page, WebSocket

PROBE = Path(__file__).with_name("probe.js")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium, closed again when the block ends.

    CannotMeasureError if Playwright or Chromium is missing, and for whatever goes wrong in the
    browser within the block.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise CannotMeasureError(
            "Nothing was measured in a browser, since Playwright is not installed: "
            "`pip install -r requirements-dev.txt` brings it."
        ) from error
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise CannotMeasureError(
            "Nothing was measured in a browser, since Chromium is not installed: "
            "on Debian, `apt-get install chromium` brings it."
        )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
            try:
                yield browser
            finally:
                browser.close()
    except Error as error:
        raise CannotMeasureError(f"The browser failed: {in_short(error)}.") from error


def in_short(error: Error) -> str:
    """The first line of what Playwright says, without the name of the call."""
    line = error.message.strip().splitlines()[0]
    return line.removeprefix("Page.evaluate: ").removeprefix("Error: ").rstrip(".")


@contextmanager
def tab(browser: Browser, run_first: str = "") -> Iterator[Page]:
    """A fresh visitor's tab with the probe in it, in which things may move by themselves.

    run_first: JavaScript that runs with the probe, before the page's own.
    """
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, reduced_motion="no-preference"
    )
    context.set_default_timeout(60_000)
    context.add_init_script(PROBE.read_text("utf-8") + run_first)
    try:
        yield context.new_page()
    finally:
        context.close()


class Traffic:
    """Counts what a tab sends and receives: HTTP requests and WebSocket messages."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.messages = 0
        page.on("request", lambda request: self._requested(request.url))
        page.on("websocket", self._listen)

    def _requested(self, url: str) -> None:
        # blob: and data: addresses do not leave the browser.
        if url.startswith("http"):
            self.requests.append(url)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._message)
        socket.on("framereceived", self._message)

    def _message(self, payload: object) -> None:
        self.messages += 1

    def so_far(self) -> dict[str, Any]:
        """What there was since the last time that this was asked, and the last few addresses."""
        self.page.wait_for_timeout(300)  # what the browser is about to report still counts
        counted = {"requests": len(self.requests), "messages": self.messages}
        addresses = [url.partition("?")[0] for url in self.requests[-3:]]
        self.requests, self.messages = [], 0
        return {**counted, "addresses": addresses}
