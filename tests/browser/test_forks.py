"""Forks of a run: at any step something is different, and both ways stay."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.engine import DONE, NEEDS_ENGINE, READY, STAGE, asked_to_draw, generate

pytestmark = [pytest.mark.browser, NEEDS_ENGINE]


def fork(visitor: Visitor, **change: str) -> None:
    for field in ("Draw", "Guidance", "Noise"):
        box = visitor.page.get_by_role("combobox", name=field, exact=True).last
        box.select_option(change.get(field.lower(), ""))
    visitor.page.get_by_role("button", name="Fork here").click()


def test_a_run_forks_where_the_reader_stops_and_both_branches_stay(
    engine_visitor: Visitor,
) -> None:
    engine_visitor.open("/reverse?step=5&engine=browser")
    engine_visitor.wait_for(STAGE, f"{READY} && i === 5")
    fork(engine_visitor, draw="8")
    engine_visitor.wait_for(STAGE, f"c.branches.length === 2 && c.lanes[0].here && {DONE}")
    engine_visitor.page.wait_for_url("**forks=5d8**")
    caption = engine_visitor.page.get_by_text("from step 5 on: an 8 · seed 7")
    caption.first.wait_for()
    engine_visitor.drag_to(4)
    engine_visitor.wait_for(
        STAGE,
        "i === 4 && c.branches[0].got[4].pixels.every((g, k) => g === c.lanes[0].got[4].pixels[k])",
    )
    engine_visitor.page.get_by_role("img", name="The run, and its forks: from step 5 on").wait_for()
    # A fork of the fork begins at once, from where the fork has been.
    engine_visitor.drag_to(9)
    fork(engine_visitor, noise="new")
    engine_visitor.wait_for(STAGE, f"c.branches.length === 3 && {DONE}")
    assert "5d8_9n" in engine_visitor.page.url
    assert not asked_to_draw(engine_visitor)
    engine_visitor.page.get_by_role("button", name="as it was").click()
    engine_visitor.wait_for(STAGE, "c.lanes[0] === c.branches[0]")
    engine_visitor.page.get_by_role("button", name="Take away the branch").first.click()
    engine_visitor.wait_for(STAGE, "c.branches.length === 2")
    assert "5d8%2C" not in engine_visitor.page.url and "5d8_9n" in engine_visitor.page.url


def test_an_address_with_forks_shows_the_same_here_and_on_the_server(
    engine_visitor: Visitor,
) -> None:
    found = []
    for engine in ("browser", "server"):
        forks = "3d5g3,7n11,3d5g3_6dx"
        engine_visitor.open(f"/reverse?steps=9&n=2&step=4&engine={engine}&forks={forks}")
        engine_visitor.wait_for(STAGE, f"{DONE} && c.branches.every((lane) => lane.done)")
        found.append(
            engine_visitor.stage(STAGE, "c.branches.map((l) => l.got.map((f) => [...f.pixels]))")
        )
        assert engine_visitor.stage(STAGE, "i") == 4
        engine_visitor.page.goto("about:blank")
    here, there = (np.array(one) for one in found)
    assert here.shape == (4, 10, 2 * 3 * 784)
    assert np.abs(here - there).max() <= 1


def test_forks_go_along_with_another_seed_and_leave_where_they_cannot(
    engine_visitor: Visitor,
) -> None:
    engine_visitor.open("/reverse?steps=9&n=1&step=4&engine=browser&forks=6d5")
    engine_visitor.wait_for(STAGE, "c.branches.length === 2 && c.branches.every((l) => l.done)")
    generate(engine_visitor, "Generate")
    engine_visitor.wait_for(
        STAGE,
        "c.branches.length === 2 && "
        "c.branches.every((l) => l.done && !l.address.includes('seed=7&'))",
    )
    assert "forks=6d5" in engine_visitor.page.url
    engine_visitor.page.get_by_label("Steps", exact=True).fill("5")
    engine_visitor.page.keyboard.press("Enter")
    engine_visitor.wait_for(STAGE, f"c.lanes[0].steps === 5 && c.branches.length === 1 && {DONE}")
    engine_visitor.page.wait_for_function("() => !location.search.includes('forks')")
    engine_visitor.more()
    engine_visitor.page.get_by_text("Compare with a second setting").click()
    expect(engine_visitor.page.get_by_role("heading", name="What if?")).to_be_hidden()


def test_f_forks_and_is_no_letter_where_one_writes(engine_visitor: Visitor) -> None:
    engine_visitor.open("/reverse?steps=6&n=1&step=3&engine=browser")
    engine_visitor.wait_for(STAGE, DONE)
    engine_visitor.page.get_by_role("combobox", name="Draw", exact=True).last.select_option("1")
    engine_visitor.more()
    engine_visitor.page.get_by_label("Seed", exact=True).press("f")
    engine_visitor.page.evaluate("document.activeElement.blur()")
    assert engine_visitor.stage(STAGE, "c.branches.length") == 1
    engine_visitor.page.keyboard.press("f")
    engine_visitor.wait_for(STAGE, f"c.branches.length === 2 && {DONE}")
