"""Photos of handwritten digits as people take them, made by a script: the paper, the pen, the
light, the hand that held the camera, and the camera.

The same seed gives the same photo. Lengths are in pixels of the photo.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diffusion_core.data.mnist import Digits

Floats = NDArray[np.float64]
PAPERS = ("plain", "ruled", "squared", "ruled with a margin", "recycled", "note", "board")
LIGHTS = ("even", "falling off", "shadow of a hand", "edge of a shadow", "vignette")
FRAMES = ("none", "one dark edge", "scanner's edges", "table", "none")
PENS: dict[str, tuple[tuple[int, int, int], float, float]] = {
    # Colour, how much of MNIST's width a stroke has, and how much of the paper shines through.
    "felt tip": ((25, 25, 28), 1.0, 0.02),
    "ballpoint": ((35, 45, 130), 0.5, 0.15),
    "pencil": ((95, 95, 98), 0.55, 0.3),
    "red pen": ((185, 40, 45), 0.7, 0.1),
    "marker": ((20, 20, 22), 1.3, 0.0),
    "green pen": ((30, 110, 60), 0.7, 0.1),
    "fineliner": ((20, 20, 30), 0.4, 0.05),
}


@dataclass(frozen=True)
class Photo:
    """A JPEG file, what digit it shows, and how it came about, for whoever reads a failure."""

    file: bytes
    label: int
    story: str


def photos(digits: Digits, count: int, seed: int) -> Iterator[Photo]:
    """So many photos of different digits, each with paper, pen, light and frame of its own."""
    numbers = np.random.default_rng(seed)
    for place in numbers.choice(len(digits), count, replace=False):
        one = np.random.default_rng((seed, int(place)))
        yield photo(digits.images[place], int(digits.labels[place]), one)


def photo(digit: NDArray[np.uint8], label: int, numbers: np.random.Generator) -> Photo:
    """One photo of a digit, uint8 (28, 28), with everything about it drawn by lot."""
    paper, light, frame, pen = (
        str(numbers.choice(choices)) for choices in (PAPERS, LIGHTS, FRAMES, [*PENS])
    )
    wide, high = (960, 720) if numbers.random() < 0.5 else (720, 960)
    sheet = _sheet(paper, wide, high, numbers)
    written = _written(digit, pen, wide, high, numbers)
    colour, _, through = PENS[pen]
    if paper == "board":
        colour, through = (235, 235, 228), 0.12
    cover = (written * (1 - through))[..., None]
    sheet = sheet * (1 - cover) + np.array(colour, float) * cover
    seen = _held(sheet, frame, numbers)
    seen = seen * _light(light, *seen.shape[:2], numbers)[..., None] * _tint(numbers)
    blur = numbers.uniform(0.3, 1.6)
    seen = cv2.GaussianBlur(seen, (0, 0), blur)
    grain = numbers.uniform(0.5, 7)
    seen = seen + numbers.normal(0, 1, seen.shape) * grain * np.sqrt(0.3 + seen / 255)
    image = Image.fromarray(np.rint(seen).clip(0, 255).astype(np.uint8))
    quality = int(numbers.integers(45, 93))
    kept = io.BytesIO()
    turned, exif = _lying(image, numbers)
    turned.save(kept, "JPEG", quality=quality, exif=exif)
    story = f"{label}: {pen} on {paper}, {light}, frame {frame}, grain {grain:.1f}, q {quality}"
    return Photo(kept.getvalue(), label, story)


def _sheet(paper: str, wide: int, high: int, numbers: np.random.Generator) -> Floats:
    colours = {"recycled": (186, 180, 166), "note": (240, 224, 110), "board": (38, 56, 48)}
    base = np.array(colours.get(paper, (238, 236, 230)), float)
    fibre = cv2.GaussianBlur(numbers.normal(0, 1, (high, wide)), (0, 0), 2.5) * 8
    sheet = np.clip(base + numbers.uniform(-6, 6) + fibre[..., None], 0, 255)
    if paper == "board":
        smear = cv2.GaussianBlur(numbers.normal(0, 1, (high, wide)), (0, 0), 30) * 300
        return np.clip(sheet + np.abs(smear)[..., None], 0, 255)
    if paper.startswith("ruled") or paper == "squared":
        apart = numbers.uniform(26, 40) if paper == "squared" else numbers.uniform(48, 90)
        thick = int(numbers.integers(1, 4))
        ink = np.array([(150, 175, 215), (160, 160, 165), (120, 150, 190)][numbers.integers(3)])
        for y in np.arange(numbers.uniform(0, apart), high, apart):
            sheet[int(y) : int(y) + thick] = ink
        if paper == "squared":
            for x in np.arange(numbers.uniform(0, apart), wide, apart):
                sheet[:, int(x) : int(x) + thick] = ink
        if paper == "ruled with a margin":
            x = int(numbers.uniform(0.08, 0.16) * wide)
            sheet[:, x : x + thick + 1] = (215, 110, 115)
    return sheet


def _written(
    digit: NDArray[np.uint8], pen: str, wide: int, high: int, numbers: np.random.Generator
) -> Floats:
    """How much of each pixel the pen has covered, 0 to 1: MNIST's shape, in another width."""
    side = int(min(wide, high) * numbers.uniform(0.35, 0.85))
    large = cv2.resize(digit.astype(np.float64) / 255, (side, side), interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), side / 28 * 0.5)
    shape = (large > 0.42).astype(np.uint8)
    # Strokes get thinner or broader on both sides alike, but never vanish.
    inside = cv2.distanceTransform(shape, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - shape, cv2.DIST_L2, 5)
    ridge = cv2.dilate(inside, np.ones((3, 3))) <= inside
    half = float(np.median(inside[ridge & (inside > 1)])) if (ridge & (inside > 1)).any() else 2
    width = PENS[pen][1] * numbers.uniform(0.85, 1.15)
    if width <= 1:
        keep = (inside > half * (1 - width)) & (shape > 0)
        core = _thinned(shape)
        brush = max(1, round(half * width))
        dot = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * brush + 1, 2 * brush + 1))
        keep = keep | ((cv2.dilate(core, dot) > 0) & (shape > 0))
        drawn = keep.astype(np.float64)
    else:
        drawn = (outside < half * (width - 1)).astype(np.float64)
    drawn = cv2.GaussianBlur(drawn, (0, 0), 0.8)
    if pen == "pencil":
        grain = cv2.GaussianBlur(numbers.normal(0, 1, drawn.shape), (0, 0), 1.2) * 2.4
        drawn *= np.clip(0.85 + 0.3 * grain, 0.25, 1)
    page = np.zeros((high, wide))
    top, left = (int((room - side) * numbers.uniform(0.3, 0.7)) for room in (high, wide))
    page[top : top + side, left : left + side] = drawn
    return page


def _thinned(shape: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle line of strokes, by opening what is left of them again and again."""
    core, left = np.zeros_like(shape), shape.copy()
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    while left.any():
        core |= left & ~cv2.morphologyEx(left, cv2.MORPH_OPEN, cross)
        left = cv2.erode(left, cross)
    return core


def _held(sheet: Floats, frame: str, numbers: np.random.Generator) -> Floats:
    """As the camera sees the sheet: turned, leaning, and on what it lies on."""
    high, wide = sheet.shape[:2]
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    angle = np.deg2rad(numbers.uniform(-7, 7))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([wide / 2, high / 2])
    # The sheet fills the picture unless its edge is to be seen.
    size = numbers.uniform(0.84, 0.95) if frame == "table" else 1.18
    leaning = numbers.uniform(-0.05, 0.05, (4, 2)) * [wide, high]
    there = ((corners - middle) * size) @ turn.T + middle + leaning
    table = np.array([(52, 40, 32), (70, 66, 62), (30, 32, 36), (96, 72, 48)][numbers.integers(4)])
    wood = cv2.GaussianBlur(numbers.normal(0, 1, (high, wide)), (0, 0), 14, sigmaY=1.5) * 40
    under = np.clip(table + wood[..., None], 0, 255)
    matrix = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    seen = cv2.warpPerspective(sheet, matrix, (wide, high), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones((high, wide)), matrix, (wide, high))[..., None]
    if frame != "table":
        seen = cv2.warpPerspective(
            sheet, matrix, (wide, high), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
        )
        mask = np.ones((high, wide, 1))
    seen = seen * mask + under * (1 - mask)
    sides = {"one dark edge": 1, "scanner's edges": 4}.get(frame, 0)
    for side in numbers.permutation(4)[:sides]:
        width = int(numbers.uniform(0.015, 0.1) * min(wide, high))
        place = [np.s_[:width], np.s_[-width:], np.s_[:, :width], np.s_[:, -width:]][side]
        seen[place] = numbers.uniform(5, 45)
    return seen


def _light(kind: str, high: int, wide: int, numbers: np.random.Generator) -> Floats:
    y, x = np.mgrid[0 : 1 : high * 1j, 0 : 1 : wide * 1j]
    angle = numbers.uniform(0, 2 * np.pi)
    along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    strength = numbers.uniform(0.35, 0.65)
    if kind == "falling off":
        return 1 - strength * np.clip(along + 0.5, 0, 1.2)
    if kind == "shadow of a hand":
        cx, cy = numbers.uniform(0.1, 0.9, 2)
        blob = ((x - cx) / numbers.uniform(0.2, 0.45)) ** 2
        blob += ((y - cy) / numbers.uniform(0.2, 0.45)) ** 2
        return 1 - strength / (1 + np.exp((blob - 1) * 7))
    if kind == "edge of a shadow":
        soft = numbers.uniform(0.004, 0.04)
        return 1 - strength / (1 + np.exp(-(along + numbers.uniform(-0.25, 0.25)) / soft))
    if kind == "vignette":
        return 1 - strength * 2 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    return np.full((high, wide), numbers.uniform(0.75, 1))


def _tint(numbers: np.random.Generator) -> Floats:
    warm = numbers.uniform(-0.12, 0.12)
    return np.array([1 + min(0, warm), 1 - abs(warm) / 3, 1 - max(0, warm)])


def _lying(image: Image.Image, numbers: np.random.Generator) -> tuple[Image.Image, Image.Exif]:
    """Some cameras keep the picture lying and note down how it was held."""
    exif = Image.Exif()
    if numbers.random() < 0.3:
        exif[0x0112] = 6
        return image.transpose(Image.Transpose.ROTATE_90), exif
    return image, exif
