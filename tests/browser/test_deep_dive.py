"""The deep dive in a browser: each check is asked for when it is seen, and says how it is."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route

from diffusion_core.service.jobs import CHECK_NAMES
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

CHECK = "[class*=st-key-check-] .root"


def test_every_check_agrees_once_it_is_seen_and_nothing_moves(visitor: Visitor) -> None:
    page, asked = visitor.page, []
    page.on("request", lambda one: asked.append(one.url) if "api/check" in one.url else None)
    page.goto(visitor.address + "/deep-dive")
    page.locator(CHECK).nth(len(CHECK_NAMES) - 1).wait_for()
    page.locator(".verdict.agree").first.wait_for()
    assert len(asked) < len(CHECK_NAMES)
    for place in range(len(CHECK_NAMES)):
        check = page.locator(CHECK).nth(place)
        check.scroll_into_view_if_needed()
        check.locator(".verdict.agree").wait_for()
        assert check.locator("dt").count() == 2 and "agree" in check.inner_text()
    heights = page.locator(CHECK).evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert len({*heights}) == 1, "an answer is taller than the place that was kept for it"
    assert len(asked) == len({*asked}) == len(CHECK_NAMES)


def test_a_check_that_fails_says_so_in_words(visitor: Visitor) -> None:
    wrong = {"left": 1.2, "right": 1.3, "what_left": "one way", "what_right": "another"}
    wrong |= {"tolerance": 0.01, "apart": 0.0769, "agrees": False}

    def answer(route: Route) -> None:
        if "two-bells" in route.request.url:
            route.fulfill(body=json.dumps(wrong), content_type="application/json")
        else:
            route.abort()

    page = visitor.page
    page.route("**/api/check*", answer)
    page.goto(visitor.address + "/deep-dive")
    page.get_by_text("They disagree: 7.7 % apart.").wait_for()
    page.locator(CHECK).nth(3).scroll_into_view_if_needed()
    page.get_by_text("The server cannot be reached").first.wait_for()
    visitor.errors.clear()  # of the requests that were aborted


def test_the_contents_lead_to_a_topic(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.address + "/deep-dive")
    page.get_by_role("link", name="Guidance: exaggerate the difference").click()
    page.wait_for_url("**/deep-dive#guidance")
    heading = page.get_by_role("heading", name="13. Guidance")
    heading.and_(page.locator(":visible")).wait_for()
    page.wait_for_function(
        "() => document.getElementById('guidance').getBoundingClientRect().top < 300"
    )


def test_fits_a_phone(phone: Visitor) -> None:
    page = phone.page
    page.goto(phone.address + "/deep-dive")
    page.locator(CHECK).nth(len(CHECK_NAMES) - 1).wait_for()
    page.locator(".katex-display").first.wait_for()
    for one in page.locator("[data-testid=stMain] details summary").all():
        one.click()
    page.locator("details[open] .katex-display").last.wait_for()
    too_wide = page.locator(".katex-display, pre, [data-testid=stMain]").evaluate_all(
        "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"
    )
    assert too_wide == []
