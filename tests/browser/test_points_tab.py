"""The plane's training in the reader's own tab; and on the server, where the tab cannot."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Route, expect

import pages.labs.points
from benchmarks.plane import RECOGNISABLE
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.learning import learn
from diffusion_core.labs.points.settings import PointSettings
from tests.browser.conftest import Visitor
from tests.browser.test_points import lab, open_lab, press, shortened, wait_for
from tests.core.plane_runs import energy_distance, whole

pytestmark = pytest.mark.browser

WORKER = "**/points/tab/worker.js"
NO_WORKER = "no worker could be started in this tab"
ENDED = "l.training?.live === false"
ENDS = "[...l.training.last.paths.slice(-512)].map((x) => x * l.training.head.plane / 32767)"


def trainings_asked_for(visitor: Visitor) -> list[str]:
    return [address for address in visitor.asked if "/api/points" in address]


def workers_come_to(visitor: Visitor, count: int) -> bool:
    """Whether there are so many in a moment: the browser tells later of those that have ended."""
    for _ in range(100):
        if len(visitor.page.workers) == count:
            return True
        visitor.page.wait_for_timeout(50)
    return False


def status(visitor: Visitor) -> str:
    return visitor.page.locator(".lab .status").inner_text()


# --- Here -----------------------------------------------------------------------------------------


def test_the_tab_shows_the_shape_and_asks_the_server_for_nothing(visitor: Visitor) -> None:
    open_lab(visitor)
    visitor.wait_until_run()
    visitor.asked.clear()
    press(visitor, "Train")
    wait_for(visitor, f"l.training?.last?.on > {RECOGNISABLE} && l.training.last.reached > 0.9")
    wait_for(visitor, ENDED)
    assert visitor.asked == []
    assert status(visitor) == "Learned in 800 steps on this device"
    fresh = points_of(PointSettings(), 1000, draw=7)
    found = lab(visitor, ENDS)
    assert isinstance(found, list)
    here = energy_distance(np.array(found).reshape(-1, 2), fresh)
    assert here < 0.01


def test_the_tab_learns_what_the_server_learns(visitor: Visitor) -> None:
    shortened(visitor, 40)
    open_lab(visitor, "&plane_data=a spiral&plane_seed=4")
    press(visitor, "Train")
    wait_for(visitor, ENDED)
    python = whole(learn(PointSettings("spiral", seed=4, steps=40)))  # type: ignore[arg-type]
    found = lab(visitor, f"[l.training.snapshots.map((shot) => shot.loss), {ENDS}]")
    losses, ends = found  # type: ignore[misc]
    np.testing.assert_allclose(
        losses[1:], [shot["loss"] for shot in python.snapshots[1:]], rtol=1e-3
    )
    apart = np.array(ends).reshape(-1, 2) - python.snapshots[-1]["paths"][-1]
    assert np.abs(apart).mean() < 5e-3


def test_pressed_many_times_one_training_runs(visitor: Visitor) -> None:
    shortened(visitor, 60)
    open_lab(visitor)
    train = visitor.page.get_by_role("button", name=re.compile("^Train"))
    for _ in range(10):
        train.click()
    wait_for(visitor, ENDED)
    assert lab(visitor, "l.training.snapshots.length === l.training.head.frames")
    assert lab(visitor, "l.training.last.step") == 60
    assert workers_come_to(visitor, 1)
    assert not trainings_asked_for(visitor)


def test_reset_stops_it_at_once_and_train_begins_anew(visitor: Visitor) -> None:
    open_lab(visitor, "&plane_width=256")
    press(visitor, "Train")
    wait_for(visitor, "l.training?.snapshots.length > 1")
    visitor.page.evaluate("window.stopped = window.throughTheFog.get('points').scene.lab.training")
    press(visitor, "Reset")
    got = visitor.page.evaluate("window.stopped.snapshots.length")
    assert visitor.page.evaluate("!window.stopped.live")
    assert workers_come_to(visitor, 0)
    visitor.page.wait_for_timeout(1500)  # in which a wide network takes steps
    assert visitor.page.evaluate("window.stopped.snapshots.length") == got
    press(visitor, "Train")
    wait_for(visitor, "l.training?.snapshots.length > 1")


def test_whoever_leaves_ends_the_worker(visitor: Visitor) -> None:
    open_lab(visitor, "&plane_width=256")
    press(visitor, "Train")
    wait_for(visitor, "l.training?.snapshots.length > 1")
    assert visitor.page.workers
    visitor.page.get_by_role("link", name="Through the Fog").first.click()
    visitor.page.wait_for_url("**/")
    visitor.page.wait_for_function(
        "() => !window.throughTheFog.get('points')?.scene?.lab?.training?.live"
    )
    expect(visitor.page.get_by_role("button", name="Train", exact=True)).to_have_count(0)
    assert workers_come_to(visitor, 0)


def test_it_trains_without_a_network(visitor: Visitor) -> None:
    shortened(visitor, 24)
    open_lab(visitor)
    wait_for(visitor, "l.trainer.open().then(Boolean)")
    visitor.wait_until_run()
    visitor.page.context.set_offline(True)
    try:
        press(visitor, "Train")
        wait_for(visitor, ENDED)
        assert lab(visitor, "l.training.problem") is None and lab(visitor, "l.training.done")
    finally:
        visitor.page.context.set_offline(False)
    visitor.errors.clear()  # what the browser has to say of a lost connection


def test_the_page_stays_smooth_meanwhile(visitor: Visitor) -> None:
    open_lab(visitor)
    press(visitor, "Train")
    wait_for(visitor, "l.training?.snapshots.length > 4")
    # Time that the page's own thread is held up by what comes from the worker, in one go; the usual
    # one, since anything may be interrupted on a machine that is busy elsewhere.
    usual = visitor.page.evaluate(
        """async () => {
            const { lab } = window.throughTheFog.get("points").scene;
            const taken = [];
            const { take } = lab.training;
            lab.training.take = function (bytes) {
                const began = performance.now();
                take.call(this, bytes);
                taken.push(performance.now() - began);
            };
            while (lab.training.live) await new Promise(requestAnimationFrame);
            return taken.sort((a, b) => a - b)[taken.length >> 1];
        }"""
    )
    assert usual < 50


# --- Where the tab cannot -------------------------------------------------------------------------


def failing(route: Route) -> None:
    """A worker that tells a little of the training, and breaks."""
    text = (Path(pages.labs.points.__file__).parent / "tab" / "worker.js").read_text("utf-8")
    old = 'postMessage({ kind: "bytes", bytes }'
    assert old in text
    broken = (
        "if (globalThis.told = (globalThis.told ?? 0) + 1, told > 4) throw Error('out of memory'); "
    )
    route.fulfill(body=text.replace(old, broken + old), content_type="text/javascript")


def garbled(route: Route) -> None:
    route.fulfill(body="this is no script", content_type="text/javascript")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("asked for", "the address asks for the server"),
        ("no workers", "this browser has no workers"),
        ("no SIMD", "this browser lacks WebAssembly SIMD"),
        ("blocked", NO_WORKER),
        ("garbled", NO_WORKER),
        ("fails", "out of memory"),
    ],
)
def test_where_the_tab_cannot_the_server_trains_and_one_line_says_so(
    visitor: Visitor, how: str, said: str
) -> None:
    match how:
        case "no workers":
            visitor.page.add_init_script("delete window.Worker")
        case "no SIMD":
            visitor.page.add_init_script("WebAssembly.validate = () => false")
        case "blocked":
            visitor.page.route(WORKER, lambda route: route.abort())
        case "garbled":
            visitor.page.route(WORKER, garbled)
        case "fails":
            visitor.page.route(WORKER, failing)
    if how != "no workers":
        shortened(visitor, 24)
    else:
        visitor.page.route(
            "**/api/points?*", lambda route: route.continue_(url=f"{route.request.url}&steps=24")
        )
    open_lab(visitor, "&engine=server" if how == "asked for" else "")
    press(visitor, "Train")
    wait_for(visitor, ENDED)
    assert lab(visitor, "l.training.problem") is None
    assert lab(visitor, "l.training.snapshots.length === l.training.head.frames")
    assert status(visitor).startswith("Learned in 24 steps on the server, since")
    assert said in status(visitor)
    assert len(trainings_asked_for(visitor)) == 1
    # What has failed once is not tried again: the next one goes to the server at once.
    press(visitor, "Train again")
    wait_for(visitor, f"{ENDED} && l.training.done")
    assert len(trainings_asked_for(visitor)) == 2
    visitor.errors.clear()
