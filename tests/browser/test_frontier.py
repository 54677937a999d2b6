"""The frontier page: a chart whose points show what they draw."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from diffusion_core.measure.frontier import load_frontier
from pages.lesson.frontier_chart import name_of
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

POINT = ".js-plotly-plot .point"


def test_a_click_on_a_point_shows_its_digits(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.address + "/frontier")
    page.locator(POINT).first.wait_for()
    points = load_frontier().points
    assert page.locator(POINT).count() == len(points)
    # Plotly draws the traces one after another, in the order of the samplers.
    image = page.locator("[data-testid=stImage] img")
    shown = image.get_attribute("src")
    target = page.locator(POINT).nth(0)
    target.click(force=True)
    name = name_of(next(p for p in points if p.sampler == "ddpm"))
    page.get_by_role("heading", name=name, exact=True).wait_for()
    expect(image).not_to_have_attribute("src", shown or "")
    page.wait_for_url("**way=DDPM**")
    assert not visitor.errors


def test_the_keyboard_chooses_too(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.address + "/frontier?way=DDIM%2C+5+steps&cost=milliseconds+a+digit")
    page.get_by_role("heading", name="DDIM, 5 steps", exact=True).wait_for()
    page.get_by_label("Way of drawing").focus()
    page.keyboard.type("Heun")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Heun").wait_for()


def test_fits_a_phone(phone: Visitor) -> None:
    phone.page.goto(phone.address + "/frontier")
    phone.page.locator(POINT).first.wait_for()
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= phone.page.viewport_size["width"]  # type: ignore[index]
