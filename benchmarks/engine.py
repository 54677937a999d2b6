"""The model in the reader's own tab: how soon it is there, how fast it draws, and whether its guess
keeps up with the hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.browser import click
from benchmarks.chromium import Traffic, launched, tab
from benchmarks.server import App, running_app
from benchmarks.timing import Say, spread
from diffusion_core.errors import CannotMeasureError
from pages.engine.fetch import complete

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GENERATE = 'button:text-is("Generate")'
LOADED = """() => new Promise((done) => {
    let painted = null;
    const tick = () => {
        const stage = window.throughTheFog?.get("reverse");
        if (painted === null && stage?.painted > 0) painted = performance.now();
        if (stage?.scene?.engine?.ready) done((performance.now() - painted) / 1000);
        else requestAnimationFrame(tick);
    };
    tick();
})"""
"""Seconds from the first picture until the engine is ready."""
FOLLOW = """([how, milliseconds]) => new Promise((done) => {
    const stage = window.throughTheFog.get("forward"), { scene } = stage;
    const slider = stage.clock.querySelector("input[type=range]");
    let frames = 0, fresh = 0, last = scene.guessing?.answer;
    if (how === "playing") { stage.moveTo(0); stage.toggle(); }
    const began = performance.now();
    const tick = () => {
        const over = performance.now() - began;
        frames += 1;
        if (scene.guessing?.answer !== last) { last = scene.guessing.answer; fresh += 1; }
        if (over >= milliseconds) { done([1000 * frames / over, 1000 * fresh / over]); return; }
        if (how === "dragging") {
            slider.value = String(Math.round(scene.last * (0.5 - 0.5 * Math.cos(over / 700))));
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
})"""
"""Painted frames a second, and guesses a second, while the timeline plays or is dragged."""


@dataclass(frozen=True)
class EnginePlan:
    """What to measure."""

    repeat: int = 5
    milliseconds: int = 4000
    """So long is the timeline played, and so long dragged."""


def measure_engine(plan: EnginePlan, say: Say) -> dict[str, Any]:
    """All figures. CannotMeasureError if there is no browser or no engine, or the app does not
    start."""
    if not complete():
        raise CannotMeasureError(
            "Nothing was measured in the tab, since its engine is not here: "
            "`make setup` fetches it where npm can be reached."
        )
    with launched() as browser, running_app() as app:
        results: dict[str, Any] = {"browser": f"Chromium {browser.version}, headless"}
        say("Engine: loading.")
        results["loading"] = _loading(browser, app, plan)
        with tab(browser) as page:
            traffic = Traffic(page)
            asked = 0
            runs: dict[str, dict[str, object]] = {
                "one": {"n": 1, "steps": 20},
                "sixteen": {"n": 16, "steps": 20},
                "leaps": {"n": 16, "sampler": "leaps (distilled)", "leaps": "two leaps"},
            }
            for name, settings in runs.items():
                say(f"Engine: drawing, {name}.")
                results[name], requests = _drawing(page, traffic, app, settings, plan)
                asked += requests
        say("Engine: guessing.")
        results["guess"] = _guess(browser, app, plan)
        results["asked"] = {"requests": asked}
    return results


def _loading(browser: Browser, app: App, plan: EnginePlan) -> dict[str, Any]:
    """cold: in a browser that has never been there; warm: the second page of the same."""
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(plan.repeat):
        with tab(browser) as page:
            for found in (cold, warm):
                page.goto(f"{app.address}/reverse?engine=browser")
                found.append(page.evaluate(LOADED))
                page.wait_for_load_state("networkidle")
    return {"cold": asdict(spread(cold)), "warm": asdict(spread(warm))}


def _drawing(
    page: Page, traffic: Traffic, app: App, settings: dict[str, object], plan: EnginePlan
) -> tuple[dict[str, Any], int]:
    """From pressing Generate to the first new frame and to the last, and the requests meanwhile."""
    page.goto(f"{app.address}/reverse?{urlencode({**settings, 'engine': 'browser'})}")
    page.wait_for_function(
        """() => {
            const scene = window.throughTheFog?.get("reverse")?.scene;
            return scene?.complete && scene.engine?.ready;
        }"""
    )
    runs, asked = [], 0
    for _ in range(plan.repeat):
        page.wait_for_load_state("networkidle")
        traffic.so_far()
        runs.append(click(page, "reverse", GENERATE, to_the_end=True))
        asked += traffic.so_far()["requests"]
    figures = {
        "first_step": asdict(spread([run["first"] for run in runs])),
        "all": asdict(spread([run["last"] for run in runs])),
    }
    return figures, asked


def _guess(browser: Browser, app: App, plan: EnginePlan) -> dict[str, Any]:
    found: dict[str, list[float]] = {}
    with tab(browser) as page:
        page.goto(f"{app.address}/forward?digit=5&t=400&engine=browser")
        page.wait_for_function(
            "() => window.throughTheFog?.get('forward')?.scene?.guessing?.answer"
        )
        for _ in range(plan.repeat):
            for how in ("playing", "dragging"):
                frames, fresh = page.evaluate(FOLLOW, [how, plan.milliseconds])
                found.setdefault(f"{how}_frames_a_second", []).append(frames)
                found.setdefault(f"{how}_guesses_a_second", []).append(fresh)
    return {name: asdict(spread(values)) for name, values in found.items()}
