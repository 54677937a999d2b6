"""Digits that our own model drew, kept in the repository for when MNIST is not there.

Needs numpy only, so that the first picture of a page does not wait for torch.
"""

from __future__ import annotations

from functools import cache

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


def forward_noise(seed: int) -> NDArray[np.float32]:
    """The noise of the forward page for a seed: standard normal, float32, shape (28, 28)."""
    return normal(seed, [0], 0, 28 * 28).reshape(28, 28).astype(np.float32)
