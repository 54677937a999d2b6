"""From an opened picture, and how its reader wants it, to a digit as MNIST has them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE
from pages.labs.editing.upload.fitting import fitted
from pages.labs.editing.upload.ink import ink_of
from pages.labs.editing.upload.opening import SMALLEST, Opened, opened

LOOKED_AT = 512
"""Pixels on the longer side, in which ink is looked for."""
FAINT = 12
"""If no two greys of 256 are further apart than this, there is nothing to see."""
Box = tuple[float, float, float, float]
ALL: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Wish:
    """What its reader wants of a picture. turns: by so many quarters to the right. box: left, top,
    right and bottom of what counts, as shares of the turned picture. inverted: ink for paper."""

    turns: int = 0
    box: Box = ALL
    inverted: bool = False

    def turned(self, quarters: int) -> Wish:
        """The same part of the picture, turned to the right."""
        wish = self
        for _ in range(quarters % 4):
            left, top, right, bottom = wish.box
            wish = Wish((wish.turns + 1) % 4, (1 - bottom, left, 1 - top, right), self.inverted)
        return wish


@dataclass(frozen=True)
class Uploaded:
    """picture: uint8 (28, 28), 0 = background. low: the same as it was given, uint8 (k, k), if it
    had no more than 28 by 28 pixels. ink: what of the wished-for part was taken as ink, uint8
    (h, w). note: what to say about it, if anything."""

    picture: NDArray[np.uint8]
    low: NDArray[np.uint8] | None
    ink: NDArray[np.uint8]
    note: str = ""


def picture_of_upload(data: bytes, wish: Wish | None = None) -> Uploaded:
    """A digit from the bytes of a picture file. RequestError, in one sentence, if there is none."""
    return understood(opened(data), wish or Wish())


def understood(given: Opened, wish: Wish) -> Uploaded:
    """The digit on an opened picture.

    Ink becomes white on black, whatever it was on. A small square (up to 28 by 28) is taken as it
    is; of anything larger, light, frame and ruled lines are taken away, and what was written is
    fitted in as MNIST's digits were. RequestError, in one sentence, if no digit can be found.
    """
    grey = cut_out(given, wish)
    note = "It has several frames; this is the first." if given.moves else ""
    if int(np.ptp(grey)) <= FAINT:
        raise RequestError(
            "There is nothing to see on this picture, it is all of one shade: choose one with a "
            "digit on it."
        )
    if max(grey.shape) <= IMAGE_SIZE and grey.shape[0] == grey.shape[1]:
        low = _small_ink(grey.astype(np.float64), wish.inverted)
        return Uploaded(_enlarged(low), low, low, note)
    scale = LOOKED_AT / max(grey.shape)
    wide, high = (max(SMALLEST, round(side * scale)) for side in grey.shape[::-1])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    looked_at = cv2.resize(grey, (wide, high), interpolation=way).astype(np.float32)
    ink = ink_of(looked_at, wish.inverted)
    if ink.others:
        note = f"{note} There is more on this picture: draw the frame around your digit.".strip()
    shown = np.rint(ink.strength * 255).astype(np.uint8)
    return Uploaded(fitted(ink.strength), None, shown, note)


def cut_out(given: Opened, wish: Wish) -> NDArray[np.uint8]:
    """The part of the picture that is wished for, turned."""
    turned = np.rot90(given.grey, -wish.turns)
    high, wide = turned.shape
    left, top, right, bottom = wish.box
    x0, x1 = _between(left, right, wide)
    y0, y1 = _between(top, bottom, high)
    return np.ascontiguousarray(turned[y0:y1, x0:x1])


def _between(first: float, last: float, length: int) -> tuple[int, int]:
    """Pixels from and to, at least SMALLEST of them."""
    low = min(max(0, round(first * length)), length - SMALLEST)
    return low, min(length, max(low + SMALLEST, round(last * length)))


def _small_ink(grey: NDArray[np.float64], inverted: bool) -> NDArray[np.uint8]:
    """Bright ink on black: the background is what most of the edge shows."""
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    background = float(np.median(edge))
    light = background > (float(grey.min()) + float(grey.max())) / 2
    ink = background - grey if light else grey - background
    low = np.rint(np.clip(ink / ink.max(), 0, 1) * 255).astype(np.uint8)
    return 255 - low if inverted else low


def _enlarged(low: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small square as 28 by 28 pixels; in whole blocks where that goes."""
    side = low.shape[0]
    if IMAGE_SIZE % side == 0:
        block = IMAGE_SIZE // side
        return low.repeat(block, axis=0).repeat(block, axis=1)
    size = (IMAGE_SIZE, IMAGE_SIZE)
    return np.asarray(cv2.resize(low, size, interpolation=cv2.INTER_LINEAR), np.uint8)
