"""The forward page in a real browser."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
STAGE = "forward"


def query(visitor: Visitor) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(visitor.page.url).query).items()}


def test_moves_by_itself_before_anything_is_pressed(lively_visitor: Visitor) -> None:
    lively_visitor.open("/forward")
    lively_visitor.wait_for(STAGE, "s.playing && i > 20 && s.painted > 10")


def test_nothing_plays_by_itself_with_reduced_motion(visitor: Visitor) -> None:
    visitor.open("/forward")
    before = visitor.stage(STAGE, "i")
    visitor.page.wait_for_timeout(700)
    assert visitor.stage(STAGE, "!s.playing && i") == before == 420


def test_every_step_is_the_weighted_sum_that_the_equation_says(visitor: Visitor) -> None:
    visitor.open("/forward?t=0")
    for step in (0, 137, 500, 999, 1000):
        visitor.drag_to(step)
        visitor.wait_for(STAGE, f"i === {step}")
        angle = math.pi / 2 * step / 1000
        visitor.page.get_by_text(f"step {step} / 1000").wait_for()
        assert visitor.stage(STAGE, "c.alpha[i]") == pytest.approx(math.cos(angle), abs=1e-6)
        worst = visitor.stage(
            STAGE,
            """Math.max(...Array.from(c.mixed(i), (x, p) =>
                Math.abs(x - c.alpha[i] * c.digit[p] - c.sigma[i] * c.eps[p])))""",
        )
        assert worst < 1e-5  # type: ignore[operator]


def test_picture_on_screen_is_the_step_of_the_timeline(visitor: Visitor) -> None:
    visitor.open("/forward?t=300")
    expected = visitor.stage(
        STAGE,
        "Array.from(c.mixed(i), (x) => Math.max(0, Math.min(255, Math.round(x * 127.5 + 127.5))))",
    )
    shown = visitor.pixels("Step 300 of 1000")
    assert max(abs(a - b) for a, b in zip(expected, shown, strict=True)) <= 1  # type: ignore[call-overload]


def test_scrubbing_asks_the_server_for_nothing(visitor: Visitor) -> None:
    visitor.open("/forward?t=0")
    visitor.wait_for(STAGE, "c.guesses?.x0_hat")
    visitor.wait_until_run()
    visitor.asked.clear()
    for step in range(0, 1001, 50):
        visitor.drag_to(step, let_go=False)
        visitor.wait_for(STAGE, f"i === {step}")
    visitor.page.wait_for_timeout(300)
    assert visitor.asked == []
    visitor.drag_to(300)  # and what would be seen here if it did
    visitor.more()
    with visitor.page.expect_request("**/api/guess*"):
        visitor.page.get_by_role("spinbutton", name="Noise seed").fill("8")
        visitor.page.keyboard.press("Enter")
    assert "a run of the page" in visitor.asked and any("/api/guess" in a for a in visitor.asked)


def test_keys_move_the_timeline(visitor: Visitor) -> None:
    visitor.open("/forward?t=500")
    keyboard = visitor.page.keyboard
    for key, step in (("ArrowRight", 501), ("ArrowLeft", 500), ("End", 1000), ("Home", 0)):
        keyboard.press(key)
        visitor.wait_for(STAGE, f"i === {step}")
        assert query(visitor)["t"] == str(step)
    keyboard.press("Space")
    visitor.wait_for(STAGE, "s.playing && i > 5")
    keyboard.press("Space")
    visitor.wait_for(STAGE, "!s.playing")
    assert query(visitor)["t"] == str(visitor.stage(STAGE, "i"))


def test_halted_and_played_in_one_frame_it_moves_at_its_pace(visitor: Visitor) -> None:
    visitor.open("/forward?t=0")
    seconds, moved = visitor.page.evaluate(
        """async () => {
            const s = window.throughTheFog.get("forward");
            for (let i = 0; i < 3; i++) s.toggle();
            while (s.index === 0) await new Promise(requestAnimationFrame);
            const from = s.index, begun = performance.now();
            while (s.index < 400) await new Promise(requestAnimationFrame);
            return [(performance.now() - begun) / 1000, (s.index - from) / s.scene.last];
        }"""
    )
    # A slow frame counts for a tenth of a second at most: it may take longer, never shorter.
    assert seconds > 0.9 * moved * visitor.stage(STAGE, "c.seconds")  # type: ignore[operator]


def test_a_key_on_the_slider_holds_it_also_before_the_first_frame(visitor: Visitor) -> None:
    visitor.open("/forward?t=0")
    visitor.page.evaluate(
        """() => { // As between two frames: played, and from now on nothing is painted.
            const s = window.throughTheFog.get("forward");
            cancelAnimationFrame(s.scheduled);
            s.changed = () => {};
            s.toggle();
            s.moveTo(9);
        }"""
    )
    slider = visitor.page.get_by_role("slider", name="Timeline")
    assert slider.input_value() == "0"
    slider.press("Home")
    visitor.page.wait_for_timeout(200)
    assert visitor.stage(STAGE, "[i, s.playing]") == [0, False]
    slider.press("Space")
    visitor.wait_for(STAGE, "i > 9")
    slider.press("ArrowRight")  # not from the 0 that the slider shows
    assert visitor.stage(STAGE, "i > 9 && !s.playing")


def test_keys_belong_to_a_control_that_has_the_focus(visitor: Visitor) -> None:
    visitor.open("/forward?t=500")
    visitor.more()
    visitor.page.get_by_label("Noise seed").focus()
    for key in ("ArrowRight", "ArrowLeft", "Home", "End", "Space"):
        visitor.page.keyboard.press(key)
    assert visitor.stage(STAGE, "i === 500 && !s.playing")


def test_keys_work_after_a_click_on_the_page_or_on_a_button(visitor: Visitor) -> None:
    visitor.open("/forward?t=500")
    visitor.page.get_by_role("heading", name="The forward process").click()
    visitor.page.keyboard.press("ArrowRight")
    visitor.wait_for(STAGE, "i === 501")
    visitor.page.get_by_role("button", name="One step back").click()
    visitor.wait_for(STAGE, "i === 500")
    visitor.page.keyboard.press("End")
    visitor.wait_for(STAGE, "i === 1000")
    visitor.page.keyboard.press("Space")  # presses the button that has the focus
    visitor.wait_for(STAGE, "i === 999 && !s.playing")


def test_position_survives_a_visit_to_another_page(visitor: Visitor) -> None:
    visitor.open("/forward?t=100")
    visitor.drag_to(730)
    visitor.page.get_by_role("link", name="Reverse").click()
    visitor.wait_for("reverse", "s.painted > 0")
    visitor.page.get_by_role("link", name="Forward").click()
    visitor.page.get_by_text("step 730 / 1000").wait_for()
    visitor.page.wait_for_url("**t=730**")


def test_address_opens_the_same_picture_elsewhere(visitor: Visitor) -> None:
    visitor.open("/forward")
    visitor.more()
    visitor.page.get_by_label("Noise seed").fill("23")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**seed=23**")
    visitor.wait_for(STAGE, "c.seed === 23")
    visitor.drag_to(640)
    visitor.page.wait_for_url("**t=640**")
    shown = visitor.stage(STAGE, "Array.from(c.mixed(i))")
    address = visitor.page.url.removeprefix(visitor.address)
    assert "t=640" in address and "seed=23" in address
    visitor.page.goto("about:blank")
    visitor.open(address)
    assert visitor.stage(STAGE, "i") == 640
    assert visitor.stage(STAGE, "Array.from(c.mixed(i))") == shown


def test_redrawing_changes_the_noise_and_not_the_digit(visitor: Visitor) -> None:
    visitor.open("/forward?t=400")
    digit, noise = visitor.stage(STAGE, "Array.from(c.digit)"), visitor.stage(STAGE, "c.eps[0]")
    visitor.page.get_by_role("button", name="Redraw the noise").click()
    visitor.wait_for(STAGE, f"c.eps[0] !== {noise}")
    assert visitor.stage(STAGE, "Array.from(c.digit)") == digit
    assert visitor.stage(STAGE, "i") == 400


def test_short_linear_schedule_never_reaches_pure_noise(visitor: Visitor) -> None:
    visitor.open("/forward?schedule=linear+100")
    visitor.drag_to(100)
    visitor.wait_for(STAGE, "c.last === 100 && i === 100")
    assert visitor.stage(STAGE, "c.alpha[100]") > 0.5  # type: ignore[operator]
    visitor.page.get_by_text("Too short a schedule").wait_for()


def test_chain_and_jump_have_the_same_spread_on_different_paths(visitor: Visitor) -> None:
    visitor.open("/forward?t=1000&chain=true")
    visitor.page.get_by_text("One jump, or step by step?").wait_for()
    jump, walk = visitor.pixels("Step t in one jump"), visitor.pixels("Step t, walked")
    assert jump != walk
    texts = visitor.page.get_by_text("spread").all_inner_texts()
    spreads = [
        float(text.split("spread ")[1].split(" ")[0]) for text in texts if text.startswith("mean")
    ]
    assert len(spreads) >= 3
    # 784 pixels of unit variance: the spread is 1, give or take 0.025; five of those are allowed.
    assert all(abs(spread - 1) < 0.13 for spread in spreads)


def test_model_sees_the_digit_under_a_little_noise(visitor: Visitor) -> None:
    visitor.open("/forward?t=300")
    visitor.wait_for(STAGE, "c.guesses?.x0_hat")
    error = visitor.stage(
        STAGE,
        """c.digit.reduce((sum, x, p) =>
            sum + (x - (c.guesses.x0_hat[30 * 784 + p] / 127.5 - 1)) ** 2, 0) / 784""",
    )
    assert error < 0.05  # type: ignore[operator]
    assert visitor.stage(STAGE, "c.guesses.error[60]") < 0.3  # type: ignore[operator]


def test_fits_a_phone(phone: Visitor) -> None:
    phone.open("/forward")
    assert phone.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_stage_and_timeline_are_on_the_first_screen(visitor: Visitor) -> None:
    visitor.open("/forward")
    box = visitor.page.get_by_role("slider", name="Timeline").bounding_box()
    assert box is not None and box["y"] + box["height"] < 800
