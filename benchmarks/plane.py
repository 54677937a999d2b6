"""Training in the plane, as a visitor sees it: how soon there is a shape and how smoothly it shows.

Alone and beside others, in the tab and on the server; and what the server's trainings cost those
who look at something else.
"""

from __future__ import annotations

import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.chromium import launched, tab
from benchmarks.server import App, running_app
from benchmarks.timing import Say, percentile, seconds, spread
from diffusion_core.labs.points.settings import PointSettings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RECOGNISABLE = 0.9
"""Share of the samples that lie on the shape, and of the shape that has samples near it, from which
on anybody sees what it is."""
WATCH = """() => new Promise((done) => {
    const stage = window.throughTheFog.get("points"), { lab } = stage.scene;
    const began = performance.now(), found = { first: null, shape: null, painted: [] };
    let shown = -1;
    const tick = () => {
        const shots = lab.training?.snapshots ?? [], now = (performance.now() - began) / 1000;
        if (shots.length && found.first === null) found.first = now;
        const there = (shot) => shot.on >= LIMIT && shot.reached >= LIMIT;
        if (found.shape === null && shots.length && there(shots.at(-1))) {
            found.shape = now;
            found.step = shots.at(-1).step;
        }
        if (lab.training?.live && stage.index !== shown) {
            shown = stage.index;
            found.painted.push(now);
        }
        if (lab.training && !lab.training.live) done({ ...found, over: now });
        else requestAnimationFrame(tick);
    };
    lab.train.click();
    requestAnimationFrame(tick);
})"""
"""Presses Train, and tells when the first picture, the shape, and the end came."""
PLAY = """(milliseconds) => new Promise((done) => {
    const stage = window.throughTheFog.get("points"), { lab } = stage.scene;
    lab.halt(); // it may be playing by itself, and would stop
    lab.t = 1;
    const before = stage.painted, began = performance.now();
    lab.play("noise");
    const tick = () => {
        const now = performance.now() - began;
        if (now >= milliseconds) done((1000 * (stage.painted - before)) / now);
        else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
})"""
"""How often a second the stage paints while the points move from noise to data."""


@dataclass(frozen=True)
class PlanePlan:
    """What to measure."""

    shapes: tuple[str, ...] = ("two moons", "a spiral", "a smiley", "a word")
    repeat: int = 3
    requests: int = 40
    """For a digit, one after another, alone and beside the trainings."""
    trainings: int = 3
    """At the same time on the server, which is as many as there may be."""
    tabs: int = 4
    """At the same time in this browser, each with another training."""


def measure_plane(plan: PlanePlan, say: Say) -> dict[str, Any]:
    """All figures. CannotMeasureError if there is no browser, or the app does not start."""
    results: dict[str, Any] = {"shapes": {}}
    with launched() as browser, running_app() as app:
        for shape in plan.shapes:
            say(f"Plane: learning {shape}.")
            runs = [_watch(browser, app, shape, seed) for seed in range(1, plan.repeat + 1)]
            results["shapes"][shape] = _summary(runs)
        results["playing"] = asdict(spread([run["playing"] for run in runs]))
        say("Plane: the tab beside torch.")
        results["torch"] = _beside_torch(browser, app, plan)
        results["together"] = {
            where: _together(browser, app, where, plan, say) for where in ("browser", "server")
        }
        say("Plane: what others notice.")
        results["others"] = _others(app, plan)
    slowest = max(results["shapes"].values(), key=lambda found: found["shape"]["median"])
    results["slowest"] = slowest
    return results


def _watch(browser: Browser, app: App, shape: str, seed: int) -> dict[str, Any]:
    with tab(browser) as page:
        _open(page, app, f"plane_data={shape}&plane_seed={seed}")
        found: dict[str, Any] = page.evaluate(WATCHED)
        found["playing"] = page.evaluate(PLAY, 3000)
    return found


WATCHED = WATCH.replace("LIMIT", str(RECOGNISABLE))


def _open(page: Page, app: App, query: str) -> None:
    """The lab, as long as somebody looks at it before pressing Train."""
    page.goto(f"{app.address}/training?{query}")
    page.wait_for_function("() => window.throughTheFog?.get('points')?.painted > 0")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(5000)


def _beside_torch(browser: Browser, app: App, plan: PlanePlan) -> dict[str, Any]:
    """Seconds of a whole training, steps and snapshots, in the tab and by torch on one thread, one
    after the other, and what the first are of the second."""
    # Torch takes a second to load, and only this wants it.
    import torch

    from diffusion_core.labs.points.learning import learn

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    tabs, torchs = [], []
    try:
        for seed in range(100, 100 + plan.repeat):
            with tab(browser) as page:
                _open(page, app, f"plane_seed={seed}")
                tabs.append(float(page.evaluate(WATCHED)["over"]))
            work = learn(PointSettings(seed=seed))
            torchs.append(seconds(partial(deque, work, 0)))
    finally:
        torch.set_num_threads(threads)
    steps = PointSettings().steps
    return {
        "tab": asdict(spread([steps / each for each in tabs])),
        "torch": asdict(spread([steps / each for each in torchs])),
        "ratio": asdict(spread([here / there for here, there in zip(tabs, torchs, strict=True)])),
    }


def _together(
    browser: Browser, app: App, where: str, plan: PlanePlan, say: Say
) -> dict[str, dict[str, Any]]:
    """One tab and several at once, each with a training of its own, here or on the server."""
    found = {}
    for count in (1, plan.tabs):
        say(f"Plane: {count} at once, {where}.")
        with ExitStack() as open_tabs:
            pages = [open_tabs.enter_context(tab(browser)) for _ in range(count)]
            for seed, page in enumerate(pages, 200 + 10 * count):
                _open(page, app, f"plane_seed={seed}&engine={where}")
            for page in pages:
                page.evaluate(f"() => {{ window.watched = ({WATCHED})(); }}")
            for page in pages:
                page.set_default_timeout(300_000)
            runs = [page.evaluate("() => window.watched") for page in pages]
        found[str(count)] = _summary(runs)
    return found


def _summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """shape: seconds until it can be recognised; of a run in which that never came, all of them."""
    updates = [
        (len(run["painted"]) - 1) / (run["painted"][-1] - run["painted"][0])
        for run in runs
        if len(run["painted"]) > 1
    ]
    return {
        "first": asdict(spread([run["first"] for run in runs])),
        "shape": asdict(spread([run["shape"] or run["over"] for run in runs])),
        "over": asdict(spread([run["over"] for run in runs])),
        "updates": asdict(spread(updates)),
    }


def _others(app: App, plan: PlanePlan) -> dict[str, Any]:
    """Seconds for a digit of ten steps, alone and while trainings run, and what a page takes."""
    results: dict[str, Any] = {}
    seeds = iter(range(1_000_000, 2_000_000))  # no picture twice: what is kept costs nothing
    for when in ("alone", "beside"):
        with _training(app, plan.trainings if when == "beside" else 0):
            digits, pages = [], []
            for _ in range(plan.requests):
                address = f"{app.address}/api/sample?digit=3&n=1&steps=10&seed={next(seeds)}"
                digits.append(_fetched(address))
                pages.append(_fetched(f"{app.address}/api/diagram.svg"))
        results[when] = {
            "digit": asdict(spread(digits)) | {"p95": percentile(digits, 95)},
            "page": asdict(spread(pages)) | {"p95": percentile(pages, 95)},
        }
    for what in ("digit", "page"):
        results[f"{what}_ratio"] = (
            results["beside"][what]["median"] / results["alone"][what]["median"]
        )
    return results


@contextmanager
def _training(app: App, count: int) -> Iterator[None]:
    """So many trainings at once, as long as possible, ended with the block by hanging up."""
    over, under_way = threading.Event(), threading.Barrier(count + 1)

    def read(seed: int) -> None:
        address = f"{app.address}/api/points?seed={seed}&steps=4000&width=128"
        with urllib.request.urlopen(urllib.request.Request(address, method="POST")) as answer:
            answer.read(60_000)  # the first snapshots: it runs
            under_way.wait()
            while not over.is_set() and answer.read(20_000):
                pass

    threads = [threading.Thread(target=read, args=(5000 + k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    under_way.wait()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _fetched(address: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(address) as answer:
        answer.read()
    return time.perf_counter() - began
