"""Data sets in the plane, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_core.errors import RequestError
from diffusion_core.labs.points.datasets import FUZZ, REACH, points_of
from diffusion_core.labs.points.settings import LETTERS, PEN_LIMIT, SHAPES, PointSettings
from tests.core.plane_runs import energy_distance

LINE = bytes([20, 127, 120, 127, 234, 127])
"""A drawing: a level line through the middle."""
SETTINGS = [PointSettings(shape, drawing=LINE, count=1000) for shape in SHAPES]
EVERY = pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: s.shape)


@EVERY
def test_a_data_set_fills_the_plane_about_as_noise_does(settings: PointSettings) -> None:
    points = points_of(settings)
    assert points.shape == (1000, 2) and np.isfinite(points).all()
    assert np.abs(points).max() < REACH + 6 * FUZZ
    assert 0.5 < points[:, 0].std() < 1.1
    # In the middle, so that the best guess of one who sees nothing is near it.
    assert np.abs(points.mean(axis=0)).max() < 0.25


@EVERY
def test_the_seed_decides_and_another_draw_is_of_the_same_kind(settings: PointSettings) -> None:
    points = points_of(settings)
    assert np.array_equal(points, points_of(settings))
    fresh = points_of(settings, draw=1)
    assert not np.isin(fresh, points).any()
    # ... but of the same distribution, as far as a thousand points can tell.
    assert energy_distance(points, fresh) < 0.01


def test_data_sets_differ() -> None:
    clouds = [points_of(settings, 500) for settings in SETTINGS]
    apart = [energy_distance(a, b) for i, a in enumerate(clouds) for b in clouds[:i]]
    assert min(apart) > 0.01


def test_moons_lie_on_two_half_circles() -> None:
    x, y = points_of(PointSettings("moons", count=2000)).T
    up = np.abs(np.hypot(x + 0.5, y / 1.2 + 0.25) - 1) < 5 * FUZZ
    down = np.abs(np.hypot(x - 0.5, y / 1.2 - 0.25) - 1) < 5 * FUZZ
    assert np.all(up | down)
    assert 0.4 < up.mean() < 0.65


def test_a_checkerboard_leaves_half_of_its_squares_empty() -> None:
    points = points_of(PointSettings("checkerboard", count=2000))
    column, row = np.floor((points / (2 * REACH) + 0.5) * 4).astype(int).T
    assert set((column + row) % 2) == {0}
    assert len(set(zip(column.tolist(), row.tolist(), strict=True))) == 8


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_is_drawn_unlike_every_other(letter: str) -> None:
    mine = points_of(PointSettings("word", letter, count=400))
    other = "X" if letter != "X" else "T"
    theirs = points_of(PointSettings("word", other, count=400))
    assert energy_distance(mine, theirs) > 0.01


def test_a_word_reads_from_left_to_right_and_stands_upright() -> None:
    points = points_of(PointSettings("word", "LI", count=2000))
    left, right = points[points[:, 0] < 0.3], points[points[:, 0] > 0.7]
    # The foot of an L is at the bottom; an I reaches as high as low.
    assert np.mean(left[:, 1] < -0.9) > np.mean(right[:, 1] < -0.9)
    assert right[:, 1].max() > 1.2 and right[:, 1].min() < -1.2


def test_a_drawing_is_sampled_along_its_strokes_and_not_between_them() -> None:
    strokes = bytes([20, 20, 20, 234, 255, 255, 234, 234, 234, 20])
    x, y = points_of(PointSettings("drawing", drawing=strokes, count=2000)).T
    assert np.all(np.abs(x) > 1.0)  # nothing where the pen was up
    assert 0.45 < (x < 0).mean() < 0.55
    assert y.max() > 1.2 and y.min() < -1.2
    shares, _ = np.histogram(y, 6, (-1.26, 1.26))
    assert all(abs(a - b) < 130 for a, b in pairwise(shares)), "evenly along the line"


def test_drawings_are_the_right_way_up() -> None:
    top = bytes([20, 10, 234, 10])
    assert points_of(PointSettings("drawing", drawing=top, count=50))[:, 1].min() > 1.2


@given(st.binary(max_size=40))
def test_any_bytes_are_a_drawing_or_refused(drawing: bytes) -> None:
    with suppress(RequestError):
        points = points_of(PointSettings("drawing", drawing=drawing, count=10))
        assert np.isfinite(points).all()


FULL = bytes(v for y in range(6, 255, 12) for x in range(6, 255, 12) for v in (x, y))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shape": "dog"}, "no data set 'dog'"),
        ({"shape": "word", "word": ""}, "Type a word"),
        ({"shape": "word", "word": "LETTERS"}, "6 letters at most"),
        ({"shape": "word", "word": "NO!"}, "'!' cannot be drawn"),
        ({"shape": "word", "word": "É"}, "cannot be drawn"),
        ({"shape": "drawing"}, "drawing is empty"),
        ({"shape": "drawing", "drawing": b"\x01"}, "damaged"),
        ({"shape": "drawing", "drawing": b"\x10\x10\xff\xff\x90\x90"}, "drawing is empty"),
        ({"shape": "drawing", "drawing": FULL}, "fills the whole plane"),
        ({"shape": "drawing", "drawing": LINE * PEN_LIMIT}, "more lines than can be learned"),
        ({"count": 9}, "10 to 2000 points"),
        ({"count": 2001}, "10 to 2000 points"),
        ({"learning_rate": 0.0}, "learning rate must be above 0"),
        ({"learning_rate": float("nan")}, "learning rate must be above 0"),
        ({"learning_rate": float("inf")}, "learning rate must be above 0"),
        ({"width": 7}, "width must be one of"),
        ({"schedule": "none"}, "schedule must be one of"),
        ({"levels": 1}, "2 to 1000 noise levels"),
        ({"levels": 1001}, "2 to 1000 noise levels"),
        ({"only": 0.0}, "above 0 and at most 1"),
        ({"only": float("nan")}, "above 0 and at most 1"),
        ({"seed": -1}, "seed must be from 0"),
        ({"steps": 0}, "1 to 4000 steps"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_one_sentence(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(RequestError, match=said) as caught:
        PointSettings(**changes)  # type: ignore[arg-type]
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
