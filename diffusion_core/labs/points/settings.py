"""What to learn in the plane, and how. Plain values, checked when made; no torch here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_SEED
from diffusion_core.schedule import SCHEDULES

SHAPES = {
    "moons": "two moons",
    "spiral": "a spiral",
    "rings": "two rings",
    "checkerboard": "a checkerboard",
    "smiley": "a smiley",
    "word": "a word",
    "drawing": "your drawing",
}
"""The data sets, and what people call them."""
LONGEST_WORD = 6
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
RATES = (0.0001, 0.001, 0.005, 0.02, 0.1, 1.0, 1000.0)
"""Learning rates that the page offers; any number above 0 can be asked for."""
WIDTHS = (8, 16, 32, 64, 128, 256)
COUNTS = (20, 100, 500, 2000)
"""How many training points the page offers."""
MOST_POINTS = 2000
MOST_LEVELS = 1000
MOST_STEPS = 4000
PEN_LIMIT = 1500
"""Corners that a drawing may have, over all of its strokes."""
PEN_UP = 255
"""Stands, twice, between two strokes; a coordinate is from 0 to 254."""
EMPTY = "The drawing is empty: draw a line, or choose another data set."
FULL = (
    "The drawing fills the whole plane, so there is no shape to learn: clear it and draw "
    "a few lines."
)


@dataclass(frozen=True)
class PointSettings:
    """One training in the plane. RequestError, in one sentence, for what cannot be trained."""

    shape: str = "moons"
    word: str = "FOG"
    drawing: bytes = b""
    """Corners (x, y) of strokes, a byte each, 0 to 254 from left to right and from top to bottom;
    (255, 255) between two strokes."""
    count: int = MOST_POINTS
    """Training points."""
    learning_rate: float = 0.02
    """Of weight matrices, under Muon; the rest is trained at a fixed fraction of it."""
    width: int = 64
    schedule: str = "cosine"
    levels: int = 0
    """Train and sample at so many noise levels only; 0 for any level at all."""
    told: bool = True
    """Whether the network is told the noise level."""
    only: float | None = None
    """If given, it is trained at this time alone."""
    seed: int = 1
    steps: int = 800

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise RequestError(
                f"There is no data set {self.shape[:40]!r}: choose one of {', '.join(SHAPES)}."
            )
        if self.shape == "word":
            _check_word(self.word)
        if self.shape == "drawing":
            _check_drawing(self.drawing)
        if not 10 <= self.count <= MOST_POINTS:
            raise RequestError(f"Train on 10 to {MOST_POINTS} points; got {self.count}.")
        if not (math.isfinite(self.learning_rate) and 0 < self.learning_rate <= 1e6):
            raise RequestError(
                f"The learning rate must be above 0 and at most a million; got "
                f"{self.learning_rate:g}."
            )
        if self.width not in WIDTHS:
            raise RequestError(f"The width must be one of {', '.join(map(str, WIDTHS))}.")
        if self.schedule not in SCHEDULES:
            raise RequestError(f"The schedule must be one of {', '.join(SCHEDULES)}.")
        if self.levels != 0 and not 2 <= self.levels <= MOST_LEVELS:
            raise RequestError(
                f"Choose 2 to {MOST_LEVELS} noise levels, or 0 for all; got {self.levels}."
            )
        if self.only is not None and not 0 < self.only <= 1:
            raise RequestError(
                f"The only noise level to train on must be above 0 and at most 1; got {self.only}."
            )
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"The seed must be from 0 to {MAX_SEED}; got {self.seed}.")
        if not 1 <= self.steps <= MOST_STEPS:
            raise RequestError(f"Train for 1 to {MOST_STEPS} steps; got {self.steps}.")


def _check_word(word: str) -> None:
    if not word:
        raise RequestError("Type a word to learn: one to six letters or digits.")
    if len(word) > LONGEST_WORD:
        raise RequestError(f"The word may have {LONGEST_WORD} letters at most; got {len(word)}.")
    strange = next((letter for letter in word if letter not in LETTERS), None)
    if strange is not None:
        raise RequestError(
            f"The letter {strange!r} cannot be drawn here: use A to Z and 0 to 9 alone."
        )


def _check_drawing(drawing: bytes) -> None:
    if len(drawing) % 2:
        raise RequestError("The drawing arrived damaged: draw it again.")
    corners = list(zip(drawing[::2], drawing[1::2], strict=True))
    if len(corners) > PEN_LIMIT:
        raise RequestError(
            "The drawing has more lines than can be learned: clear it and draw less."
        )
    lifted = (PEN_UP, PEN_UP)
    inked = [corner for corner in corners if corner != lifted]
    if not any(a != b and lifted not in (a, b) for a, b in pairwise(corners)):
        raise RequestError(EMPTY)
    # Cells of a grid of 20 x 20 that a stroke as thick as its noise leaves its mark on.
    if len({(x * 20 // 255, y * 20 // 255) for x, y in inked}) > 0.6 * 20 * 20:
        raise RequestError(FULL)
