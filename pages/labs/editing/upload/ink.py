"""What of a photo is ink: the light evened out, the frame cut away, lines removed, one digit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from pages.labs.editing.upload.ruling import without_ruling

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BROADEST = 0.25
"""No stroke is broader than this share of the shorter side: what is, is paper or shadow."""
WIDTHS = (0.02, 0.04, 0.06, 0.09, 0.13, 0.18, BROADEST)
SMALLEST = 10
"""Pixels: what is smaller is a speck."""
DARKEST = np.float32(24)
"""Differences between what is darker than this are grain more than anything else."""
STANDS_OUT = 0.08
"""One of more than a dozen equal things is a pattern, and no digit."""
MOST_HOLES = 4
"""An 8 has two, and a hasty pen adds some."""
MOST_PIECES = 80
"""A pencil's stroke falls to pieces on rough paper, but not to as many as grain has."""
LEVELS = (0.5, 0.32, 0.2, 0.12, 0.07)
"""By what share ink may be darker than the paper around it, at least."""


@dataclass(frozen=True)
class Ink:
    """strength: float32 (h, w), 0 = paper, 1 = ink, of one digit alone. others: whether there was
    more on the picture. light: whether it is light on dark."""

    strength: Floats
    others: bool
    light: bool


def ink_of(grey: Floats, inverted: bool = False) -> Ink:
    """The digit on a picture of lightness 0 to 255, float32 (h, w).

    inverted: take as paper what would be taken as ink, and as ink what would be paper.
    RequestError, in one sentence, if no digit can be found.
    """
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.float32)
    light = lighter_on_darker(smooth) != inverted
    strength, others = _digit(_turned(smooth) if light else smooth)
    return Ink(strength, others, light)


def _turned(image: Floats) -> Floats:
    """Light ink on something dark as dark ink on something light.

    By division and not by subtraction: a shadow takes the same share of the light from board and
    chalk, so what the two have in common has to stay a factor.
    """
    return 255 * DARKEST / (image + DARKEST)


def _paper(image: Floats, broadest: float = BROADEST) -> Floats:
    """The lightness that the paper would have without ink: what is dark and narrow is taken out."""
    calm = cv2.medianBlur(np.rint(image).clip(0, 255).astype(np.uint8), 5)
    side = max(3, round(broadest * min(image.shape)) | 1)
    kernel = np.ones((side, side), np.uint8)
    return cv2.morphologyEx(calm, cv2.MORPH_CLOSE, kernel).astype(np.float32)


def lighter_on_darker(image: Floats) -> bool:
    """Whether the narrowest things are lighter than what is around them: chalk on a board.

    Strokes are narrower than what they enclose, and than light and shadow. So ever broader things
    are taken for narrow ones, and what is seen early counts for more.
    """
    high, wide = image.shape
    inner = np.s_[high // 8 : high - high // 8, wide // 8 : wide - wide // 8]
    least = max(6.0, 2 * _grain(image))
    votes = []
    for one in (image, 255 - image):
        seen = [(_paper(one, width) - one)[inner] for width in WIDTHS]
        votes.append(
            sum(float(s[s > least].sum()) / w**2 for s, w in zip(seen, WIDTHS, strict=True))
        )
    return votes[1] > votes[0]


def _grain(image: Floats) -> float:
    """The standard deviation of what changes from pixel to pixel, edges aside."""
    return 1.4826 * float(np.median(abs(image - cv2.GaussianBlur(image, (0, 0), 2))))


def darkness(image: Floats) -> tuple[Floats, float]:
    """By what share each pixel is darker than the paper around it, 0 to 1, and how much of that is
    grain."""
    paper = _paper(image)
    dark = 1 - (image + 4) / (np.maximum(paper, image) + 4)
    # Grain makes the lightest paper win: what is usual is none.
    return np.clip(dark - np.median(dark), 0, 1), _grain(dark)


def _digit(image: Floats) -> tuple[Floats, bool]:
    """How much of each pixel is the digit's ink, if ink is dark, and whether there are others."""
    dark, grain = darkness(image)
    best, found, ink = 0.0, dark, 0.0
    # Strong ink is told from faint lines by how dark it is, faint ink from equal lines by shape.
    for level in (level for level in LEVELS if level >= min(4 * grain, LEVELS[0])):
        left = without_ruling(dark, dark > level)
        left = np.where(_frame(left > level), np.float32(0), left)
        pieces = _pieces(left, left > level)
        likely = float(pieces.likely[pieces.best])
        if likely < 0.5 * best:
            break  # Fainter things only run into each other from here on.
        if likely > best:
            best, found = likely, left
            # What is fainter by half than the likeliest piece is something else.
            ink = float(np.percentile(left[pieces.labels == pieces.best], 85))
    if not best:
        raise RequestError(NOTHING)
    inked = found > 0.45 * ink
    chosen, others = _chosen(_pieces(found, inked))
    if not _like_a_digit(chosen) or chosen.sum() < STANDS_OUT * inked.sum():
        raise RequestError(NOTHING)
    strength = np.clip((found - 0.25 * ink) / (0.55 * ink), 0, 1)
    near = cv2.dilate(chosen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(near, strength, 0).astype(np.float32), others


def _like_a_digit(shape: Mask) -> bool:
    """Whether it could be one: no blot, no speck, and not the net that cloth or leaves make."""
    rows, columns = (np.flatnonzero(shape.any(axis=axis)) for axis in (1, 0))
    size = max(np.ptp(rows), np.ptp(columns)) + 1
    if size < SMALLEST:
        return False
    room = np.pad(shape, 1).astype(np.uint8)
    blot = 2 * float(cv2.distanceTransform(room, cv2.DIST_L2, 3).max()) > 0.5 * size
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - room, connectivity=4)
    holes = (stats[1:, cv2.CC_STAT_AREA] > (0.05 * size) ** 2).sum() - 1
    pieces, _ = cv2.connectedComponents(room, connectivity=8)
    return not blot and holes <= MOST_HOLES and pieces <= MOST_PIECES


@dataclass(frozen=True)
class Pieces:
    """What hangs together. labels: int32 (h, w), 0 = paper; boxes: (n, 4): left, top, right,
    bottom; areas, sharp, likely: (n,), the last how much each looks like a digit's stroke."""

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    areas: NDArray[np.float64]
    sharp: NDArray[np.float64]
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
    np.maximum.at(half, labels.ravel().astype(np.intp), away.ravel())
    broad = np.maximum(2 * half - 1, 1)
    slope = np.hypot(cv2.Sobel(dark, cv2.CV_32F, 1, 0), cv2.Sobel(dark, cv2.CV_32F, 0, 1)) / 8
    rim = mask & (away <= 1.5)
    rims = np.maximum(np.bincount(labels[rim], minlength=count), 1)
    # The geometric mean: what is sharp on one side and soft on the other is light or shadow.
    sharp = np.exp(np.bincount(labels[rim], np.log(slope[rim] + 0.003), count) / rims)
    narrow, long = areas / broad**2, areas / broad
    likely = (
        long
        * sharp
        * np.clip(narrow - 1, 0.1, 3)
        * _centrality(np.asarray(middles, np.float64), mask.shape)
    )
    likely[0] = 0
    x, y, wide, high = stats[:, :4].T
    boxes = np.stack([x, y, x + wide, y + high], axis=1)
    return Pieces(labels.astype(np.int32), boxes, areas, sharp, likely)


def _frame(mask: Mask) -> Mask:
    """What comes in from the edge, along more than a stroke's width: a table, a scanner's black."""
    high, wide = mask.shape
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    edges = [labels[0], labels[-1], labels[:, 0], labels[:, -1]]
    touching = np.sum([np.bincount(edge, minlength=count) for edge in edges], axis=0)
    touching[0] = 0
    return (touching > 0.12 * min(high, wide))[labels]


def _centrality(middles: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    high, wide = shape
    away = np.hypot(middles[:, 0] / wide - 0.5, middles[:, 1] / high - 0.5)
    return np.exp(-((away / 0.4) ** 2))


def _chosen(pieces: Pieces) -> tuple[Mask, bool]:
    """The pieces that make up one digit, and whether there are others of its size."""
    best, areas = pieces.best, pieces.areas
    worth = (areas >= 0.015 * areas[best]) & (pieces.sharp >= 0.3 * pieces.sharp[best])
    left = [i for i in range(1, len(areas)) if worth[i] and i != best]
    taken, box = [best], pieces.boxes[best]
    while near := [i for i in left if _belong(box, pieces.boxes[i])]:
        taken += near
        left = [i for i in left if i not in near]
        all_boxes = pieces.boxes[taken]
        box = np.concatenate([all_boxes[:, :2].min(axis=0), all_boxes[:, 2:].max(axis=0)])
    others = any(areas[i] > 0.4 * areas[best] for i in left)
    return np.isin(pieces.labels, taken), others


def _belong(box: NDArray[np.int32], other: NDArray[np.int32]) -> bool:
    """Whether two pieces are so near that they are one digit's: closer side by side, where the next
    digit would stand, than one above the other, as the two strokes of a 5 do."""
    size = max(*(box[2:] - box[:2]), *(other[2:] - other[:2]))
    across, down = np.maximum(box[:2], other[:2]) - np.minimum(box[2:], other[2:])
    return bool(across <= 0.06 * size and down <= 0.2 * size)


NOTHING = (
    "No digit can be found in this picture: choose one with dark ink on light paper, or the other "
    "way round, and nothing else near it."
)
