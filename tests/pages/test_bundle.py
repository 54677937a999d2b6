"""Bundles survive the way to the browser."""

from __future__ import annotations

import numpy as np
import pytest

from diffusion_core.files.bundle import bundle
from tests.pages.unbundle import unbundle


def test_round_trip_of_every_type() -> None:
    arrays = {
        "a": np.arange(6, dtype=np.uint8).reshape(2, 3),
        "b": np.linspace(0, 1, 5, dtype=np.float32),
        "c": np.array([np.pi]),
    }
    head, back = unbundle(bundle({"name": "ü\n"}, arrays))
    assert head["name"] == "ü\n"
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype and np.array_equal(back[name], array)


def test_refuses_what_a_browser_could_not_read() -> None:
    with pytest.raises(KeyError):
        bundle({}, {"a": np.zeros(3, np.int64)})
    with pytest.raises(ValueError, match="JSON"):
        bundle({"x": float("inf")}, {})
