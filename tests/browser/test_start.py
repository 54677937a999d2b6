"""The guided lesson, taken in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from pages.guided import QUESTIONS
from quizzes.addresses import SCREENS
from tests.browser.conftest import Visitor, visit
from tests.browser.engine import NEEDS_ENGINE
from tests.browser.guide import Guide
from tests.browser.quiz_visitor import kept

pytestmark = pytest.mark.browser
MOST_WORDS = 45
SOMEBODY = """
localStorage.getItem("throughTheFog.start") ??
  localStorage.setItem("throughTheFog.start", '{"seed": 5}');
"""
SIZES = {"laptop": (1280, 720), "phone": (390, 844), "small phone": (375, 667)}


@pytest.fixture(params=SIZES)
def sized(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    width, height = SIZES[request.param]
    yield from visit(browser, server, engine=True, viewport={"width": width, "height": height})


@NEEDS_ENGINE
def test_all_of_it_fits_and_takes_five_to_seven_minutes(sized: Visitor) -> None:
    guide = Guide(sized)
    # Chance decides how soon somebody who tries finds the right one: here at the second try.
    sized.page.add_init_script(SOMEBODY)
    guide.open()
    guide.go_to("end")
    guide.look()
    for sight in guide.sights:
        assert len(sight.words) <= MOST_WORDS, f"{sight.at}: {' '.join(sight.words)}"
        assert sight.out == [], sight.at
        assert sight.below <= 1, sight.at
    assert {sight.at for sight in guide.sights} == set(SCREENS)
    assert 5 * 60 <= guide.seconds <= 7 * 60, f"{guide.seconds / 60:.1f} minutes"
    assert sized.errors == []
    # What it leaves: the questions in the record, the predictions, and a picture to keep.
    asked = {event.question for event in kept(sized.page).events}
    assert asked == set(QUESTIONS.values())
    expect(sized.page.locator(".after")).to_contain_text("You predicted")
    assert sized.page.locator(".came li").count() == 6
    with sized.page.expect_download() as download:
        guide.button("Save picture").click()
    assert download.value.suggested_filename == "through-the-fog.png"


def test_without_the_model_in_the_tab_the_server_answers(visitor: Visitor) -> None:
    guide = Guide(visitor)
    guide.open()
    guide.go_to("end")
    assert {"/api/edit?", "/api/sample?"} <= {
        f"{url.split('?')[0].removeprefix(visitor.address)}?" for url in visitor.asked if "?" in url
    }
    assert visitor.errors == []


def test_whoever_skips_everything_sees_every_screen_and_can_go_back(visitor: Visitor) -> None:
    guide = Guide(visitor)
    guide.open()
    for screen in SCREENS[:-1]:
        assert guide.at == screen
        guide.button("Skip").click()
    assert guide.at == "end"
    expect(visitor.page.locator(".after")).to_contain_text("not predicted anything")
    for screen in reversed(SCREENS[:-1]):
        guide.button("Back").click()
        assert guide.at == screen
    assert visitor.errors == []


def test_each_screen_survives_a_reload_and_back_undoes_one(visitor: Visitor) -> None:
    guide, page = Guide(visitor), visitor.page
    guide.open()
    for screen in SCREENS[:-1]:
        page.reload()
        page.locator(".lesson").wait_for()
        assert guide.at == screen
        guide.button("Skip").click()
    for screen in reversed(SCREENS[:-1]):
        page.go_back()
        page.locator(f".screen[data-at={screen}]").wait_for()
    assert visitor.errors == []


def test_its_address_goes_on_on_another_device(
    visitor: Visitor, browser: Browser, server: str
) -> None:
    guide = Guide(visitor)
    guide.open()
    guide.go_to("mix")
    guide.button("0.50").click()
    for other in visit(browser, server):
        other.page.goto(visitor.page.url)
        other.page.locator(".lesson").wait_for()
        there = Guide(other)
        assert there.at == "mix"
        assert other.page.evaluate("localStorage.getItem('throughTheFog.start')").count('"mix":1')
        same = "[...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector"
        same += "('.strip .pixels')).find(Boolean).toDataURL()"
        first, second = (json.dumps(tab.page.evaluate(same)) for tab in (visitor, other))
        # Four greys of a digit travel, so that it is nearly the same.
        assert len(first) > 100 and len(second) > 100


def test_storage_that_refuses_loses_nothing_while_the_address_stays(
    browser: Browser, server: str
) -> None:
    for visitor in visit(browser, server):
        visitor.page.add_init_script(
            "Object.defineProperty(window, 'localStorage',"
            " { get() { throw new DOMException('no', 'SecurityError'); } });"
        )
        guide = Guide(visitor)
        guide.open()
        guide.go_to("cover")
        visitor.page.reload()
        visitor.page.locator(".lesson").wait_for()
        assert guide.at == "cover"
        assert "mine=" in visitor.page.url


def test_a_screen_that_does_not_exist_any_more_is_the_first_one_and_a_sentence(
    visitor: Visitor,
) -> None:
    guide = Guide(visitor)
    guide.open("?at=gone")
    assert guide.at == "fog"
    visitor.page.get_by_text("at = gone (must be").wait_for()


def test_an_empty_pad_and_one_that_is_all_ink_ask_for_a_digit(visitor: Visitor) -> None:
    guide, page = Guide(visitor), visitor.page
    guide.open("?at=draw")
    assert not guide.button("Next").is_visible()
    guide.draw_two()
    guide.button("Next").wait_for()
    guide.button("Clear").click()
    page.get_by_text("The pad is empty").wait_for()
    guide.button("Use a ready one").click()
    expect(page.locator(".after")).to_be_hidden()
    canvas = page.locator("canvas.cells")
    for row in range(20):
        guide._across(canvas, [(0.02, (row + 0.5) / 20), (0.98, (row + 0.5) / 20)])
    page.get_by_text("nearly all ink").wait_for()


def test_who_comes_back_finds_what_was_there(visitor: Visitor) -> None:
    guide, page = Guide(visitor), visitor.page
    guide.open()
    guide.go_to("one")
    for screen in ("core-training", "train", "be", "mix", "cover"):
        guide.button("Back").click()
        assert guide.at == screen
        guide.button("Next").wait_for()
        if screen in ("train", "mix", "cover"):
            page.locator("button.option[data-right]").wait_for()
    expect(page.locator(".lead")).to_contain_text("step 600 of 1000")
    # On another device, by what the address says of it.
    assert "said=cover0.mix1" in page.url
    assert visitor.errors == []


def test_the_keyboard_alone_gets_through(visitor: Visitor) -> None:
    guide, page = Guide(visitor), visitor.page
    guide.open()
    page.get_by_role("slider", name="Foggy window").focus()
    for _ in range(6):
        page.keyboard.press("Enter")
    guide.button("Next").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(
        "() => { let one = document.activeElement;"
        " while (one?.shadowRoot) one = one.shadowRoot.activeElement; return one.textContent; }"
    ) == ("Draw a digit")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # a ready one
    guide.button("Next").wait_for()
    assert visitor.errors == []


def test_a_wrong_answer_is_refuted_and_the_first_one_counts(visitor: Visitor) -> None:
    guide, page = Guide(visitor), visitor.page
    guide.open("?at=core-goal")
    right = "training-target-the-step"
    assert right in QUESTIONS.values()
    wrong = page.locator("button.option").first
    pressed = 0
    while not guide.button("Next").is_visible():
        wrong = page.locator("button.option").and_(page.locator(":enabled")).first
        wrong.click()
        pressed += 1
        if not guide.button("Next").is_visible():
            expect(page.locator(".out")).to_have_count(pressed)
    [event] = kept(page).events
    assert event.question == QUESTIONS["core-goal"]
    assert event.right == (pressed == 1)
    assert event.mark == (1 if pressed == 1 else 0)
