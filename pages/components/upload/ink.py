"""What of a photo is ink: the light evened out, the frame cut away, lines removed, one digit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from pages.components.upload.ruling import without_ruling

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BROADEST = 0.25
"""No stroke is broader than this share of the shorter side: what is, is paper or shadow."""
FAINTEST = 0.05
"""Ink is darker than the paper around it by at least this share."""


@dataclass(frozen=True)
class Ink:
    """strength: float32 (h, w), 0 = paper, 1 = ink, of one digit alone. others: whether there was
    more on the picture. light: whether it is light on dark. likely: how much it looks like strokes,
    0 if there are none."""

    strength: Floats
    others: bool
    light: bool
    likely: float


def ink_of(grey: Floats, inverted: bool = False) -> Ink:
    """The digit on a picture of lightness 0 to 255, float32 (h, w).

    inverted: take as paper what would be taken as ink, and as ink what would be paper.
    RequestError, in one sentence, if no digit can be found.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8)
    found = [_found(image, light) for light, image in enumerate((smooth, 255 - smooth))]
    likely = int(found[1].likely > found[0].likely)
    best = found[1 - likely if inverted else likely]
    if not best.likely:
        raise RequestError(NOTHING)
    return best


def _paper(image: Floats) -> Floats:
    """The lightness that the paper would have without ink: what is dark and narrow is taken out."""
    calm = cv2.medianBlur(np.rint(image).clip(0, 255).astype(np.uint8), 5)
    side = max(3, round(BROADEST * min(image.shape)) | 1)
    kernel = np.ones((side, side), np.uint8)
    return cv2.morphologyEx(calm, cv2.MORPH_CLOSE, kernel).astype(np.float32)


def darkness(image: Floats) -> tuple[Floats, float]:
    """By what share each pixel is darker than the paper around it, 0 to 1, and how much of that is
    grain."""
    paper = _paper(image)
    dark = 1 - (image + 4) / (np.maximum(paper, image) + 4)
    # Grain makes the lightest paper win: what is usual is none.
    usual = float(np.median(dark))
    brighter = usual - dark[dark < usual]
    grain = 1.4826 * float(np.median(brighter)) if brighter.size else 0.0
    return np.clip(dark - usual, 0, 1), grain


def _found(image: Floats, light: int) -> Ink:
    """What would be the digit if ink were dark."""
    dark, grain = darkness(image)
    least = max(FAINTEST, 4 * grain)
    dark = without_ruling(dark, dark > least)
    dark = np.where(_frame(dark > least), np.float32(0), dark)
    first = _pieces(dark, dark > least)
    if not first.likely.any():
        return Ink(np.zeros_like(dark), False, bool(light), 0)
    # How dark ink is, as the likeliest piece has it: what is fainter by half, is something else.
    ink = float(np.percentile(dark[first.labels == first.best], 85))
    pieces = _pieces(dark, dark > 0.45 * ink)
    chosen, others = _chosen(pieces)
    strength = np.clip((dark - 0.25 * ink) / (0.55 * ink), 0, 1)
    near = cv2.dilate(chosen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    strength = np.where(near, strength, 0).astype(np.float32)
    return Ink(strength, others, bool(light), float(pieces.likely.max()))


@dataclass(frozen=True)
class Pieces:
    """What hangs together. labels: int32 (h, w), 0 = paper; boxes: (n, 4), left, top, right, bottom;
    areas, likely: (n,), the latter how likely each is a digit's stroke."""

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    areas: NDArray[np.float64]
    likely: NDArray[np.float64]

    @property
    def best(self) -> int:
        return int(np.argmax(self.likely))


def _pieces(dark: Floats, mask: Mask) -> Pieces:
    """Strokes are long, narrow, sharp, and in the middle of the picture."""
    shape = mask.astype(np.uint8)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(shape, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    away = cv2.distanceTransform(np.pad(shape, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    half = np.zeros(count)
    np.maximum.at(half, labels.ravel(), away.ravel())
    broad = np.maximum(2 * half - 1, 1)
    slope = np.hypot(cv2.Sobel(dark, cv2.CV_32F, 1, 0), cv2.Sobel(dark, cv2.CV_32F, 0, 1)) / 8
    rim = mask & (away <= 1.5)
    rims = np.maximum(np.bincount(labels[rim], minlength=count), 1)
    sharp = np.bincount(labels[rim], slope[rim], count) / rims
    narrow = areas / broad**2
    long = areas / broad
    likely = long * sharp * np.clip(narrow - 1, 0.1, 3) * _centrality(middles, mask.shape)
    likely[0] = 0
    x, y, wide, high = stats[:, :4].T
    return Pieces(labels, np.stack([x, y, x + wide, y + high], axis=1), areas, likely)


def _frame(mask: Mask) -> Mask:
    """What comes in from the edge, along more than a stroke's width: a table, a scanner's black."""
    high, wide = mask.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    edges = [labels[0], labels[-1], labels[:, 0], labels[:, -1]]
    touching = sum(np.bincount(edge, minlength=count) for edge in edges)
    touching[0] = 0
    return (touching > 0.12 * min(high, wide))[labels]


def _centrality(middles: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    high, wide = shape
    away = np.hypot(middles[:, 0] / wide - 0.5, middles[:, 1] / high - 0.5)
    return np.exp(-((away / 0.4) ** 2))


def _chosen(pieces: Pieces) -> tuple[Mask, bool]:
    """The pieces that make up one digit, and whether there are others of its size."""
    best, areas = pieces.best, pieces.areas
    box = pieces.boxes[best]
    size = max(box[2] - box[0], box[3] - box[1])
    taken = [best]
    for other in range(1, len(areas)):
        left, top, right, bottom = pieces.boxes[other]
        gap = max(box[0] - right, left - box[2], box[1] - bottom, top - box[3], 0)
        if other != best and gap <= 0.12 * size and areas[other] >= 0.015 * areas[best]:
            taken.append(other)
    others = any(areas[i] > 0.4 * areas[best] for i in range(1, len(areas)) if i not in taken)
    return np.isin(pieces.labels, taken), others


NOTHING = (
    "No digit can be found in this picture: choose one with dark ink on light paper, or the other "
    "way round, and nothing else near it."
)
