"""One training step and the time machine in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator

from pages.labs.history.scene import history
from pages.labs.one_step.scene import PARTS
from tests.browser.conftest import Visitor, visit
from tests.browser.test_accessibility import LOADED, NOT_OURS, RULES, VIOLATIONS

pytestmark = pytest.mark.browser
STEP = "/training?learn=One+step,+slowly"
PATIENCE = 90_000.0
"""Milliseconds: the first one waits for the model to load, too."""
HISTORY = "/training?learn=The+time+machine"
REVEALED = """() => [...document.querySelectorAll("*")]
    .flatMap((e) => (e.shadowRoot ? [...e.shadowRoot.querySelectorAll(".flow canvas")] : []))
    .map((canvas) => !canvas.classList.contains("empty"))"""


def shown(visitor: Visitor) -> int:
    """How many of the step's pictures are revealed."""
    return sum(visitor.page.evaluate(REVEALED))


def test_a_step_is_revealed_part_by_part(visitor: Visitor) -> None:
    visitor.open(f"{STEP}&step_at=0", "step")
    visitor.wait_for("step", "c.round && c.curve", PATIENCE)
    seen = []
    for part in range(len(PARTS)):
        visitor.wait_for("step", f"i === {part}")
        visitor.page.wait_for_function(f"() => ({REVEALED})().length === 6")
        visitor.wait_for("step", "s.scheduled === 0")
        seen.append(shown(visitor))
        said = visitor.stage("step", "c.sentence(i)")
        assert isinstance(said, str) and "{" not in said
        assert visitor.page.get_by_text(f"{part + 1} / 8 · {PARTS[part]}", exact=True).is_visible()
        visitor.page.get_by_role("button", name="One step forward").click()
    assert seen == [1, 1, 2, 3, 4, 6, 6, 6]
    visitor.page.wait_for_url("**step_at=7**")


def test_the_pictures_are_the_computed_ones(visitor: Visitor) -> None:
    visitor.open(f"{STEP}&step_at=7", "step")
    visitor.wait_for("step", "c.round && i === 7 && s.scheduled === 0", PATIENCE)
    digit, noise = visitor.pixels("The digit"), visitor.pixels("The noise that is mixed in")
    mixture = visitor.pixels("The mixture, which the network is shown")
    alpha, sigma = (visitor.stage("step", f"c.round.{name}") for name in ("alpha", "sigma"))
    assert isinstance(alpha, float) and isinstance(sigma, float)
    exact = 0
    for x, e, m in zip(digit, noise, mixture, strict=True):
        if 0 < e < 255 and 0 < m < 255:  # neither clipped
            expected = 127.5 + alpha * (x - 127.5) + sigma * 2 * (e - 127.5)
            assert m == pytest.approx(expected, abs=2.5)
            exact += 1
    assert exact > 100
    assert visitor.pixels("The true noise, once more") == noise
    before, after = (visitor.stage("step", f"c.round.{name}") for name in ("loss", "loss_after"))
    assert isinstance(before, float) and isinstance(after, float) and after < before


def test_again_is_another_round_on_the_moved_copy(visitor: Visitor) -> None:
    visitor.open(STEP, "step")
    visitor.wait_for("step", "c.round?.round === 1", PATIENCE)
    first = visitor.stage("step", "[c.round.t, c.round.others_after]")
    visitor.page.get_by_role("button", name="Again", exact=True).click()
    visitor.wait_for("step", "c.round?.round === 2", PATIENCE)
    second = visitor.stage("step", "[c.round.t, c.round.others]")
    assert isinstance(first, list) and isinstance(second, list)
    assert second[0] != first[0] and second[1] == first[1]
    assert visitor.stage("step", "c.dots(c.last).length") == 2
    visitor.page.wait_for_url("**step_round=2**")


def test_a_round_that_fails_shows_no_numbers_of_the_one_before(visitor: Visitor) -> None:
    visitor.open(STEP, "step")
    visitor.wait_for("step", "c.round?.round === 1 && c.curve && s.scheduled === 0", PATIENCE)
    numbers = visitor.page.locator("table.losses tr:not([hidden]) b")
    assert all(float(text) > 0 for text in numbers.all_inner_texts())
    visitor.page.route("**/api/step?**", lambda route: route.fulfill(status=503, body="No room."))
    visitor.page.get_by_role("button", name="Again", exact=True).click()
    visitor.page.get_by_text("No room.").first.wait_for()
    visitor.wait_for("step", "s.scheduled === 0")
    assert {*numbers.all_inner_texts()} == {"–"}
    visitor.errors.clear()  # the refusal


def test_a_small_step_size_is_said_as_it_is(visitor: Visitor) -> None:
    visitor.open(f"{STEP}&step_at=7&step_size=0.003,+small", "step")
    visitor.wait_for("step", "c.round", PATIENCE)
    visitor.page.get_by_text("by 0.003 times its own slope").first.wait_for()


def test_it_plays_from_the_digit_to_the_step(lively_visitor: Visitor) -> None:
    lively_visitor.open(STEP, "step")
    lively_visitor.wait_for("step", "c.round", PATIENCE)
    lively_visitor.page.get_by_role("combobox", name="Speed").select_option("4")
    lively_visitor.wait_for("step", "i === c.last && !s.playing")
    assert shown(lively_visitor) == 6


def test_the_loss_by_level_in_three_ways(visitor: Visitor) -> None:
    visitor.open(f"{STEP}&step_at=7&step_net=the+one+that+ships", "step")
    visitor.wait_for("step", "c.round && c.curve && s.scheduled === 0", PATIENCE)
    said = []
    for form in ("in v", "in ε", "in x₀"):
        visitor.page.get_by_role("button", name=form).click()
        chart = visitor.page.get_by_role("img", name=f"Mean loss {form} at each noise level")
        chart.wait_for()
        said.append(chart.get_attribute("aria-label"))
    assert len({*said}) == 3


def test_a_step_too_large_is_said(visitor: Visitor) -> None:
    visitor.open(
        f"{STEP}&step_net=the+one+that+ships&step_size=0.3,+far+too+large&step_round=40", "step"
    )
    visitor.wait_for("step", "c.message.startsWith('The steps were so large')", PATIENCE)
    visitor.page.get_by_text("choose a smaller step size, or begin again.").first.wait_for()
    # The browser reports the refusal, as it should; nothing else is wrong.
    assert all("503" in error for error in visitor.errors)
    visitor.errors.clear()


def place(visitor: Visitor, said: str) -> Locator:
    """What stands beside the timeline; a moment later, screen readers are told the same."""
    return visitor.page.locator("span.place", has_text=said)


def test_the_time_machine_scrubs_from_noise_to_digits(visitor: Visitor) -> None:
    told = history()
    visitor.open(f"{HISTORY}&stop=0", "history")
    visitor.wait_for("history", "i === 0 && s.scheduled === 0")
    label = "From noise A, asked for a 3"
    assert visitor.pixels(label) == told.arrays["samples"][0, 0, 3].reshape(-1).tolist()
    last = told.stops - 1
    visitor.drag_to(last)
    visitor.wait_for("history", f"i === {last} && s.scheduled === 0")
    assert visitor.pixels(label) == told.arrays["samples"][last, 0, 3].reshape(-1).tolist()
    other = visitor.pixels("From noise B, asked for a 3")
    assert other == told.arrays["samples"][last, 1, 3].reshape(-1).tolist()
    guess = visitor.pixels("The clean digit that it expects at t = 0.3")
    assert guess == told.arrays["guesses"][last, 0].reshape(-1).tolist()
    place(visitor, "the model that ships: 36 epochs").wait_for()
    visitor.page.wait_for_url(f"**stop={last}**")


def test_the_time_machine_by_keyboard(visitor: Visitor) -> None:
    visitor.open(f"{HISTORY}&stop=3", "history")
    visitor.wait_for("history", "i === 3")
    visitor.page.keyboard.press("ArrowRight")
    visitor.wait_for("history", "i === 4")
    visitor.page.keyboard.press("Home")
    visitor.wait_for("history", "i === 0")
    place(visitor, "this run: random weights").wait_for()


@pytest.mark.parametrize(("path", "stage"), [(STEP, "step"), (HISTORY, "history")])
def test_nothing_is_wider_than_a_phone(phone: Visitor, path: str, stage: str) -> None:
    phone.open(path, stage)
    wide = phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


@pytest.mark.parametrize(("path", "stage"), [(STEP, "step"), (HISTORY, "history")])
def test_the_lab_is_whole_on_the_first_screen(visitor: Visitor, path: str, stage: str) -> None:
    visitor.open(path, stage)
    slider = visitor.page.get_by_role("slider", name="Timeline").bounding_box()
    assert slider and slider["y"] + slider["height"] < 800


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("path", "stage"), [(STEP, "step"), (HISTORY, "history")])
def test_axe_finds_nothing(
    browser: Browser, server: str, path: str, stage: str, theme: str
) -> None:
    for visitor in visit(browser, server, color_scheme=theme):
        visitor.open(path, stage)
        if stage == "step":
            visitor.wait_for("step", "c.round", PATIENCE)
        visitor.page.wait_for_function(LOADED, timeout=PATIENCE)
        visitor.page.evaluate(AXE_SCRIPT)
        assert visitor.page.evaluate(VIOLATIONS, [RULES, NOT_OURS]) == []
