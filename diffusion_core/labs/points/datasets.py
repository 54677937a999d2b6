"""Data sets in the plane: each a distribution to draw points from. numpy alone, so that a page can
show one before torch is loaded.

All fill about [-1.5, 1.5] in both directions, so that a coordinate's variance is about that of the
noise it will be mixed with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diffusion_core.labs.points import chance
from diffusion_core.labs.points.settings import PEN_UP, PointSettings

Floats = NDArray[np.float64]
REACH = 1.5
"""How far from the centre the data reach, about."""
FUZZ = 0.035
"""Standard deviation of the blur that lines have, in these units."""


@dataclass(frozen=True)
class Numbers:
    """What is left to chance in so many points of a data set."""

    seed: int
    draw: int
    count: int

    def uniform(self, columns: int) -> Floats:
        """(columns, N) numbers from 0 to 1."""
        return chance.places(self.seed, self.draw, self.count, columns)

    def blurred(self, points: Floats) -> Floats:
        """Points (N, 2), each moved a little."""
        return points + FUZZ * chance.blur(self.seed, self.draw, self.count)


def points_of(settings: PointSettings, count: int | None = None, draw: int = 0) -> Floats:
    """`count` points (N, 2) of the data set; those that are trained on unless told otherwise.

    `draw` > 0: fresh points of the same distribution, which training never sees.
    """
    numbers = Numbers(settings.seed, draw, settings.count if count is None else count)
    if settings.shape == "word":
        return _inside(_letters(settings.word), numbers)
    if settings.shape == "drawing":
        return _along(_segments(settings.drawing), numbers)
    return SAMPLED[settings.shape](numbers)


def moons(numbers: Numbers) -> Floats:
    """Two half circles that reach into each other."""
    which, along = numbers.uniform(2)
    angle, upper = np.pi * along, which < 0.5
    x = np.where(upper, np.cos(angle) - 0.5, 0.5 - np.cos(angle))
    y = np.where(upper, np.sin(angle) - 0.25, 0.25 - np.sin(angle))
    return numbers.blurred(np.stack([x, 1.2 * y], axis=1))


def spiral(numbers: Numbers) -> Floats:
    """Two and a quarter turns, equally dense along the line."""
    (along,) = numbers.uniform(1)
    turn = 2 * np.pi * 2.25 * np.sqrt(0.02 + 0.98 * along)
    radius = REACH * turn / (2 * np.pi * 2.25)
    return numbers.blurred(np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1))


def rings(numbers: Numbers) -> Floats:
    """A ring inside of a ring."""
    which, along = numbers.uniform(2)
    radius, angle = np.where(which < 0.32, 0.65, 1.4), 2 * np.pi * along
    return numbers.blurred(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))


def checkerboard(numbers: Numbers) -> Floats:
    """The eight dark squares of a board of four by four."""
    which, across, up = numbers.uniform(3)
    square = np.floor(8 * which)
    row = np.floor(square / 2)
    column = 2 * (square % 2) + row % 2
    cells = np.stack([column + across, row + up], axis=1)
    return 2 * REACH * (cells / 4 - 0.5)


def smiley(numbers: Numbers) -> Floats:
    """A circle, a mouth, and two eyes."""
    which, along, wide = numbers.uniform(3)
    face, mouth = 2 * np.pi * along, np.pi * (1.17 + 0.66 * along)
    side = np.where(which < 0.86, -0.5, 0.5)
    eye = 0.14 * np.sqrt(wide)
    parts = [
        (which < 0.5, 1.45 * np.cos(face), 1.45 * np.sin(face)),
        (which < 0.72, 0.9 * np.cos(mouth), 0.1 + 0.9 * np.sin(mouth)),
        (which < 2.0, side + eye * np.cos(face), 0.5 + eye * np.sin(face)),
    ]
    x = np.select([part[0] for part in parts], [part[1] for part in parts])
    y = np.select([part[0] for part in parts], [part[2] for part in parts])
    return numbers.blurred(np.stack([x, y], axis=1))


SAMPLED: dict[str, Callable[[Numbers], Floats]] = {
    "moons": moons,
    "spiral": spiral,
    "rings": rings,
    "checkerboard": checkerboard,
    "smiley": smiley,
}


@lru_cache(maxsize=16)
def _letters(word: str) -> Floats:
    """The inked pixels of the word, (K, 3): x, y and the side of a pixel, in the plane."""
    # Pillow takes a moment to load, and few data sets want it.
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(120)
    left, top, right, bottom = font.getbbox(word, stroke_width=2)
    size = (int(right - left), int(bottom - top))
    image = Image.new("L", size)
    ImageDraw.Draw(image).text((-left, -top), word, 255, font, stroke_width=2)
    rows, columns = np.nonzero(np.asarray(image) > 127)
    # A word is wider than high: it fills the width, and is stretched a little towards a square.
    across = 2 * REACH / size[0]
    up = min(2 * REACH / size[1], 2.2 * across)
    x = (columns - size[0] / 2) * across
    y = (size[1] / 2 - rows) * up
    return np.stack([x, y, np.full(len(x), across), np.full(len(x), up)], axis=1)


def _inside(pixels: Floats, numbers: Numbers) -> Floats:
    """Points spread evenly over pixels."""
    which, across, up = numbers.uniform(3)
    chosen = pixels[np.floor(which * len(pixels)).astype(int)]
    return chosen[:, :2] + chosen[:, 2:] * np.stack([across, -up], axis=1)


def _segments(drawing: bytes) -> Floats:
    """The straight pieces of a drawing's strokes, (K, 4): from (x, y) to (x, y), in the plane."""
    corners = np.frombuffer(drawing, np.uint8).reshape(-1, 2)
    x = (corners[:, 0] / 127.0 - 1) * REACH
    y = (1 - corners[:, 1] / 127.0) * REACH
    lifted = np.all(corners == PEN_UP, axis=1)
    drawn = ~(lifted[:-1] | lifted[1:])
    return np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)[drawn]


def _along(segments: Floats, numbers: Numbers) -> Floats:
    """Points spread evenly along straight pieces."""
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    which, along = numbers.uniform(2)
    ends = np.cumsum(lengths)
    chosen = segments[np.searchsorted(ends, which * ends[-1], side="right").clip(max=len(ends) - 1)]
    points = chosen[:, :2] + along[:, None] * (chosen[:, 2:] - chosen[:, :2])
    return numbers.blurred(points)
