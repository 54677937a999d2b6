"""What the applications refuse, in one sentence each (RequestError)."""

from __future__ import annotations

import math

import numpy as np

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_SEED, NO_LABEL
from pages.shared.packed import PIXELS, unpacked


def label_of(digit: str) -> int:
    """A digit's label, NO_LABEL for "any". RequestError for another word."""
    if digit == "any":
        return NO_LABEL
    if len(digit) != 1 or digit not in "0123456789":
        raise RequestError("Choose a digit from 0 to 9, or any.")
    return int(digit)


def end_of(text: str) -> tuple[int, int]:
    """The label and the seed of DIGIT.SEED, as in 3.7."""
    digit, dot, seed = text.partition(".")
    if not (
        dot and seed.isascii() and seed.isdecimal() and len(seed) < 11 and int(seed) <= MAX_SEED
    ):
        raise RequestError("Name both ends as in 3.7: the 3 that is drawn from seed 7.")
    return label_of(digit), int(seed)


def refuse_outside(what: str, value: float, low: float, high: float) -> None:
    """Unless low <= value <= high."""
    # Said so that what is no number at all is refused, too.
    if not (math.isfinite(value) and low <= value <= high):
        raise RequestError(f"{what} must be from {low:g} to {high:g}; got {value:g}.")


def drawn(word: str, what: str, size: int = PIXELS) -> bytes:
    """A picture that has something on it. RequestError if it has not."""
    data = unpacked(word, size, what)
    if not np.ptp(np.frombuffer(data, np.uint8)):
        full = f"{what} is bright all over: leave some of it dark."
        raise RequestError(full if data[0] > 127 else f"{what} is blank: draw something first.")
    return data
