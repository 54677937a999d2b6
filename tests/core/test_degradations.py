"""Spoiling pictures."""

from __future__ import annotations

import numpy as np
import pytest

from diffusion_core.data.degradations import WAYS, averaging, blurring, degrade, matrix_of
from diffusion_core.data.embedded import embedded_digits
from diffusion_core.errors import RequestError

DIGIT = embedded_digits().images[30]


@pytest.mark.parametrize(("how", "side"), [("small7", 7), ("small14", 14)])
def test_averaging_is_what_it_says(how: str, side: int) -> None:
    block = 28 // side
    means = DIGIT.reshape(side, block, side, block).mean(axis=(1, 3))
    np.testing.assert_array_equal(degrade(DIGIT, how), np.rint(means).astype(np.uint8))


def test_a_blur_spreads_a_point_as_a_bell_curve_and_keeps_its_ink() -> None:
    point = np.zeros((28, 28))
    point[14, 14] = 1.0
    spread = blurring(2.0) @ point @ blurring(2.0).T
    assert spread.sum() == pytest.approx(1, abs=1e-6)
    rows = spread.sum(axis=1)
    assert np.sqrt(rows @ (np.arange(28) - 14) ** 2) == pytest.approx(2.0, abs=1e-3)
    assert rows[14] / rows[16] == pytest.approx(np.exp(0.5), rel=1e-6)


def test_two_blurs_are_one_of_both_widths_together() -> None:
    inner = slice(10, 18)  # far from the edges, where ink is lost
    twice = (blurring(1.5) @ blurring(2.0))[inner, inner]
    np.testing.assert_allclose(twice, blurring(2.5)[inner, inner], atol=2e-3)


def test_grain_is_cut_off_and_follows_its_seed() -> None:
    first, again, other = (degrade(DIGIT, "grain", noise=0.5, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    black = np.zeros((28, 28), np.uint8)
    background = np.concatenate([degrade(black, "grain", noise=0.5, seed=k) for k in range(20)])
    assert (background == 0).mean() == pytest.approx(0.5, abs=0.02)
    # Of what is not cut off, a half-normal, the mean is sqrt(2 / pi) standard deviations.
    assert background[background > 0].mean() / 127.5 == pytest.approx(0.399, abs=0.01)


def test_other_ways_are_refused() -> None:
    with pytest.raises(RequestError, match="small7, small14, blur, grain"):
        degrade(DIGIT, "paint")
    with pytest.raises(ValueError, match="not done by a matrix"):
        matrix_of("grain")
    with pytest.raises(ValueError, match="equal blocks"):
        averaging(5)


@pytest.mark.parametrize("how", WAYS)
def test_what_is_blank_stays_so_but_for_grain(how: str) -> None:
    spoiled = degrade(np.zeros((28, 28), np.uint8), how)
    assert bool(spoiled.any()) == (how == "grain")
