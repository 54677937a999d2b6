"""Every page, for readers of all kinds: nothing that breaks WCAG 2.2 AA as far as axe can see,
headings in order, nothing wider than a phone, and nothing that jumps while the page loads.

axe-core looks into the shadow roots of our components as well. What it cannot decide by itself
(the contrast of words over a picture, say) it calls incomplete; only what is certain counts here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from pages.shared.modes import EVERY
from tests.browser.conftest import Visitor, visit

pytestmark = pytest.mark.browser

PAGES = {"home": "", **{mode.slug: mode.slug for mode in EVERY}}
"""All pages, by name, with their addresses."""
EVERY_PAGE = pytest.mark.parametrize("page", PAGES)

# best-practice has, besides others, the order of headings.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The groups of Streamlit's menu in the sidebar, which phones have, are <div>s between the list and
# its items; nothing of ours can change that.
NOT_OURS = {
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems]",
    "presentation-role-conflict": "[data-testid=stFileUploader]",
}
"""By rule, inside what Streamlit breaks it."""
VIOLATIONS = """async ([tags, notOurs]) => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: tags },
    resultTypes: ["violations"],
    elementRef: true,
  });
  return found.violations.flatMap(({ id, nodes }) => nodes
    .filter(({ element }) => !(id in notOurs && element.closest(notOurs[id])))
    .map(({ target, html, failureSummary }) =>
      `${id}: ${target.flat().at(-1)} ${html} ${failureSummary}`));
}"""

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts.push(shift.value);
}).observe({ type: "layout-shift", buffered: true });
"""

# Streamlit's script has run, no element is still represented by its skeleton, every stage has
# painted, and all that has been so for a moment: what moves late counts as well.
LOADED = """() => {
  const ready = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState
      === "notRunning"
    && document.querySelector("h1")
    && !document.querySelector("[data-testid=stSkeleton], [data-testid=stAppSkeleton]")
    && [...window.throughTheFog?.values() ?? []].every((stage) => stage.painted > 0)
    && [...document.images].every((image) => image.complete)
    && document.fonts.status === "loaded"
    && document.getAnimations().every((animation) => animation.playState !== "running");
  if (!ready) window.readySince = performance.now();
  return ready && performance.now() - (window.readySince ?? 0) > 300;
}"""

LAYOUT = """() => {
  const headings = (root) => [...root.querySelectorAll("*")].flatMap((element) => [
    ...(/^H[1-6]$/.test(element.tagName) ? [Number(element.tagName[1])] : []),
    ...(element.shadowRoot ? headings(element.shadowRoot) : []),
  ]);
  return {
    language: document.documentElement.lang,
    title: document.title,
    headings: headings(document),
    width: Math.max(document.documentElement.scrollWidth,
      document.querySelector("[data-testid=stMain]").scrollWidth),
    shift: window.shifts.reduce((sum, value) => sum + value, 0),
  };
}"""


MOST_SHIFT = 0.1
"""What counts as good in Web Vitals."""


@dataclass(frozen=True)
class Layout:
    """What a page that has loaded says of itself."""

    language: str
    title: str
    headings: list[int]
    """The level of each, in order."""
    width: int
    shift: float
    """How much has jumped while it loaded: the sum of all layout shifts."""


def load(visitor: Visitor, page: str) -> Layout:
    """Open a page and wait until all of it is there.

    A busy machine delivers the parts of a page in odd orders, so that a page that keeps its places
    may jump once. One that does not jumps each time: the calmest of three loads is judged.
    """
    visitor.page.add_init_script(WATCH_SHIFTS)
    layout = _load(visitor, page)
    for _ in range(2):
        if layout.shift < MOST_SHIFT:
            break
        layout = _load(visitor, page)
    return layout


def _load(visitor: Visitor, page: str) -> Layout:
    visitor.page.goto(f"{visitor.address}/{PAGES[page]}")
    visitor.page.wait_for_function(LOADED)
    layout = Layout(**visitor.page.evaluate(LAYOUT))
    # For an address that it does not know, Streamlit shows the first page.
    assert layout.title.endswith("· Through the Fog") or page == "home", "There is no such page."
    return layout


def violations(visitor: Visitor) -> list[str]:
    """What axe finds wrong with the page as it is now: rule, element and reason."""
    visitor.page.evaluate(AXE_SCRIPT)
    return visitor.page.evaluate(VIOLATIONS, [RULES, NOT_OURS])


@pytest.fixture
def night_visitor(browser: Browser, server: str) -> Iterator[Visitor]:
    """A tab in the dark theme."""
    yield from visit(browser, server, color_scheme="dark")


@EVERY_PAGE
def test_by_day_and_in_forced_colours(visitor: Visitor, page: str) -> None:
    layout = load(visitor, page)
    assert layout.language == "en"
    assert layout.headings[0] == 1 and layout.headings.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(layout.headings)), layout.headings
    assert violations(visitor) == []
    visitor.page.emulate_media(forced_colors="active")
    assert violations(visitor) == []
    assert layout.shift < MOST_SHIFT


@EVERY_PAGE
def test_by_night(night_visitor: Visitor, page: str) -> None:
    load(night_visitor, page)
    assert violations(night_visitor) == []


@EVERY_PAGE
def test_on_a_phone(phone: Visitor, page: str) -> None:
    layout = load(phone, page)
    assert layout.width <= 390
    assert violations(phone) == []
    assert layout.shift < MOST_SHIFT
