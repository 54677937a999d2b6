"""How fast the app feels: the real server, and a real browser that opens its pages.

Times inside of the page are taken there, by probe.js. Chromium runs without a window and without a
GPU, so that the figures are those of a plain machine: a desktop browser does better.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diffusion_core.benchmarks.server import App, running_app
from diffusion_core.benchmarks.timing import Say, percentile, spread
from diffusion_core.data import mnist_available
from diffusion_core.errors import CannotMeasureError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocket

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
EMPTY_PAGE_FRAMES = """milliseconds => new Promise((done) => {
    let frames = 0, began = null;
    const tick = (now) => {
        began ??= now;
        if (now - began >= milliseconds) done((1000 * frames) / (now - began));
        else { frames += 1; requestAnimationFrame(tick); }
    };
    requestAnimationFrame(tick);
})"""
"""How often this browser can draw at all: what no page can surpass."""


@dataclass(frozen=True)
class BrowserPlan:
    """What to measure. Stages are named as their pages: forward and reverse."""

    repeat: int = 5
    inputs: int = 120
    """How often the timeline is scrubbed."""
    play_seconds: float = 4.0
    pictures: int = 16
    steps: int = 20
    """What Generate is to draw; guided, as the page's own setting says."""


def measure_browser(plan: BrowserPlan, say: Say) -> dict[str, Any]:
    """All figures about the app in a browser. What one of them lacks is said in its place.

    CannotMeasureError if Playwright or Chromium is missing.
    """
    with _launched() as browser:
        results: dict[str, Any] = {"browser": f"Chromium {browser.version}, headless"}
        results["digits"] = "MNIST" if mnist_available() else "embedded"
        page = browser.new_page()
        results["empty_page_frames_per_second"] = page.evaluate(EMPTY_PAGE_FRAMES, 1000)
        page.close()

        def attempt(name: str, what: str, measure: Callable[[], dict[str, Any]]) -> None:
            say(f"Browser: {what}.")
            try:
                results[name] = _told(measure, what)
            except CannotMeasureError as error:
                results[name] = {"skipped": str(error)}

        for stage in ("forward", "reverse"):
            attempt(
                f"start_{stage}",
                f"from the start of the server to a moving picture on /{stage}",
                lambda stage=stage: _start(browser, stage, plan),  # type: ignore[misc]
            )
        with running_app() as app:
            attempt("switch", "between the pages", lambda: _switch(browser, app, plan))
            attempt("scrub", "scrubbing", lambda: _scrub(browser, app, plan))
            attempt("play", "playing", lambda: _play(browser, app, plan, chain=False))
            attempt(
                "play_chain", "playing, with the chain", lambda: _play(browser, app, plan, chain=True)
            )
            attempt("generate", "pressing Generate", lambda: _generate(browser, app, plan))
    return results


@contextmanager
def _launched() -> Iterator[Browser]:
    """A Chromium, closed again when the block ends."""
    try:
        from playwright.sync_api import sync_playwright
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def _told(measure: Callable[[], dict[str, Any]], what: str) -> dict[str, Any]:
    """What `measure` returns; a failure of the browser as one sentence."""
    from playwright.sync_api import Error

    try:
        return measure()
    except Error as error:
        reason = error.message.strip().splitlines()[0].removeprefix("Page.evaluate: ")
        raise CannotMeasureError(f"Could not measure {what}: {reason}.") from error


@contextmanager
def _tab(browser: Browser, run_first: str = "") -> Iterator[Page]:
    """A fresh visitor's tab with the probe in it, in which things may move by themselves."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, reduced_motion="no-preference"
    )
    context.set_default_timeout(60_000)
    context.add_init_script(PROBE.read_text("utf-8") + run_first)
    try:
        yield context.new_page()
    finally:
        context.close()


def _start(browser: Browser, stage: str, plan: BrowserPlan) -> dict[str, Any]:
    """From launching the server to a picture that moves, and how much of it is the server's."""
    total, ready = [], []
    for _ in range(plan.repeat):
        with _tab(browser, f"fogProbe.moved = fogProbe.moving('{stage}');") as page:
            with running_app() as app:
                page.goto(f"{app.address}/{stage}", wait_until="commit")
                page.evaluate("fogProbe.moved")
                total.append(time.monotonic() - app.launched)
                ready.append(app.ready_after)
    page_alone = [all_ - server for all_, server in zip(total, ready, strict=True)]
    return {
        "seconds": asdict(spread(total)),
        "server_ready": asdict(spread(ready)),
        "page": asdict(spread(page_alone)),
    }


def _switch(browser: Browser, app: App, plan: BrowserPlan) -> dict[str, Any]:
    """From the click on a link of the navigation to the first painted frame, both ways in turn.

    first_visit: of /reverse, whose components this tab has not loaded before.
    """
    times: dict[str, list[float]] = {"reverse": [], "forward": []}
    with _tab(browser) as page:
        page.goto(f"{app.address}/forward")
        for number in range(plan.repeat + 1):
            for stage in times:
                page.wait_for_load_state("networkidle")
                times[stage].append(_click(page, stage, f'a[href$="/{stage}"]')["first"])
                if number == 0 and stage == "reverse":
                    first_visit = times[stage].pop()
    return {
        "seconds": asdict(spread(times["reverse"] + times["forward"])),
        "to_reverse": asdict(spread(times["reverse"])),
        "to_forward": asdict(spread(times["forward"])),
        "first_visit": first_visit,
    }


def _click(page: Page, stage: str, what: str, to_the_end: bool = False) -> dict[str, Any]:
    """Click, and return the seconds until the stage's new scene, first frame and last frame."""
    page.evaluate("([name, toTheEnd]) => fogProbe.watchClick(name, toTheEnd)", [stage, to_the_end])
    page.locator(what).first.click()
    times: dict[str, float | None] = page.evaluate("fogProbe.clicked")
    return {name: None if value is None else value / 1000 for name, value in times.items()}


def _scrub(browser: Browser, app: App, plan: BrowserPlan) -> dict[str, Any]:
    """From moving the slider to the painted frame, and what went over the network meanwhile.

    traffic: while loading, while the slider moved, and when it was let go.
    """
    with _tab(browser) as page:
        traffic = Traffic(page)
        page.goto(f"{app.address}/forward?t=0")
        page.wait_for_load_state("networkidle")
        loading = traffic.so_far()
        slider = page.get_by_role("slider", name="Timeline").element_handle()
        times = page.evaluate(
            "([slider, count]) => fogProbe.scrub('forward', slider, count)", [slider, plan.inputs]
        )
        moving = traffic.so_far()
        page.evaluate("slider => slider.dispatchEvent(new Event('change'))", slider)
        released = traffic.so_far()
        last = page.evaluate("throughTheFog.get('forward').scene.last")
    drawn, shown = ([ms / 1000 for ms in times[name]] for name in ("toDrawn", "toNextFrame"))
    return {
        "T": last,
        "seconds": asdict(spread(drawn)) | {"p95": percentile(drawn, 95)},
        "to_next_frame": asdict(spread(shown)) | {"p95": percentile(shown, 95)},
        "traffic": {"loading": loading, "moving": moving, "released": released},
    }


class Traffic:
    """Counts what a tab sends and receives: HTTP requests and WebSocket messages."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.messages = 0
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", self._listen)

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


def _play(browser: Browser, app: App, plan: BrowserPlan, chain: bool) -> dict[str, Any]:
    """Pictures painted per second while the forward page plays at its usual speed."""
    rates, waits = [], []
    with _tab(browser) as page:
        for _ in range(max(1, plan.repeat // 2)):
            page.goto(f"{app.address}/forward?t=0" + "&chain=true" * chain)
            page.wait_for_load_state("networkidle")
            page.get_by_role("button", name="Play", exact=True).click()
            found = page.evaluate(f"fogProbe.playing('forward', {plan.play_seconds})")
            rates.append(found["painted"] / found["seconds"])
            waits.append(found["longest"] / 1000)
    return {
        "T": found["last"],
        "frames_per_second": asdict(spread(rates)),
        "longest_wait": asdict(spread(waits)),
    }


def _generate(browser: Browser, app: App, plan: BrowserPlan) -> dict[str, Any]:
    """From pressing Generate to the first new frame and to the finished pictures.

    asked: when the page knows of the new run and asks the model, which the rest follows.
    """
    runs = []
    with _tab(browser) as page:
        page.goto(f"{app.address}/reverse?n={plan.pictures}&steps={plan.steps}")
        # An address with settings of its own runs the model at once; that is not counted.
        page.wait_for_function("() => window.throughTheFog?.get('reverse')?.scene?.complete")
        for _ in range(plan.repeat):
            page.wait_for_load_state("networkidle")
            button = 'button:has-text("Generate")'
            runs.append(_click(page, "reverse", button, to_the_end=True))
    return {
        "pictures": plan.pictures,
        "steps": plan.steps,
        "asked": asdict(spread([run["scene"] for run in runs])),
        "first_frame": asdict(spread([run["first"] for run in runs])),
        "finished": asdict(spread([run["last"] for run in runs])),
    }
