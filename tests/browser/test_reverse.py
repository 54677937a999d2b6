"""The reverse page in a real browser, with the real model."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from diffusion_core.samplers import grid_of
from diffusion_core.schedule import COSINE, alpha_sigma
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
STAGE = "reverse"
DONE = "c.complete && !c.live"


def test_shows_a_recorded_run_without_asking_the_model(lively_visitor: Visitor) -> None:
    lively_visitor.open("/reverse")
    lively_visitor.wait_for(STAGE, "s.playing && i > 2")
    assert not [url for url in lively_visitor.asked if "/api/" in url]
    assert lively_visitor.stage(STAGE, "c.lanes[0].got.length") == 21


def test_generate_streams_every_step(visitor: Visitor) -> None:
    visitor.open("/reverse?steps=30")
    visitor.wait_for(STAGE, DONE)
    visitor.page.get_by_text("Done in").first.wait_for()
    visitor.stage(STAGE, "void (window.before = c)")
    visitor.page.get_by_role("button", name="Replay", exact=True).click()
    visitor.wait_for(STAGE, f"c !== window.before && {DONE}")
    levels = visitor.stage(STAGE, "c.lanes[0].got.map((f) => f.t)")
    assert levels == pytest.approx(grid_of("dpmpp", 30).tolist(), abs=1e-6)
    # The same was drawn a moment ago: that is said, not passed off as work.
    visitor.page.get_by_text("Drawn a moment ago").first.wait_for()


def test_frames_arrive_one_after_another(visitor: Visitor) -> None:
    visitor.page.add_init_script(
        """window.seen = new Set();
        setInterval(() => {
            const scene = window.throughTheFog?.get("reverse")?.scene;
            if (scene?.live) window.seen.add(scene.lanes[0].got.length);
        }, 5);"""
    )
    visitor.open("/reverse?steps=200&n=1")
    visitor.wait_for(STAGE, DONE)
    assert visitor.page.evaluate("window.seen.size") > 5


def test_a_changed_setting_is_drawn_at_once_and_stands_in_the_address(visitor: Visitor) -> None:
    visitor.open("/reverse")
    visitor.page.get_by_label("Steps", exact=True).fill("6")
    visitor.page.keyboard.press("Enter")
    visitor.wait_for(STAGE, f"c.lanes[0].steps === 6 && {DONE}")
    visitor.page.wait_for_url("**step=6**")
    visitor.page.get_by_role("button", name="Generate", exact=True).click()
    visitor.wait_for(STAGE, f"!c.lanes[0].address.includes('seed=7&') && {DONE}")
    visitor.page.wait_for_url("**start=**")
    shown = visitor.stage(STAGE, "Array.from(c.lanes[0].got.at(-1).pixels)")
    address = visitor.page.url.removeprefix(visitor.address)
    assert "steps=6" in address and "start=" in address
    visitor.page.goto("about:blank")
    visitor.open(address)
    visitor.wait_for(STAGE, DONE)
    again = visitor.stage(STAGE, "Array.from(c.lanes[0].got.at(-1).pixels)")
    assert max(abs(a - b) for a, b in zip(shown, again, strict=True)) <= 1  # type: ignore[call-overload]


def test_timeline_ends_where_the_model_has_got_to(visitor: Visitor) -> None:
    visitor.open("/reverse?steps=1000&n=8")
    visitor.wait_for(STAGE, "c.live && c.lanes[0].got.length > 3")
    visitor.page.get_by_role("button", name="Stop").click()
    visitor.wait_for(STAGE, "!c.live")
    visitor.page.keyboard.press("End")
    visitor.drag_to(visitor.stage(STAGE, "c.last"))  # type: ignore[arg-type]
    visitor.wait_for(STAGE, "i === c.reached && i < c.last")
    assert visitor.page.get_by_role("slider", name="Timeline").input_value() == str(
        visitor.stage(STAGE, "i")
    )


def test_stop_keeps_what_has_been_drawn(visitor: Visitor) -> None:
    visitor.open("/reverse?steps=1000&n=4")
    visitor.wait_for(STAGE, "c.live && c.lanes[0].got.length > 3")
    visitor.page.get_by_role("button", name="Stop").click()
    visitor.wait_for(STAGE, "!c.live && c.stopped")
    kept = visitor.stage(STAGE, "c.lanes[0].got.length")
    assert 3 < kept < 1000  # type: ignore[operator]
    visitor.page.get_by_text("Stopped at step").first.wait_for()
    visitor.page.keyboard.press("Home")
    visitor.wait_for(STAGE, "i === 0")


def test_scrubbing_steps_through_what_was_drawn(visitor: Visitor) -> None:
    visitor.open("/reverse?step=0")
    for step in (0, 7, 20):
        visitor.drag_to(step)
        visitor.wait_for(STAGE, f"i === {step}")
        visitor.page.get_by_text(f"step {step} / 20").wait_for()
        expected = visitor.stage(STAGE, "Array.from(c.lanes[0].picture(c.frame(0, i), 0, 0))")
        assert visitor.pixels(f"Step {step} of 20") == expected


def test_same_address_draws_the_same_picture(visitor: Visitor) -> None:
    pictures = []
    for _ in range(2):
        visitor.open("/reverse?draw=5&start=11&sampler=DDPM&steps=8&n=2")
        visitor.wait_for(STAGE, DONE)
        pictures.append(visitor.stage(STAGE, "Array.from(c.lanes[0].got.at(-1).pixels)"))
        visitor.page.goto("about:blank")
    worst = max(abs(a - b) for a, b in zip(*pictures, strict=True))
    assert worst <= 1


def test_lanes_are_described_each_by_its_own_numbers(visitor: Visitor) -> None:
    visitor.open("/reverse?compare=true&steps=20&steps2=5&n=1")
    visitor.wait_for(STAGE, DONE)
    visitor.drag_to(10)
    visitor.wait_for(STAGE, "i === 10")
    for step, steps in ((10, 20), (2, 5)):
        alpha, _ = alpha_sigma(COSINE, grid_of("dpmpp", steps)[step])
        said = f"Step {step} of {steps}, drawing a 3: {alpha:.2f}"
        visitor.page.get_by_role("img", name=said).wait_for()


def test_two_settings_start_from_the_same_noise(visitor: Visitor) -> None:
    visitor.open("/reverse?compare=true&steps=20&sampler2=DDIM&steps2=5&n=1&guidance=1&guidance2=1")
    visitor.wait_for(STAGE, DONE)
    assert visitor.stage(STAGE, "c.lanes.map((l) => l.got.length)") == [21, 6]
    first, second = (
        visitor.stage(STAGE, f"Array.from(c.lanes[{lane}].picture(c.lanes[{lane}].got[0], 0, 0))")
        for lane in (0, 1)
    )
    assert first == second
    # Halfway both lanes show the same time, or the short one the step before it.
    visitor.drag_to(10)
    visitor.wait_for(STAGE, "i === 10")
    times = [grid_of("dpmpp", 20)[10], grid_of("ddim", 5)[2]]
    assert visitor.stage(STAGE, "[c.frame(0, i).t, c.frame(1, i).t]") == pytest.approx(times)


def test_leaps_have_their_own_choice_and_no_guidance(visitor: Visitor) -> None:
    visitor.open("/reverse?sampler=leaps+(distilled)&leaps=four+leaps&n=2&start=3")
    visitor.wait_for(STAGE, DONE)
    assert visitor.stage(STAGE, "c.lanes[0].got.map((f) => f.t)") == [1, 0.75, 0.5, 0.25, 0]
    assert visitor.stage(STAGE, "c.lanes[0].got.at(-1).calls") == 4
    expect(visitor.page.get_by_text("four leaps of the distilled model")).to_have_count(1)
    expect(visitor.page.get_by_label("Steps", exact=True)).to_have_count(0)
    expect(visitor.page.get_by_label("Guidance")).to_have_count(0)
    # The same noise, drawn by the other model, stands beside it.
    visitor.page.get_by_text("Compare with a second setting").click()
    visitor.wait_for(STAGE, f"c.lanes.length === 2 && {DONE}")
    first = visitor.stage(STAGE, "c.lanes.map((l) => Array.from(l.picture(l.got[0], 0, 0)).join())")
    assert isinstance(first, list) and first[0] == first[1]


def test_network_calls_are_counted(visitor: Visitor) -> None:
    visitor.open("/reverse?sampler=Heun&steps=6&guidance=2&n=1")
    visitor.wait_for(STAGE, DONE)
    assert visitor.stage(STAGE, "c.lanes[0].got.at(-1).calls") == 2 * (2 * 6 - 1)


def test_pressing_generate_many_times_ends_in_one_run(visitor: Visitor) -> None:
    visitor.open("/reverse?steps=40&n=2")
    button = visitor.page.get_by_role("button", name="Generate", exact=True)
    for _ in range(10):
        button.click(no_wait_after=True)
    visitor.wait_for(STAGE, DONE)
    assert visitor.stage(STAGE, "c.lanes[0].got.length") == 41


def test_leaving_in_the_middle_does_no_harm(visitor: Visitor) -> None:
    visitor.open("/reverse?steps=1000&n=8")
    visitor.wait_for(STAGE, "c.live && c.lanes[0].got.length > 1")
    visitor.page.get_by_role("link", name="Forward").click()
    visitor.wait_for("forward", "s.painted > 0")
    visitor.wait_for(STAGE, "!c.live || c.stopped")
    visitor.open("/reverse?steps=4&n=1")
    visitor.wait_for(STAGE, DONE)


def test_choosing_a_picture_of_the_row_shows_it_large(visitor: Visitor) -> None:
    visitor.open("/reverse")
    visitor.page.get_by_role("button", name="Show picture 3").click()
    visitor.wait_for(STAGE, "c.chosen === 2")
    expected = visitor.stage(STAGE, "Array.from(c.lanes[0].picture(c.frame(0, i), 2, 0))")
    assert visitor.pixels("Step 20 of 20") == expected


def test_fits_a_phone(phone: Visitor) -> None:
    phone.open("/reverse?compare=true&steps=5&n=2")
    phone.wait_for(STAGE, DONE)
    assert phone.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
