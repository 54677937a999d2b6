"""The lab in which visitors train a model of their own, used as a visitor would."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

LAB = "/training?learn=Train+your+own&own_length=20+seconds&own_digits=3+and+8"
PATIENCE = 300_000
"""Milliseconds: a machine without MNIST draws digits first, and a busy one takes its time."""


def run(visitor: Visitor, expression: str) -> object:
    """Evaluate an expression about the tab's run, `r`."""
    return visitor.page.evaluate(
        f"() => {{ const r = window.throughTheFogOwn; return {expression}; }}"
    )


def wait_for(visitor: Visitor, expression: str) -> None:
    visitor.page.wait_for_function(
        f"() => {{ const r = window.throughTheFogOwn; return r && ({expression}); }}",
        timeout=PATIENCE,
    )


def train(visitor: Visitor) -> None:
    visitor.page.goto(visitor.address + LAB)
    visitor.page.get_by_role("button", name="Train", exact=True).click()


def test_a_model_is_trained_watched_stopped_and_compared(visitor: Visitor) -> None:
    page = visitor.page
    train(visitor)
    wait_for(visitor, "r.phase === 'learning' && r.now && r.moments.length > 1")
    assert page.get_by_role("button", name="Train", exact=True).is_disabled()
    expect(page.get_by_role("img", name="20 digits that the model drew")).to_be_visible()
    expect(page.get_by_role("img", name="Loss over time: 0.")).to_be_visible()

    # Reading another page of the lesson does not end it.
    page.get_by_role("radio", name="One step, slowly").or_(
        page.get_by_role("button", name="One step, slowly")
    ).first.click()
    page.get_by_role("progressbar", name="How far the run is").wait_for(state="detached")
    page.get_by_role("radio", name="Train your own").or_(
        page.get_by_role("button", name="Train your own")
    ).first.click()
    page.get_by_role("progressbar", name="How far the run is").wait_for()
    assert run(visitor, "r.problem") is None

    # It may be ready by now; then this presses nothing.
    page.get_by_role("button", name="Stop", exact=True).evaluate("button => button.click()")
    page.get_by_text("Your model is ready").wait_for(timeout=PATIENCE)
    assert run(visitor, "r.end.pictures.length") == 100 * 784
    assert run(visitor, "r.losses.length > 0 && r.end.steps >= r.now.step") is True

    # The first pictures are still there, and they were noise.
    slider = page.get_by_role("slider", name="Moment of the training")
    after_none = re.compile("after 0 steps")
    expect(slider).not_to_have_attribute("aria-valuetext", after_none)
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", after_none)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download it").click()
    assert download.value.suggested_filename == f"my-digits-{run(visitor, 'r.end.id')}.zip"

    address = page.get_by_role("link", name="Compare it with the shipped model").get_attribute(
        "href"
    )
    visitor.open(f"/{address}", stage="reverse")
    visitor.wait_for("reverse", "c.lanes.length === 2 && c.complete", timeout=PATIENCE)
    assert visitor.stage(
        "reverse", "c.lanes.map((lane) => lane.caption.startsWith('your model'))"
    ) == [
        False,
        True,
    ]
    first, second = (
        visitor.stage("reverse", f"[...c.lanes[{lane}].picture(c.lanes[{lane}].got[0], 0, 0)]")
        for lane in (0, 1)
    )
    assert first == second  # the same noise


def test_stopping_before_anything_was_learned_keeps_nothing(visitor: Visitor) -> None:
    page = visitor.page
    page.route("**/api/train?*", lambda route: None)  # a server that takes its time
    train(visitor)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("before there was anything to keep").wait_for()
    assert run(visitor, "r.end === null && r.moments.length === 0") is True
    assert page.get_by_role("button", name="Train", exact=True).is_enabled()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"before": 1}\n', "The training broke off"),
        (
            b'{"before": 0}\n{"problem": "After 7 steps the loss was no longer a number."}\n',
            "7 steps",
        ),
    ],
)
def test_what_goes_wrong_is_said(visitor: Visitor, body: bytes, said: str) -> None:
    visitor.page.route("**/api/train?*", lambda route: route.fulfill(body=body))
    train(visitor)
    visitor.page.get_by_text(said).wait_for()
    assert visitor.page.get_by_role("button", name="Train", exact=True).is_enabled()


def test_who_waits_sees_their_place_and_a_closed_tab_makes_room(visitor: Visitor) -> None:
    train(visitor)
    wait_for(visitor, "r.phase !== 'asking'")
    second = Visitor(visitor.page.context.new_page(), visitor.address)
    train(second)
    second.page.get_by_text("You are next in line.").wait_for()
    visitor.page.close()
    wait_for(second, "r.phase === 'learning'")
    assert second.errors == []


def test_a_reload_ends_the_run_and_says_so(visitor: Visitor) -> None:
    page = visitor.page
    page.on("dialog", lambda dialog: dialog.accept())
    train(visitor)
    wait_for(visitor, "r.live")
    page.reload()
    page.get_by_text("that ended the run").wait_for()
    assert page.get_by_role("button", name="Train", exact=True).is_enabled()


def test_a_phone_shows_the_lab_whole(phone: Visitor) -> None:
    phone.page.goto(phone.address + LAB)
    phone.page.get_by_role("button", name="Train", exact=True).wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
