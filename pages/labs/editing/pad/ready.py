"""What can be chosen instead of drawn: rough sketches, and masks that hide a part."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diffusion_core.request import IMAGE_SIZE

Line = list[tuple[float, float]]
"""Corners of a stroke, as (column, row), in cells from the upper left."""


def _arc(x: float, y: float, wide: float, high: float, begin: float, end: float) -> Line:
    """A part of an ellipse around (x, y), from one angle to another in degrees, 0 = right, 90 =
    down."""
    turn = np.radians(np.linspace(begin, end, 24))
    return [(x + wide * np.cos(a), y + high * np.sin(a)) for a in turn]


SKETCHES: dict[str, tuple[str, list[Line]]] = {
    "a shaky 2": (
        "2",
        [[(8, 9), (10, 6), (15, 5), (19, 8), (18, 12), (13, 16), (8, 22), (12, 21), (20, 22)]],
    ),
    "a square 3": ("3", [[(8, 5), (19, 5), (19, 13), (11, 13), (19, 13), (19, 22), (8, 22)]]),
    "a crooked 4": ("4", [[(16, 4), (7, 13), (8, 16), (21, 14)], [(19, 8), (15, 24)]]),
    "a 7 in two strokes": ("7", [[(6, 6), (21, 5)], [(21, 5), (15, 14), (12, 24)]]),
    "two rings": (
        "8",
        [_arc(14, 9, 4.5, 4, 0, 360), _arc(14, 18.5, 5.5, 5, 0, 360)],
    ),
    "a house": (
        "any",
        [
            [(6, 23), (6, 12), (14, 5), (22, 12), (22, 23), (6, 23)],
            [(12, 23), (12, 17), (16, 17), (16, 23)],
        ],
    ),
    "a smile": (
        "any",
        [
            _arc(14, 14, 9, 9, 0, 360),
            _arc(14, 14, 5, 5, 25, 155),
            [(11, 11), (11, 12)],
            [(17, 11), (17, 12)],
        ],
    ),
}
"""Ready sketches: the digit that is meant, and the strokes."""


def drawn(lines: list[Line], radius: float = 1.0) -> NDArray[np.uint8]:
    """Strokes of a soft round pen, uint8 (28, 28): as pad.js draws them."""
    rows, columns = np.indices((IMAGE_SIZE, IMAGE_SIZE)) + 0.5
    ink = np.zeros((IMAGE_SIZE, IMAGE_SIZE))
    for line in lines:
        for (ax, ay), (bx, by) in pairwise(line):
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            along = ((columns - ax) * dx + (rows - ay) * dy) / length if length else 0.0
            along = np.clip(along, 0, 1)
            away = np.hypot(columns - ax - along * dx, rows - ay - along * dy)
            ink = np.maximum(ink, np.clip(radius + 0.5 - away, 0, 1))
    return np.rint(255 * ink).astype(np.uint8)


@cache
def sketch(name: str) -> NDArray[np.uint8]:
    """A ready sketch, by its name in SKETCHES."""
    return drawn(SKETCHES[name][1])


def _dots() -> NDArray[np.bool_]:
    """Two by two cells each, three in four of them hidden."""
    hidden = np.random.default_rng(4).random((IMAGE_SIZE // 2, IMAGE_SIZE // 2)) < 0.75
    return hidden.repeat(2, axis=0).repeat(2, axis=1)


def _box(top: int, bottom: int, left: int, right: int) -> NDArray[np.bool_]:
    hidden = np.zeros((IMAGE_SIZE, IMAGE_SIZE), bool)
    hidden[top:bottom, left:right] = True
    return hidden


MASKS: dict[str, Callable[[], NDArray[np.bool_]]] = {
    "the top half": lambda: _box(0, 14, 0, 28),
    "the bottom half": lambda: _box(14, 28, 0, 28),
    "the left half": lambda: _box(0, 28, 0, 14),
    "the right half": lambda: _box(0, 28, 14, 28),
    "a stripe": lambda: _box(10, 17, 0, 28),
    "the middle": lambda: _box(8, 20, 8, 20),
    "scattered dots": _dots,
}
"""Ready masks, (28, 28): True where the picture is hidden."""


@cache
def mask(name: str) -> NDArray[np.bool_]:
    """A ready mask, by its name in MASKS."""
    return MASKS[name]()
