"""Addresses that ask for what cannot be had."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visitor

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
