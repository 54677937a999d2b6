"""Digits that our own model drew, kept in the repository for when MNIST is not there.

Needs numpy only, so that the first picture of a page does not wait for torch.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diffusion_core.data.mnist import Digits
from diffusion_core.files.shipped import ASSETS, damaged, read_arrays
from diffusion_core.noise import normal

EMBEDDED = ASSETS / "digits.npz"
FORWARD_SCENE = ASSETS / "scenes" / "forward.npz"
HISTORY_SCENE = ASSETS / "scenes" / "history.npz"
HOME_SCENE = ASSETS / "scenes" / "home.npz"
ICON = ASSETS / "icon.png"
REVERSE_SCENE = ASSETS / "scenes" / "reverse.npz"


class Noised(NamedTuple):
    """An embedded digit and the noise that covers it."""

    digit: int
    """Its class."""
    which: int
    """Which of that class it is, from 1."""
    seed: int
    """Of the noise (`forward_noise`)."""


RECORDED = Noised(digit=3, which=2, seed=24)
"""What the forward recordings, the icon and some predictions are about."""


@cache
def embedded_digits() -> Digits:
    """The embedded digits: the same number of each class, in order of class. AssetError if they
    are not there or not whole."""
    wanted: dict[str, tuple[str, tuple[int | None, ...]]] = {
        "images": ("uint8", (None, 28, 28)),
        "labels": ("int64", (None,)),
    }
    found = read_arrays(EMBEDDED, wanted)
    digits = Digits(found["images"], found["labels"])
    each = len(digits) // 10
    whole = each > 1 and np.array_equal(digits.labels, np.repeat(np.arange(10), each))
    if not whole or len(digits.images) != len(digits):
        raise damaged(EMBEDDED)
    return digits


def recorded_digit() -> NDArray[np.uint8]:
    """The picture of RECORDED, uint8 (28, 28). AssetError as of embedded_digits."""
    digits = embedded_digits()
    return digits.images[digits.places[RECORDED.digit][RECORDED.which - 1]]


def forward_noise(seed: int) -> NDArray[np.float32]:
    """The noise of the forward page for a seed: standard normal, float32, shape (28, 28)."""
    return normal(seed, [0], 0, 28 * 28).reshape(28, 28).astype(np.float32)
