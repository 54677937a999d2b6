"""What tests of the model in the tab share."""

from __future__ import annotations

import pytest

from pages.engine.fetch import complete
from tests.browser.conftest import Visitor

NEEDS_ENGINE = pytest.mark.skipif(
    not complete(), reason="The engine is not here: `make setup`, where npm can be reached."
)
STAGE = "reverse"
DONE = "c.complete && !c.live"
READY = "c.engine?.ready"


def status(visitor: Visitor) -> str:
    return visitor.page.locator(".run .status").first.inner_text()


def generate(visitor: Visitor, name: str = "Replay") -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()


def asked_to_draw(visitor: Visitor) -> list[str]:
    return [address for address in visitor.asked if "/api/" in address]
