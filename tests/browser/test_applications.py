"""The labs of the applications page, used as a reader would: by mouse, finger and keys."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.applications import LABS as LABS_TIMED
from benchmarks.applications import times_of
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import WATCH_SHIFTS, violations

pytestmark = pytest.mark.browser
LABS = {
    "generate": "/applications",
    "repair": "/applications?use=Repair",
    "clean-up": "/applications?use=Clean up",
    "sketch": "/applications?use=From a sketch",
    "between": "/applications?use=Between two digits",
}
"""The stage of each lab, and its address."""
EVERY_LAB = pytest.mark.parametrize("lab", LABS)
DONE = "!c.live && c.lanes.every((lane) => lane.done)"
LONG = 120_000
"""Milliseconds: as long as a run may take on a busy machine."""
NEVER_PAINT = """
const ask = window.requestAnimationFrame.bind(window);
window.held = 0;
window.requestAnimationFrame = (act) => {
  if (!String(act).includes("this.painters")) return ask(act);
  window.held += 1;
  return 1;
};
"""
"""Holds the moment between the building of a stage's parts and its first frame."""
Picture = NDArray[np.uint8]


def open_lab(visitor: Visitor, lab: str, more: str = "") -> None:
    """Open a lab and wait until the model has answered."""
    address = LABS[lab]
    visitor.open(address + (("&" if "?" in address else "?") + more if more else ""), lab)
    visitor.wait_for(lab, DONE, LONG)


def pad(visitor: Visitor) -> Locator:
    """The pad of the lab, in view."""
    canvas = visitor.page.get_by_role("application")
    canvas.scroll_into_view_if_needed()
    return canvas


def given(visitor: Visitor, stage: str, name: str = "x") -> bytes:
    """What the stage's first run was asked about: a picture or a mask of its address."""
    word = str(
        visitor.stage(stage, f"new URLSearchParams(c.lanes[0].address.split('?')[1]).get('{name}')")
    )
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


def ink(visitor: Visitor, stage: str) -> Picture:
    return np.frombuffer(given(visitor, stage), np.uint8).reshape(28, 28)


def last_pictures(visitor: Visitor, stage: str, lane: int = 0) -> NDArray[np.int64]:
    """What a run has ended with, (n, 784)."""
    found = visitor.stage(
        stage,
        f"c.lanes[{lane}].labels.map((_, k) => Array.from(c.lanes[{lane}].picture("
        f"c.lanes[{lane}].got.at(-1), k, 0)))",
    )
    return np.array(found)


def wait_for_another(visitor: Visitor, stage: str, address: object) -> None:
    """Wait until something else was asked than at `address`, and answered."""
    visitor.wait_for(stage, f"c.lanes[0]?.address !== {address!r} && {DONE}", LONG)


def drag(visitor: Visitor, canvas: Locator, *cells: tuple[float, float]) -> None:
    """A stroke with the mouse through places of the pad, in cells."""
    box = canvas.bounding_box()
    assert box
    points = [
        (box["x"] + x / 28 * box["width"], box["y"] + y / 28 * box["height"]) for x, y in cells
    ]
    visitor.page.mouse.move(*points[0])
    visitor.page.mouse.down()
    for point in points[1:]:
        visitor.page.mouse.move(*point, steps=8)
    visitor.page.mouse.up()


@EVERY_LAB
def test_every_lab_answers_and_nothing_jumps_meanwhile(visitor: Visitor, lab: str) -> None:
    visitor.page.add_init_script(WATCH_SHIFTS)
    open_lab(visitor, lab)
    shifts = visitor.page.evaluate("window.shifts.reduce((sum, value) => sum + value, 0)")
    assert shifts < 0.1
    assert violations(visitor) == []


@EVERY_LAB
def test_every_lab_fits_a_phone(phone: Visitor, lab: str) -> None:
    open_lab(phone, lab)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(phone) == []


@pytest.mark.parametrize(
    "address", [*LABS.values(), "/applications?use=Is it copying%3F", "/analogy", "/forward"]
)
def test_a_picture_has_a_name_also_before_it_is_painted(visitor: Visitor, address: str) -> None:
    visitor.page.add_init_script(NEVER_PAINT)
    visitor.page.goto(visitor.address + address)
    visitor.page.wait_for_function("() => window.held > 0", timeout=LONG)
    pictures = visitor.page.locator("[role=img]")
    pictures.nth(1).wait_for(timeout=LONG)
    visitor.page.wait_for_timeout(500)
    assert pictures.count() == visitor.page.locator("[role=img][aria-label]").count() > 1
    assert violations(visitor) == []


def test_a_digit_drawn_with_the_mouse_is_what_the_model_is_asked_about(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LABS["sketch"] + "&sketch=an empty pad")
    visitor.page.get_by_text("The sketch is blank").wait_for()
    drag(visitor, pad(visitor), (8, 6), (19, 6), (13, 23))
    visitor.wait_for("sketch", DONE, LONG)
    drawn = ink(visitor, "sketch")
    assert drawn[6, 8:19].min() > 150 and drawn[23, 13] > 150
    assert drawn[:4].max() == 0 and drawn[20:, 20:].max() == 0
    # Undo takes the stroke back, and again makes the same run of it.
    address = visitor.stage("sketch", "c.lanes[0].address")
    drag(visitor, pad(visitor), (10, 14), (18, 14))
    wait_for_another(visitor, "sketch", address)
    assert ink(visitor, "sketch")[14, 11] > 150
    visitor.page.get_by_role("button", name="Undo").click()
    visitor.wait_for("sketch", f"c.lanes[0].address === {address!r} && {DONE}", LONG)


def test_a_finger_draws(phone: Visitor) -> None:
    open_lab(phone, "sketch")
    address = phone.stage("sketch", "c.lanes[0].address")
    before = ink(phone, "sketch")
    canvas = pad(phone)
    box = canvas.bounding_box()
    assert box
    top = phone.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = phone.page.context.new_cdp_session(phone.page)
    places = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * 0.85) for x in (0.2, 0.5, 0.8)
    ]
    for kind, place in zip(("touchStart", "touchMove", "touchMove"), places, strict=True):
        points = [{"x": place[0], "y": place[1]}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_another(phone, "sketch", address)
    drawn = ink(phone, "sketch")
    assert before[23, 8] < 50 and drawn[23, 8:20].min() > 100
    # The page did not scroll under the finger.
    now = phone.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    assert now == top


def test_keys_draw_and_say_what_they_do(visitor: Visitor) -> None:
    open_lab(visitor, "sketch")
    address = visitor.stage("sketch", "c.lanes[0].address")
    canvas = pad(visitor)
    canvas.focus()
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.get_by_text("Column 16, row 15:").wait_for(state="attached")
    for _ in range(8):
        visitor.page.keyboard.press("ArrowDown")
    visitor.page.keyboard.press("Space")
    for _ in range(9):
        visitor.page.keyboard.press("Shift+ArrowRight")
    visitor.page.get_by_text("Column 25, row 23: ink").wait_for(state="attached")
    wait_for_another(visitor, "sketch", address)
    assert ink(visitor, "sketch")[22, 16:24].min() > 200
    assert visitor.stage("sketch", "s.playing") is False  # the space bar was the pad's


def test_what_is_hidden_is_drawn_anew_and_the_rest_stays(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LABS["repair"] + "&hide=nothing yet: I paint it")
    visitor.page.get_by_text("Nothing is hidden").wait_for()
    drag(visitor, pad(visitor), (6, 8), (20, 8), (20, 14))
    visitor.wait_for("repair", DONE, LONG)
    bits = np.unpackbits(np.frombuffer(given(visitor, "repair", "mask"), np.uint8)).astype(bool)
    assert 40 < bits.sum() < 200
    truth = np.frombuffer(given(visitor, "repair"), np.uint8)
    for lane in (0, 1):
        pictures = last_pictures(visitor, "repair", lane)
        assert len(pictures) == 5
        assert (pictures[:, ~bits] == truth[~bits]).all()
        assert np.unique(pictures[:, bits], axis=0).shape[0] == 5
    # What was hidden is seen when it is asked for, and not before.
    visitor.page.get_by_role("button", name="Show what was hidden").click()
    whole = visitor.page.get_by_role("img", name="The whole digit, as it was")
    whole.wait_for()
    # The button is gone; whoever pressed it by keyboard goes on from where it was.
    assert whole.evaluate("e => e.getRootNode().activeElement === e")


def test_the_small_picture_comes_out_again(visitor: Visitor) -> None:
    open_lab(visitor, "clean-up")
    low = np.frombuffer(given(visitor, "clean-up", "low"), np.uint8).reshape(7, 7)
    pictures = last_pictures(visitor, "clean-up").reshape(-1, 7, 4, 7, 4)
    assert np.abs(pictures.mean(axis=(2, 4)) - low).mean() / 255 < 0.02
    visitor.page.get_by_text("the worst of the six differs").wait_for()
    off = visitor.page.locator("p.fits").inner_text()
    assert float(off.split("by ")[1].split(" %")[0]) < 2


def test_a_drawing_survives_other_labs_other_pages_and_a_reload(visitor: Visitor) -> None:
    open_lab(visitor, "sketch")
    address = visitor.stage("sketch", "c.lanes[0].address")
    drag(visitor, pad(visitor), (4, 24), (24, 24))
    wait_for_another(visitor, "sketch", address)
    drawn = given(visitor, "sketch")
    visitor.page.get_by_role("radio", name="Between two digits").click()
    visitor.wait_for("between", "s.painted > 0")
    visitor.page.get_by_role("radio", name="From a sketch").click()
    visitor.page.get_by_role("application").wait_for()
    visitor.wait_for("sketch", DONE, LONG)
    assert given(visitor, "sketch") == drawn
    visitor.page.reload()
    visitor.page.get_by_role("application").wait_for()
    word = base64.urlsafe_b64encode(drawn).decode().rstrip("=")
    visitor.wait_for("sketch", f"c.lanes[0]?.address.includes({word!r}) && {DONE}", LONG)


def upload_a_one(visitor: Visitor) -> Page:
    """A photo of a 1, to the left of a 7, in the dialog; the page, when it has been understood."""
    image = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(image).line([(100, 60), (100, 340)], fill="black", width=30)
    ImageDraw.Draw(image).line([(240, 70), (330, 70), (270, 340)], fill="black", width=30)
    file = io.BytesIO()
    image.save(file, "PNG")
    visitor.page.get_by_role("button", name="Upload", exact=True).click()
    chooser = visitor.page.locator("input[type=file]")
    chooser.set_input_files({"name": "one.png", "mimeType": "image/png", "buffer": file.getvalue()})
    visitor.page.get_by_text("What was understood").wait_for()
    return visitor.page


def cut_at(page: Page, side: str, percent: int) -> None:
    """Move a side of the frame with the keys, and wait for what is then understood."""
    slider = page.get_by_role("slider", name=f"{side} side of the frame")
    shown = page.get_by_alt_text("The digit, as understood")
    before = shown.get_attribute("src")
    now = int(slider.get_attribute("aria-valuenow") or 0)
    slider.focus()
    for _ in range(abs(now - percent)):
        page.keyboard.press("ArrowLeft" if percent < now else "ArrowRight")
    assert slider.get_attribute("aria-valuenow") == str(percent)
    expect(shown).not_to_have_attribute("src", before or "", timeout=LONG)


def test_an_upload_is_shown_first_then_drawn_on_the_pad_and_can_be_undone(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LABS["clean-up"] + "&clean=my own")
    visitor.page.get_by_text("The pad is empty").wait_for()
    page = upload_a_one(visitor)
    # Nothing is drawn before its reader says so.
    page.get_by_text("There is more on this picture").wait_for()
    assert page.get_by_text("The pad is empty").count()
    cut_at(page, "Right", 45)
    page.get_by_text("There is more on this picture").wait_for(state="detached")
    page.get_by_role("button", name="Use this digit").click()
    visitor.wait_for("clean-up", DONE, LONG)
    low = np.frombuffer(given(visitor, "clean-up", "low"), np.uint8).reshape(7, 7)
    assert low[3, 3] > 60 and low[:, 0].max() == 0
    visitor.page.get_by_role("button", name="Undo").click()
    visitor.page.get_by_text("The pad is empty").wait_for()


def test_an_upload_can_be_turned_inverted_and_left(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LABS["clean-up"] + "&clean=my own")
    page = upload_a_one(visitor)
    shown = page.get_by_alt_text("The digit, as understood")
    seen = {shown.get_attribute("src")}
    for button in ("Turn left", "Turn left", "Turn right"):
        before = shown.get_attribute("src") or ""
        page.get_by_role("button", name=button).click()
        expect(shown).not_to_have_attribute("src", before, timeout=LONG)
        seen.add(shown.get_attribute("src"))
    assert len(seen) == 3  # The last is the first turn again.
    page.get_by_role("button", name="Invert").click()
    page.get_by_text("No digit can be found").or_(shown).first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_text("The pad is empty").wait_for()


def test_an_upload_that_is_no_picture_is_refused_in_a_sentence(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LABS["repair"] + "&mend=my own")
    visitor.page.get_by_role("button", name="Upload", exact=True).click()
    chooser = visitor.page.locator("input[type=file]")
    chooser.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    visitor.page.get_by_text("not a picture that can be read here").wait_for()


def test_the_ends_of_the_walk_are_the_two_digits(visitor: Visitor) -> None:
    open_lab(visitor, "between", "from_digit=3&from_seed=7&to_digit=8&to_seed=21")
    noise = last_pictures(visitor, "between", 0)
    ends = []
    for digit, seed in ((3, 7), (8, 21)):
        answer = visitor.page.request.get(
            f"{visitor.address}/api/sample?digit={digit}&seed={seed}&n=1&steps=15&guidance=1.5"
        )
        ends.append(np.frombuffer(answer.body()[-3 * 784 :], np.uint8)[:784].astype(int))
    assert np.abs(noise[0] - ends[0]).max() <= 1
    assert np.abs(noise[-1] - ends[1]).max() <= 1
    # The slider walks along the stops; the pixels' average is half of each in the middle.
    slider = visitor.page.get_by_role("slider", name="From a 3, seed 7 to an 8, seed 21")
    slider.focus()
    visitor.page.keyboard.press("Home")
    assert visitor.pixels("Through noise, 0 % of the way") == noise[0].tolist()
    for _ in range(5):
        visitor.page.keyboard.press("ArrowRight")
    visitor.page.get_by_text("50 %", exact=True).wait_for()
    assert visitor.pixels("Through noise, 50 % of the way") == noise[5].tolist()
    mixed = np.array(visitor.pixels("Averaging pixels, 50 % of the way"))
    assert np.abs(mixed - (noise[0] + noise[-1]) / 2).max() <= 1


def test_all_stops_of_the_walk_are_those_of_the_two_digits_chosen_last(visitor: Visitor) -> None:
    open_lab(visitor, "between", "from_digit=3&from_seed=7&to_digit=8&to_seed=21")
    address = visitor.stage("between", "c.lanes[0].address")
    visitor.page.get_by_role("button", name="Draw again").click()
    wait_for_another(visitor, "between", address)
    visitor.wait_for("between", f"{DONE} && s.scheduled === 0", LONG)
    shown = (
        visitor.page.locator(".way")
        .first.locator(".thumbs canvas")
        .evaluate_all(
            """all => all.map((c) => [...c.getContext("2d").getImageData(0, 0, 28, 28).data]
            .filter((_, i) => i % 4 === 0))"""
        )
    )
    assert shown == last_pictures(visitor, "between", 0).tolist()


def test_its_benchmark_times_a_lab_and_one_digit_of_it(browser: Browser, server: str) -> None:
    sketch = next(lab for lab in LABS_TIMED if lab.stage == "sketch")
    times = times_of(sketch, browser, server, repeat=1)
    assert {times[figure]["count"] for figure in ("first", "whole", "one_first", "one")} == {1}
    assert 0 < times["first"]["low"] <= times["whole"]["low"]
    assert 0 < times["one_first"]["low"] <= times["one"]["low"]


def test_a_number_is_written_anew_each_time(visitor: Visitor) -> None:
    open_lab(visitor, "generate", "make=a number&number=707")
    assert visitor.stage("generate", "c.lanes[0].labels") == [7, 0, 7]
    before = last_pictures(visitor, "generate")
    assert (before[0] != before[2]).any()
    address = visitor.stage("generate", "c.lanes[0].address")
    visitor.page.get_by_role("button", name="Write it again").click()
    wait_for_another(visitor, "generate", address)
    assert (last_pictures(visitor, "generate") != before).any(axis=1).all()


def test_the_measurement_fills_in_scale_by_scale(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LABS["generate"] + "?make=a measurement&gen_class=7")
    visitor.page.get_by_text("1 of 6 scales").wait_for(timeout=LONG)
    visitor.page.get_by_text("6 of 6 scales").wait_for(timeout=LONG)
    told = visitor.page.get_by_role("img", name="Measured so far").get_attribute("aria-label")
    assert told and told.count("fidelity") == 6
    assert violations(visitor) == []
