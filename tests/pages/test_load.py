"""The load test itself: real sessions, a few of them."""

from __future__ import annotations

from benchmarks.server import running_app
from tests import load
from tests.pages.asgi import on_a_loop


def test_a_few_visitors_are_served_and_counted() -> None:
    with running_app() as app:
        row = on_a_loop(load.measure(app, 3, seconds=0.5))
    assert row["served"] == row["visitors"] == 3
    assert 0 < row["first_frame_worst"] <= row["whole_worst"]
    assert row["whole_median"] <= row["whole_worst"] and row["generate_median"] > 0
    assert 0 < row["action_median"] <= row["action_95"]
    assert row["server_mb"] > 10 and row["worker_mb"] > 10
    assert set(row) <= set(load.COLUMNS)
    assert len(load.table([row, row]).splitlines()) == 4
