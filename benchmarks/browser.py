"""How fast the app feels: the real server, and a real browser that opens its pages.

Times inside of the page are taken there, by probe.js. A stage is named as its page is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.chromium import Traffic, in_short, launched, tab
from benchmarks.server import App, running_app
from benchmarks.timing import Say, percentile, spread
from diffusion_core.data.mnist import mnist_available
from diffusion_core.errors import CannotMeasureError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EMPTY_PAGE_FRAMES = """milliseconds => new Promise((done) => {
    let frames = 0, began = null;
    const tick = (now) => {
        began ??= now;
        if (now - began >= milliseconds) done((1000 * frames) / (now - began));
        else { frames += 1; requestAnimationFrame(tick); }
    };
    requestAnimationFrame(tick);
})"""
"""How often this browser draws a page on which nothing happens: what none can surpass."""


@dataclass(frozen=True)
class BrowserPlan:
    """How often, and how long, to measure."""

    repeat: int = 5
    inputs: int = 120
    """How often the timeline is scrubbed."""
    play_seconds: float = 4.0


def measure_browser(plan: BrowserPlan, say: Say) -> dict[str, Any]:
    """All figures about the app in a browser. Where one is missing, it says why in its place.

    CannotMeasureError if Playwright or Chromium is missing, or the app does not start at all.
    """
    results: dict[str, Any] = {"digits": "MNIST" if mnist_available() else "embedded"}

    def measure(name: str, what: str, work: Callable[[], dict[str, Any]]) -> None:
        from playwright.sync_api import Error

        say(f"Browser: {what}.")
        try:
            results[name] = work()
        except CannotMeasureError as error:
            results[name] = {"skipped": str(error)}
        except Error as error:
            results[name] = {"skipped": f"Could not measure {what}: {in_short(error)}."}

    with launched() as browser:
        results["browser"] = f"Chromium {browser.version}, headless"
        with browser.new_page() as page:
            results["empty_page_frames_per_second"] = page.evaluate(EMPTY_PAGE_FRAMES, 1000)
        for stage in ("forward", "reverse"):
            what = f"from the start of the server to a moving picture on /{stage}"
            measure(f"start_{stage}", what, partial(start, browser, stage, plan))
        with running_app() as app:
            measure("switch", "switching pages", partial(switch, browser, app, plan))
            measure("scrub", "scrubbing", partial(scrub, browser, app, plan))
            measure("play", "playing", partial(play, browser, app, plan, ""))
            chain = partial(play, browser, app, plan, "&chain=true")
            measure("play_chain", "playing with the chain", chain)
    return results


def start(browser: Browser, stage: str, plan: BrowserPlan) -> dict[str, Any]:
    """From launching the server to a picture that moves, and how much of that is the server's."""
    total, ready = [], []
    for _ in range(plan.repeat):
        watching = f"fogProbe.moved = fogProbe.moving('{stage}');"
        with tab(browser, watching) as page, running_app() as app:
            page.goto(f"{app.address}/{stage}", wait_until="commit")
            page.evaluate("fogProbe.moved")
            total.append(time.monotonic() - app.launched)
            ready.append(app.ready_after)
    page_alone = [whole - server for whole, server in zip(total, ready, strict=True)]
    return {
        "seconds": asdict(spread(total)),
        "server_ready": asdict(spread(ready)),
        "page": asdict(spread(page_alone)),
    }


def switch(browser: Browser, app: App, plan: BrowserPlan) -> dict[str, Any]:
    """From the click on a link of the navigation to the first painted frame, both ways in turn.

    first_visit: of /reverse, whose components this tab has not had before; not in the median.
    """
    to_reverse, to_forward = [], []
    with tab(browser) as page:
        page.goto(f"{app.address}/forward")
        for _ in range(plan.repeat + 1):
            to_reverse.append(click(page, "reverse", 'a[href$="/reverse"]')["first"])
            to_forward.append(click(page, "forward", 'a[href$="/forward"]')["first"])
    first_visit = to_reverse.pop(0)
    return {
        "seconds": asdict(spread(to_reverse + to_forward)),
        "to_reverse": asdict(spread(to_reverse)),
        "to_forward": asdict(spread(to_forward)),
        "first_visit": first_visit,
    }


def click(page: Page, stage: str, what: str, to_the_end: bool = False) -> dict[str, float]:
    """Click once the page is quiet; the seconds until the stage's new scene and first frame.

    With to_the_end, also until its last frame.
    """
    page.wait_for_load_state("networkidle")
    page.evaluate("([stage, all]) => fogProbe.watchClick(stage, all)", [stage, to_the_end])
    page.locator(what).first.click()
    times: dict[str, float] = page.evaluate("fogProbe.clicked")
    return {name: milliseconds / 1000 for name, milliseconds in times.items()}


def scrub(browser: Browser, app: App, plan: BrowserPlan) -> dict[str, Any]:
    """From moving the slider to the painted frame, and what went over the network meanwhile.

    traffic: while loading, while the slider moved, and when it was let go.
    """
    with tab(browser) as page:
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


def play(browser: Browser, app: App, plan: BrowserPlan, options: str) -> dict[str, Any]:
    """Pictures painted per second while /forward plays; options: more of its address."""
    rates, waits = [], []
    with tab(browser) as page:
        for _ in range(plan.repeat):
            page.goto(f"{app.address}/forward?t=0{options}")
            page.wait_for_load_state("networkidle")
            page.get_by_role("button", name="Play", exact=True).click()
            found = page.evaluate(
                "(seconds) => fogProbe.playing('forward', seconds)", plan.play_seconds
            )
            rates.append(found["painted"] / found["seconds"])
            waits.append(found["longest"] / 1000)
    return {
        "T": found["last"],
        "frames_per_second": asdict(spread(rates)),
        "longest_wait": asdict(spread(waits)),
    }
