"""The lines of ruled and squared paper: found by their length, and taken out of the ink.

A line may lean, since nobody holds a camera straight: the picture is sheared, by so much that the
lines of one direction lie level, and what then runs on for most of its width is no handwriting.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

LEAN = 0.2
"""By how much a line may lean: so many pixels up or down for each pixel along, about 11 degrees."""
FANNED = 0.05
"""Seen from the side, parallel lines fan out by about so much."""
LONG = 0.6
"""What is looked for runs along so much of the picture ..."""
UNBROKEN = 0.8
"""... and is dark for so much of its way, since strokes, glare and grain break it."""
LEAST = 0.12
"""A row of the picture that is dark for less than this share of it has no line."""
ALONE = 0.75
"""One line alone, which could be somebody's 1, must run along so much of the picture."""
OVERWRITTEN = 1.7
"""What is darker than the lines mostly are, by so much, is more than a line."""
THICK = 0.016
"""No printed line is thicker than this share of the picture."""
SEVERAL = 3
"""As many as this, one above the other, are no digit."""


def without_ruling(dark: Floats, mask: Mask) -> Floats:
    """`dark` (how much darker than the paper, 0 to 1) without lines; (h, w). mask: where it is
    dark at all. Where strokes cross a line, they are kept: the gap that the line leaves is closed
    from above and below."""
    level = _without_level_lines(dark, mask)
    return _without_level_lines(level.T, mask.T).T


def _without_level_lines(dark: Floats, mask: Mask) -> Floats:
    lines = level_lines(mask)
    if lines is None:
        return dark
    # Where it is much darker than the lines are, somebody wrote over one.
    usual = float(np.median(dark[lines]))
    lines = cv2.dilate(lines.astype(np.uint8), np.ones((3, 1), np.uint8)).astype(bool)
    lines &= dark < OVERWRITTEN * usual
    left = np.where(lines, np.float32(0), dark)
    thick = _thickness(lines)
    bridge = np.ones((2 * thick + 3, 1), np.uint8)
    bridged = cv2.morphologyEx(np.ascontiguousarray(left), cv2.MORPH_CLOSE, bridge)
    return np.where(lines, np.minimum(bridged, dark), dark)


def _thickness(lines: Mask) -> int:
    """How many pixels the lines have from top to bottom, mostly."""
    tops = lines & ~np.roll(lines, 1, axis=0)
    return max(1, round(lines.sum() / max(1, tops.sum())))


def level_lines(mask: Mask) -> Mask | None:
    """Where long, almost level lines run in the mask; None if there are none."""
    high, wide = mask.shape
    broad = max(4, round(THICK * wide))
    thick = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((broad, 1), np.uint8))
    full = (mask & (thick == 0)).astype(np.float32)
    small = cv2.resize(full, (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
    best, sharpest, darkest = 0.0, 0.0, 0.0
    for lean in np.arange(-LEAN, LEAN + 1e-6, 4 / wide):
        rows = _sheared(small, float(lean)).mean(axis=1)
        # Sharp peaks, row by row, when the lines lie level.
        sharp = float(np.square(np.diff(rows)).sum())
        darkest = max(darkest, float(rows.max()))
        if sharp > sharpest:
            best, sharpest = float(lean), sharp
    if darkest < LEAST:
        return None
    found = np.zeros_like(mask)
    for lean in np.arange(best - FANNED, best + FANNED + 1e-6, 3 / wide):
        found |= _level_at(full, float(lean))
    if not found.any():
        return None
    return _believed(found)


def _level_at(mask: Floats, lean: float) -> Mask:
    """What lies level once the picture is sheared by this much."""
    wide = mask.shape[1]
    sheared = _sheared(mask, lean)
    window = max(3, round(LONG * wide))
    share = cv2.boxFilter(sheared, -1, (window, 1), borderType=cv2.BORDER_REFLECT)
    # A line may waver by a pixel.
    near = cv2.boxFilter(
        cv2.dilate(sheared, np.ones((3, 1), np.uint8)),
        -1,
        (window, 1),
        borderType=cv2.BORDER_REFLECT,
    )
    core = (share >= UNBROKEN - 0.25) & (near >= UNBROKEN + 0.1)
    # All of the line, and not just the middle of the window.
    runs = cv2.dilate(core.astype(np.uint8), np.ones((1, window), np.uint8))
    lines = (sheared > 0) & (runs > 0)
    return _sheared(lines.astype(np.float32), -lean) > 0.5


def _believed(found: Mask) -> Mask | None:
    """Those that are long enough to be a line, or enough to be ruling."""
    _count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.dilate(found.astype(np.uint8), np.ones((1, 9), np.uint8)), connectivity=8
    )
    spans = stats[1:, cv2.CC_STAT_WIDTH]
    long = spans >= ALONE * found.shape[1]
    if (spans >= 0.5 * found.shape[1]).sum() >= SEVERAL:
        long = spans >= 0.2 * found.shape[1]
    kept = np.concatenate([[False], long])[labels] & found
    return kept if kept.any() else None


def _sheared(image: Floats, lean: float) -> Floats:
    """Each column moved down by `lean` times its distance from the middle, in whole pixels."""
    high, wide = image.shape
    matrix = np.array([[1, 0, 0], [lean, 1, -lean * (wide - 1) / 2]], np.float32)
    moved = cv2.warpAffine(
        image,
        matrix,
        (wide, high),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return np.asarray(moved, np.float32)
