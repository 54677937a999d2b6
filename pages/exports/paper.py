"""Paper and ink for exports that Pillow draws: the app's colours, its typefaces, crisp pixels."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pages.exports.film import Pictures
from pages.shared.colours import THEMES

LIGHT = THEMES["light"]
PAPER, INK, SOFT, LINE = LIGHT.paper, LIGHT.ink, LIGHT.grey, LIGHT.line
SIGNAL, NOISE = LIGHT.signal, LIGHT.noise
Font = ImageFont.FreeTypeFont


def _beside(package: str, folder: str) -> Path:
    """A folder of an installed package, which is not imported for it."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / folder


def _face(family: str) -> tuple[Path, bool]:
    """The file of a typeface, and whether its weight can be varied.

    Streamlit carries those that the pages are set in, under names that its build decides; should
    they go, matplotlib's take their place.
    """
    patterns = {"serif": "SourceSerifVariable-Roman*", "sans": "SourceSansVF-Upright*"}
    found = sorted(_beside("streamlit", "static/static/media").glob(patterns[family]))
    if found:
        return found[0], True
    plain = {"serif": "DejaVuSerif.ttf", "sans": "DejaVuSans.ttf"}
    return _beside("matplotlib", "mpl-data/fonts/ttf") / plain[family], False


@cache
def font(family: str, size: int, weight: int = 400) -> Font:
    """A typeface, "serif" or "sans", at a size in pixels."""
    path, variable = _face(family)
    face = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    if variable:
        # The serif has a second axis, the size at which it is meant to be read.
        face.set_variation_by_axes([weight, min(60, size)] if family == "serif" else [weight])
    return face


def write(
    on: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    face: Font,
    colour: str = INK,
    anchor: str = "ls",
) -> float:
    """Write a line, and return the x at which it ends. anchor: as Pillow's, on the baseline."""
    on.text(at, text, colour, face, anchor)
    return at[0] + face.getlength(text)


def wrapped(text: str, face: Font, width: float) -> list[str]:
    """The text in lines of at most this width."""
    lines: list[str] = []
    for word in text.split():
        if lines and face.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def write_amount(
    on: ImageDraw.ImageDraw, at: tuple[float, float], amount: float, face: Font, colour: str
) -> float:
    """Write an amount like 0.79 with figures of one width, so that it stands still in a film."""
    x, cell = at[0], max(face.getlength(figure) for figure in "0123456789")
    for character in f"{amount:.2f}":
        width = cell if character.isdigit() else face.getlength(character)
        on.text((x + width / 2, at[1]), character, colour, face, "ms")
        x += width
    return x


def amount_width(face: Font) -> float:
    """How wide write_amount writes."""
    return 3 * max(face.getlength(figure) for figure in "0123456789") + face.getlength(".")


def enlarged(picture: Pictures, scale: int) -> Image.Image:
    """One picture (28, 28) with each pixel as a square of `scale`."""
    return Image.fromarray(np.kron(picture, np.ones((scale, scale), np.uint8)))
