"""A digit, wherever and however large it is, put where MNIST puts its digits."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from diffusion_core.request import IMAGE_SIZE

Floats = NDArray[np.float32]

BOX = 20
"""MNIST's digits were fitted into a box of 20 by 20 pixels, and their centre of mass put in the
middle of 28 by 28 (LeCun et al. 1998, "Gradient-based learning applied to document recognition",
section III.A)."""
THINNEST = 2.4
"""Pixels. A ballpoint's line would be less than one pixel of MNIST, and grey: it is made as broad
as MNIST's thinner strokes are."""


def fitted(strength: Floats) -> NDArray[np.uint8]:
    """Ink 0 to 1 on a picture of any size, as MNIST has it: uint8 (28, 28)."""
    ink = np.pad(strength, 2)
    ink = _crop(ink)
    scale = BOX / max(ink.shape)
    lacking = THINNEST / scale - stroke_width(ink)
    if lacking > 1:
        around = int(np.ceil(lacking / 2))
        dot = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * around + 1, 2 * around + 1))
        ink = _crop(np.asarray(cv2.dilate(np.pad(ink, around + 1), dot), np.float32))
        scale = BOX / max(ink.shape)
    high, wide = (max(1, round(side * scale)) for side in ink.shape)
    small = cv2.resize(ink, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float64)
    small = np.clip(small * 255 / small.max(), 0, 255)
    mass = small.sum()
    down = float((np.arange(high) + 0.5) @ small.sum(axis=1) / mass)
    right = float((np.arange(wide) + 0.5) @ small.sum(axis=0) / mass)
    # The mass of all of MNIST's digits lies in the pixel after the middle, from 14 to 15.
    middle = IMAGE_SIZE // 2
    top = int(np.clip(np.ceil(middle - down), 0, IMAGE_SIZE - high))
    left = int(np.clip(np.ceil(middle - right), 0, IMAGE_SIZE - wide))
    picture = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    picture[top : top + high, left : left + wide] = np.rint(small)
    return picture


def _crop(ink: Floats) -> Floats:
    rows, columns = (np.flatnonzero((ink > 0.12).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stroke_width(ink: Floats) -> float:
    """How broad its strokes are, in pixels: twice the way from their middle to their edge."""
    shape = np.pad((ink > 0.5).astype(np.uint8), 1)
    away = cv2.distanceTransform(shape, cv2.DIST_L2, 3)
    ridge = (away > 0) & (cv2.dilate(away, np.ones((3, 3), np.uint8)) <= away)
    return 2 * float(np.median(away[ridge])) - 0.5 if ridge.any() else 1.0
