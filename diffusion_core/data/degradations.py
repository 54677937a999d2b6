"""Ways to spoil a picture: average it down, blur it, cover it with grain.

The first two are linear and separable: a picture of ink u (0 = background) becomes B u B', with
one small matrix B for rows and columns alike. Pages spoil digits with these functions, and the
method that restores them (editing/restoring.py) inverts the same matrices. numpy only, no torch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE
from diffusion_core.schedule import Floats

SMALL_SIDES = {"small7": 7, "small14": 14}
"""What is averaged down, and to how many pixels a side."""
WAYS = (*SMALL_SIDES, "blur", "grain")
BLUR_WIDTHS = (0.5, 3.0)
"""From and to: standard deviation of the blur, in pixels."""
GRAIN_LEVELS = (0.1, 2.0)
"""From and to: standard deviation of the grain, where black is -1 and white is 1."""


def averaging(side: int) -> Floats:
    """B of averaging 28 pixels to `side`, (side, 28): each row averages a block of its own.

    ValueError unless 28 is a multiple of `side`.
    """
    if side < 1 or IMAGE_SIZE % side:
        raise ValueError(f"{IMAGE_SIZE} pixels cannot be averaged to {side} equal blocks.")
    block = IMAGE_SIZE // side
    return np.kron(np.eye(side), np.full((1, block), 1 / block))


def blurring(width: float) -> Floats:
    """B of a Gaussian blur, (28, 28): `width` is its standard deviation in pixels.

    Symmetric. Around the picture there is background: ink near the edge is partly blurred away.
    """
    far = np.arange(-4 * IMAGE_SIZE, 4 * IMAGE_SIZE + 1)
    whole = np.exp(-(far**2) / (2 * width**2)).sum()
    apart = np.subtract.outer(np.arange(IMAGE_SIZE), np.arange(IMAGE_SIZE))
    return np.asarray(np.exp(-(apart**2) / (2 * width**2)) / whole)


def matrix_of(how: str, width: float = 1.5) -> Floats:
    """B of a linear way to spoil a picture. ValueError for one that has none."""
    if how in SMALL_SIDES:
        return averaging(SMALL_SIDES[how])
    if how == "blur":
        return blurring(width)
    raise ValueError(f"{how!r} is not done by a matrix.")


def degrade(
    picture: NDArray[np.uint8], how: str, width: float = 1.5, noise: float = 0.5, seed: int = 0
) -> NDArray[np.uint8]:
    """Spoil a picture, uint8 (28, 28), 0 = background; the answer is what a camera would keep.

    how: "small7" and "small14" answer (7, 7) and (14, 14), "blur" (of `width` pixels) and "grain"
    (Gaussian noise of this standard deviation, where black is -1 and white is 1, and what is
    blacker than black or whiter than white is cut off) answer (28, 28). RequestError for others.
    """
    if how not in WAYS:
        raise RequestError(f"A picture can be spoiled by {', '.join(WAYS)}, and not by {how[:20]}.")
    if how == "grain":
        grain = np.random.default_rng(seed).standard_normal(picture.shape)
        return to_bytes(picture + grain * noise * 127.5)
    by = matrix_of(how, width)
    return to_bytes(by @ picture @ by.T)


def to_bytes(values: Floats) -> NDArray[np.uint8]:
    """Greys, 0 to 255, rounded and cut off outside."""
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
