"""Digits that our own model drew, kept in the repository for when MNIST is not there.

Needs numpy only, so that the first picture of a page does not wait for torch.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diffusion_core.data import Digits

ASSETS = Path(__file__).resolve().parent.parent / "assets"
EMBEDDED = ASSETS / "digits.npz"
FORWARD_SCENE = ASSETS / "scenes" / "forward.npz"
HISTORY_SCENE = ASSETS / "scenes" / "history.npz"
HOME_SCENE = ASSETS / "scenes" / "home.npz"
ICON = ASSETS / "icon.png"
CARD = ASSETS / "model" / "digits.json"
REVERSE_SCENE = ASSETS / "scenes" / "reverse.npz"


@cache
def embedded_digits() -> Digits:
    """The embedded digits: the same number of each class, in order of class."""
    with np.load(EMBEDDED) as file:
        return Digits(file["images"], file["labels"])


def forward_noise(seed: int) -> NDArray[np.float32]:
    """The noise of the forward page for a seed: standard normal, float32, shape (28, 28)."""
    return np.random.default_rng(seed).standard_normal((28, 28)).astype(np.float32)
