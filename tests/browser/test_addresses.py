"""Addresses that ask for what cannot be had."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.pages.hostile import MARKUP

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/forward?digit=12", "digit = 12"),
        ("/forward?seed=minus", "seed = minus"),
        ("/forward?schedule=square", "schedule = square"),
        ("/forward?t=5000", "t = 5000"),
        ("/forward?which=0", "which = 0"),
        ("/reverse?steps=1001", "steps = 1001"),
        ("/reverse?guidance=9", "guidance = 9"),
        ("/reverse?draw=eleven", "draw = eleven"),
        ("/reverse?sampler=Magic", "sampler = Magic"),
        ("/reverse?start=-1", "start = -1"),
        ("/reverse?n=many", "n = many"),
    ],
)
def test_unusable_address_is_told_in_one_sentence(
    visitor: Visitor, address: str, said: str
) -> None:
    visitor.open(address)
    alert = visitor.page.get_by_role("alert")
    alert.wait_for()
    assert said in alert.inner_text() and "The usual value" in alert.inner_text()


FIELDS = ("digit", "which", "seed", "schedule", "t", "chain")
LOOKS = """alert => [...alert.querySelectorAll("*")].filter(one => one.matches(
    "a, b, i, em, strong, del, code, pre, img, svg, math, table, ul, ol, li, hr, h1, h2, h3, h4, "
    + "h5, h6, blockquote, input, .katex, [style*=color], [role=img], .stMarkdownColoredText"
) && one.closest("p, [data-testid=stMarkdownContainer]")).map(one => one.outerHTML)"""


@pytest.mark.parametrize("first", range(0, len(MARKUP), len(FIELDS) + 2))
def test_what_an_address_says_is_shown_as_text(visitor: Visitor, first: int) -> None:
    hostile = MARKUP[first : first + len(FIELDS) + 2]
    names = ["instead-of", "", *FIELDS]
    asked = {name or text: text for name, text in zip(names, hostile, strict=False)}
    visitor.open(f"/forward?{urlencode(asked)}")
    alerts = visitor.page.get_by_role("alert")
    alerts.first.wait_for()
    expect(alerts).to_have_count(min(3, len(hostile)))
    for alert in alerts.all():
        assert alert.evaluate(LOOKS) == []
        assert alert.bounding_box()["height"] < 300
    hosts = visitor.page.locator("a").evaluate_all("all => all.map(one => one.hostname)")
    assert {*hosts} <= {"", "127.0.0.1", "localhost"}


def test_the_way_back_to_an_address_that_broke_is_no_dead_end(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/forward?seed=inf")
    page.get_by_role("alert").get_by_text("seed = inf").wait_for()
    usual = page.get_by_label("Noise seed").input_value()
    expect(page).not_to_have_url(re.compile("inf"))
    page.go_back()
    page.get_by_role("alert").get_by_text("seed = inf").wait_for()
    expect(page).not_to_have_url(re.compile("inf"))
    assert page.get_by_label("Noise seed").input_value() == usual
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_what_other_programs_hang_on_a_link_goes_without_a_word(visitor: Visitor) -> None:
    visitor.open("/forward?utm_source=a&seed=3&fbclid=b&srsltid=c")
    expect(visitor.page).to_have_url(re.compile(r"/forward\?seed=3(&t=\d+)?$"))
    assert visitor.page.get_by_label("Noise seed").input_value() == "3"
    expect(visitor.page.get_by_role("alert")).to_have_count(0)


def test_back_undoes_each_choice_whatever_control_made_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/reverse")
    settled = "c.complete && !c.live"
    said = page.locator(".settings").first
    first = said.inner_text()
    page.get_by_label("Steps", exact=True).fill("6")
    page.keyboard.press("Enter")
    page.wait_for_url("**steps=6**")
    visitor.wait_for("reverse", f"c.lanes[0].steps === 6 && {settled}")
    fewer = said.inner_text()
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url("**start=**")
    visitor.wait_for("reverse", f"!c.lanes[0].address.includes('seed=7&') && {settled}")
    assert len({first, fewer, said.inner_text()}) == 3
    page.go_back()
    expect(said).to_have_text(fewer)
    page.go_back()
    expect(said).to_have_text(first)
    page.go_forward()
    expect(said).to_have_text(fewer)


def test_settings_wait_unless_the_address_uses_them(visitor: Visitor) -> None:
    for path, label in (("/forward", "Noise seed"), ("/reverse", "Guidance")):
        visitor.open(path)
        field = visitor.page.get_by_label(label).first
        expect(field).to_be_hidden()
        visitor.more()
        expect(field).to_be_visible()
    visitor.open("/reverse?guidance=3.0")
    expect(visitor.page.get_by_label("Guidance").first).to_be_visible()
