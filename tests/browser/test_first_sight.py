"""What a page shows at first: few settings, the others one press away."""

from __future__ import annotations

import pytest

from quizzes.addresses import LABS
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
MOST = 5
WIDGETS = ", ".join(
    f"[data-testid=st{name}]"
    for name in ("Selectbox", "NumberInput", "Slider", "Checkbox", "TextInput", "MultiSelect")
)
SEEN = """(widgets) => [...document.querySelectorAll(widgets)]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 0)
  .map((one) => (one.querySelector("label") ?? one).innerText.split("\\n")[0])"""
ADDRESSES = [
    "/forward",
    "/reverse",
    *(
        f"/{page}?{labs.name}={title.replace(' ', '+')}"
        for page, labs in LABS.items()
        for title in labs.names.values()
    ),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_at_most_five_settings_are_in_sight(visitor: Visitor, address: str) -> None:
    visitor.page.goto(visitor.address + address)
    visitor.page.locator("h1").wait_for()
    visitor.wait_until_run()
    seen = visitor.page.evaluate(SEEN, WIDGETS)
    assert len(seen) <= MOST, seen
