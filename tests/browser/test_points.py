"""The lab in the plane, as a visitor uses it: train, pause, scrub, break, draw."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

PATIENCE = 150_000
"""Milliseconds: a studio that has to start on a busy machine takes its time."""


SHORTEN = """(() => {
    const { postMessage } = Worker.prototype, steps = STEPS;
    Worker.prototype.postMessage = function (plan, ...others) {
        if (plan.moments) {
            plan.moments = [...plan.moments.filter((moment) => moment < steps), steps];
            plan.config.steps = plan.head.steps = steps;
            plan.head.frames = plan.moments.length;
        }
        return postMessage.call(this, plan, ...others);
    };
})()"""


def shortened(visitor: Visitor, steps: int) -> None:
    """Let trainings be of so many steps, here and on the server: long enough to see, short enough
    to wait for."""

    def shorten(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&steps={steps}")

    visitor.page.route("**/api/points?*", shorten)
    visitor.page.add_init_script(SHORTEN.replace("STEPS", str(steps)))


def open_lab(visitor: Visitor, query: str = "") -> None:
    visitor.open(f"/training?learn=In the plane{query}", stage="points")


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()


def wait_for(visitor: Visitor, expression: str) -> None:
    """Until it is true of the lab `l`, and of its stage, `s`."""
    visitor.wait_for("points", f"(l => {expression})(c.lab)", timeout=PATIENCE)


def lab(visitor: Visitor, expression: str) -> object:
    return visitor.stage("points", f"(l => {expression})(c.lab)")


def trained(visitor: Visitor, query: str = "", steps: int = 24) -> None:
    """A lab in which a short training has come to its end."""
    shortened(visitor, steps)
    open_lab(visitor, query)
    press(visitor, "Train")
    wait_for(visitor, "l.training?.live === false")


def plane(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("img", name="The plane at").or_(
        visitor.page.get_by_role("img", name="The plane:")
    )


def colours(visitor: Visitor) -> tuple[int, int]:
    """How many pixels of the plane are orange, and how many teal."""
    orange, teal = plane(visitor).evaluate(
        """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            let orange = 0, teal = 0;
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 250) continue;
                orange += data[i] > data[i + 2] + 100;
                teal += data[i + 2] > data[i] + 80;
            }
            return [orange, teal];
        }"""
    )
    return orange, teal


def slide(visitor: Visitor, name: str, value: int) -> None:
    visitor.page.get_by_role("slider", name=name).evaluate(
        """(slider, value) => {
            slider.value = value;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            slider.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        value,
    )


NOISE, TRAINING = "Noise level", "Training, from"

# --- Train, pause, scrub --------------------------------------------------------------------------


def test_before_the_first_press_there_are_data_and_noise(visitor: Visitor) -> None:
    open_lab(visitor)
    orange, teal = colours(visitor)
    assert orange > 500 and teal == 0
    assert "Press Train" in visitor.page.get_by_text("Press Train").first.inner_text()


def test_train_shows_it_live_and_pause_holds_the_picture(visitor: Visitor) -> None:
    shortened(visitor, 400)
    open_lab(visitor)
    before = visitor.stage("points", "s.painted")
    press(visitor, "Train")
    wait_for(visitor, "l.training?.snapshots.length > 6")
    visitor.wait_for("points", f"s.painted > {before} + 3")
    press(visitor, "Pause")
    held = visitor.stage("points", "i")
    arrived = lab(visitor, "l.training.snapshots.length")
    wait_for(visitor, f"l.training.snapshots.length > {arrived}")
    assert visitor.stage("points", "i") == held, "what arrives meanwhile is kept, not shown"
    press(visitor, "Follow")
    assert visitor.stage("points", "i") > held
    # Leaving the page ends the training.
    press(visitor, "Reset")
    assert lab(visitor, "l.training === null")


def test_the_training_can_be_scrubbed_without_asking_the_server(visitor: Visitor) -> None:
    trained(visitor)
    last = visitor.stage("points", "c.last")
    assert last == lab(visitor, "l.training.snapshots.length - 1") == visitor.stage("points", "i")
    visitor.wait_until_run()
    visitor.asked.clear()
    # "step 24" and so on beside the slider.
    seen = []
    for index in (0, 4, last):
        slide(visitor, TRAINING, index)
        wait_for(visitor, f"l.snapshot.step === {index * 2 if index < 12 else 24}")
        seen.append(visitor.page.get_by_text("step", exact=False).all_inner_texts())
    assert len({str(texts) for texts in seen}) == 3
    assert visitor.asked == []


def test_the_noise_level_leads_points_from_noise_to_data(visitor: Visitor) -> None:
    trained(visitor)
    counts = []
    for part in (0, 50, 100):
        slide(visitor, NOISE, part)
        wait_for(visitor, f"Math.abs(l.t - {1 - part / 100}) < 1e-6")
        counts.append(colours(visitor))
    (orange_first, teal_first), _, (orange_last, teal_last) = counts
    assert orange_first > 2 * orange_last and teal_last > 2 * teal_first
    assert "t = 0.00" in visitor.page.get_by_text("t = 0.00").first.inner_text()


def test_halted_and_played_in_one_frame_it_moves_at_its_pace(visitor: Visitor) -> None:
    trained(visitor)
    steps = visitor.page.evaluate(
        """async () => {
          const { lab } = window.throughTheFog.get("points").scene;
          lab.halt(); lab.t = 1; lab.play("noise"); lab.halt(); lab.play("noise");
          const seen = [];
          for (let frame = 0; frame < 20; frame++) {
            const now = await new Promise(requestAnimationFrame);
            seen.push([now, lab.t]);
          }
          lab.halt();
          return seen;
        }"""
    )
    (began, first), (ended, last) = steps[2], steps[-1]
    assert 0 < first - last < 1.5 * (ended - began) / 3500


def test_both_timelines_move_by_keys(visitor: Visitor) -> None:
    trained(visitor)
    visitor.page.get_by_role("slider", name=NOISE).focus()
    visitor.page.keyboard.press("Home")
    wait_for(visitor, "l.t === 1")
    visitor.page.keyboard.press("ArrowRight")
    wait_for(visitor, "Math.abs(l.t - 0.99) < 1e-6")
    visitor.page.get_by_role("slider", name=TRAINING).focus()
    visitor.page.keyboard.press("Home")
    visitor.wait_for("points", "i === 0")


def test_reset_forgets_what_was_learned(visitor: Visitor) -> None:
    trained(visitor)
    press(visitor, "Reset")
    wait_for(visitor, "l.training === null")
    orange, teal = colours(visitor)
    assert orange > 500 and teal == 0
    expect(visitor.page.get_by_role("button", name="Reset", exact=True)).to_be_disabled()


def test_what_is_seen_is_also_said(visitor: Visitor) -> None:
    trained(visitor)
    said = re.compile("percent of the finished samples lie on two moons")
    expect(plane(visitor)).to_have_attribute("aria-label", said)
    aloud = visitor.page.locator("[role=status].unseen")
    expect(aloud.filter(has_text=re.compile("Step 24,.*percent of the samples"))).to_have_count(1)


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_it_plays_by_itself_only_where_things_may_move(
    visitor: Visitor, lively_visitor: Visitor, motion: str, moves: bool
) -> None:
    someone = lively_visitor if moves else visitor
    trained(someone)
    assert (lab(someone, "l.watched") is True) is moves
    if moves:
        wait_for(someone, "l.playing === null && l.t === 0")


# --- Broken on purpose ----------------------------------------------------------------------------


def test_a_way_to_break_it_is_one_press(visitor: Visitor) -> None:
    shortened(visitor, 12)
    open_lab(visitor)
    press(visitor, "two levels")
    wait_for(visitor, "l.training?.live === false && l.training.address.includes('levels=2')")
    assert lab(visitor, "l.training.head.times.length") == 3
    expect(visitor.page.get_by_text("very few strides")).to_have_count(1)


def test_what_is_typed_just_before_train_counts(visitor: Visitor) -> None:
    shortened(visitor, 12)
    open_lab(visitor, "&plane_data=a word")
    visitor.page.get_by_label("Word", exact=True).fill("SUN")
    press(visitor, "Train")
    wait_for(visitor, "l.training?.done && l.training.address.includes('word=SUN')")
    assert visitor.stage("points", "c.last") == lab(visitor, "l.training.snapshots.length - 1")


def test_nan_while_training_is_said_and_what_was_learned_stays(visitor: Visitor) -> None:
    open_lab(visitor, "&plane_rate=1000")
    press(visitor, "Train")
    wait_for(visitor, "l.training?.problem")
    shown = visitor.page.get_by_text("learning rate 1000 is too high").first
    assert shown.inner_text().count(".") <= 2
    assert lab(visitor, "l.training.snapshots.length > 3")
    slide(visitor, TRAINING, 1)
    visitor.wait_for("points", "i === 1")


def test_the_ideal_denoiser_stands_beside_the_network(visitor: Visitor) -> None:
    trained(visitor, "&plane_ideal=true")
    canvas = visitor.page.get_by_role("img", name="The plane of the ideal denoiser")
    expect(canvas).to_be_visible()
    # The best that is possible: its samples lie on the data, those of a beginner do not.
    assert lab(visitor, "l.training.ideal.on > 0.95 && l.snapshot.on < 0.9")
    # Putting it away keeps what was learned.
    visitor.page.get_by_text("Ideal denoiser beside it").click()
    expect(canvas).to_be_hidden()
    assert lab(visitor, "l.training.snapshots.length > 3")


# --- Drawing --------------------------------------------------------------------------------------

Point = tuple[float, float]


def forgive_refusals(visitor: Visitor) -> None:
    """The browser notes each answer of status 400 as an error; here they are expected."""
    assert all("400" in error for error in visitor.errors)
    visitor.errors.clear()


def on_plane(visitor: Visitor) -> Callable[[float, float], Point]:
    """From the plane's coordinates to where they are on the screen."""
    box = plane(visitor).bounding_box()
    assert box is not None

    def place(x: float, y: float) -> Point:
        return (
            box["x"] + box["width"] * (x / 4.8 + 0.5),
            box["y"] + box["height"] * (0.5 - y / 4.8),
        )

    return place


def test_a_shape_drawn_with_the_mouse_is_learned(visitor: Visitor) -> None:
    shortened(visitor, 4)
    open_lab(visitor, "&plane_data=your drawing")
    place, mouse = on_plane(visitor), visitor.page.mouse
    mouse.move(*place(-1.2, 0.8))
    mouse.down()
    mouse.move(*place(1.2, 0.8), steps=20)
    mouse.up()
    assert lab(visitor, "l.pen.strokes.length") == 1
    press(visitor, "Train")
    wait_for(visitor, "l.training?.live === false")
    heights = lab(visitor, "[...l.training.data].filter((_, i) => i % 2)")
    assert isinstance(heights, list)
    assert all(abs(y - 0.8) < 0.25 for y in heights)
    # Clearing it leaves an empty square to draw on.
    press(visitor, "Clear the drawing")
    assert lab(visitor, "l.pen.strokes.length") == 0 and lab(visitor, "l.pen.active")


def test_a_dot_at_the_edge_is_learned_too(visitor: Visitor) -> None:
    shortened(visitor, 4)
    open_lab(visitor, "&plane_data=your drawing")
    place, mouse = on_plane(visitor), visitor.page.mouse
    for x, y in ((2.1, 0.3), (-2.1, -0.3)):  # beside the square, which ends at 1.5
        mouse.move(*place(x, y))
        mouse.down()
        mouse.up()
    press(visitor, "Train")
    wait_for(visitor, "l.training?.live === false")
    assert lab(visitor, "l.training.problem") is None
    across = lab(visitor, "[...l.training.data].filter((_, i) => i % 2 === 0)")
    assert isinstance(across, list)
    assert min(across) < -1 and max(across) > 1


def test_an_empty_drawing_is_refused_in_a_sentence(visitor: Visitor) -> None:
    open_lab(visitor, "&plane_data=your drawing")
    press(visitor, "Train")
    wait_for(visitor, "l.training?.problem")
    expect(visitor.page.locator(".lab .status")).to_contain_text("The drawing is empty")
    forgive_refusals(visitor)


def test_a_full_drawing_is_refused_in_a_sentence(visitor: Visitor) -> None:
    open_lab(visitor, "&plane_data=your drawing")
    place, mouse = on_plane(visitor), visitor.page.mouse
    mouse.move(*place(-1.5, 1.5))
    mouse.down()
    for row in range(20):
        y, side = 1.45 - row * 0.15, 1.5 if row % 2 else -1.5
        mouse.move(*place(side, y))
        mouse.move(*place(-side, y), steps=30)
    mouse.up()
    press(visitor, "Train")
    wait_for(visitor, "l.training?.problem")
    expect(visitor.page.locator(".lab .status")).to_contain_text("fills the whole plane")
    forgive_refusals(visitor)


def test_a_finger_draws_as_well_and_the_page_fits_a_phone(phone: Visitor) -> None:
    open_lab(phone, "&plane_data=your drawing")
    plane(phone).scroll_into_view_if_needed()
    place = on_plane(phone)
    touch = phone.page.context.new_cdp_session(phone.page)

    def send(kind: str, *points: Point) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", place(-1, -1))
    # A second finger, or a palm, draws nothing.
    send("touchStart", place(-1, -1), place(1, -1))
    send("touchMove", place(-1, -1), place(1, -1.3))
    send("touchMove", place(-1, -1))
    for part in range(1, 11):
        send("touchMove", place(-1 + 0.2 * part, -1 + 0.2 * part))
    send("touchEnd")
    wait_for(phone, "l.pen.strokes.length === 1 && l.pen.strokes[0].length > 10")
    width = phone.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390
