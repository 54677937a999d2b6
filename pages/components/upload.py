"""A picture from a reader's own machine, made into a digit as MNIST has them."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE
from pages.components.address import locked

TYPES = ("png", "jpg", "jpeg", "webp", "gif", "bmp")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MOST_BYTES = 5_000_000
MOST_PIXELS = 16_000_000
"""More than the photo of a telephone has. Decoding takes four bytes each, for a moment."""
ENOUGH = 600
"""Pixels on the longer side; what has more is made smaller at once."""
SMALLEST = 5
BOX = 20
"""MNIST's digits were fitted into a box of 20 by 20 pixels, and their centre of mass put in the
middle of 28 by 28 (LeCun et al. 1998, "Gradient-based learning applied to document recognition",
section III.A)."""
FAINT = 12
"""If no two greys of 256 are further apart than this, there is nothing to see."""


@dataclass(frozen=True)
class Uploaded:
    """picture: uint8 (28, 28), 0 = background. low: the same as it was given, uint8 (k, k), if it
    had no more than 28 by 28 pixels. note: what to say about it, if anything."""

    picture: NDArray[np.uint8]
    low: NDArray[np.uint8] | None = None
    note: str = ""


def picture_of_upload(data: bytes) -> Uploaded:
    """A digit from the bytes of a picture file: PNG, JPEG, WebP, GIF or BMP.

    Ink becomes white on black, whatever it was on. A small square (up to 28 by 28) is taken as it
    is; anything larger is stretched in contrast, cropped to its ink, and fitted in as MNIST's
    digits were. RequestError, in one sentence, for what cannot be used.
    """
    image, frames = _opened(data)
    grey = _ink_on_black(_grey(image))
    low = None
    if max(grey.shape) <= IMAGE_SIZE and grey.shape[0] == grey.shape[1]:
        low = np.rint(grey).astype(np.uint8)
        picture = _enlarged(low)
    else:
        picture = _fitted(grey)
    note = f"It has {frames} frames; this is the first." if frames > 1 else ""
    return Uploaded(picture, low, note)


def _opened(data: bytes) -> tuple[Image.Image, int]:
    """The first frame, decoded and turned upright, and how many there are."""
    if not data:
        raise RequestError("This file is empty: choose a picture of a digit.")
    if len(data) > MOST_BYTES:
        size = f"{len(data) / 1e6:.0f} MB"
        raise RequestError(f"This file has {size}: choose a picture of at most 5 MB.")
    try:
        with warnings.catch_warnings():
            # We look at the size ourselves, before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            wide, high = image.size
            if wide * high > MOST_PIXELS:
                raise RequestError(
                    f"This picture has {wide} by {high} pixels: make it smaller than "
                    f"{MOST_PIXELS // 1_000_000} million pixels."
                )
            if min(wide, high) < SMALLEST:
                raise RequestError(
                    f"This picture has {wide} by {high} pixels, too few for a digit: choose one "
                    f"of at least {SMALLEST} by {SMALLEST}."
                )
            frames = _frames(image)
            if image.format == "JPEG":
                image.draft(None, (ENOUGH, ENOUGH))  # decodes no more than is needed
            image.load()
            return _upright(image), frames
    except RequestError:
        raise
    except Image.DecompressionBombError as error:
        raise RequestError(
            "This picture has far too many pixels: make it smaller first."
        ) from error
    except UnidentifiedImageError as error:
        raise RequestError(
            "This file is not a picture that can be read here: choose a PNG, JPEG, WebP, GIF or "
            "BMP file."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise RequestError(
            "This picture is damaged or not whole: save it again, or choose another."
        ) from error


def _frames(image: Image.Image) -> int:
    """How many there are; 1 where that cannot be counted, since an animation breaks off."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # Pillow's decoders have no common kind for what they say of a damaged file.
        image.seek(0)
        return 1


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its camera was held; as it is where what it says of that is damaged."""
    try:
        return ImageOps.exif_transpose(image)
    except (struct.error, SyntaxError, ValueError, KeyError, TypeError):
        return image


def _grey(image: Image.Image) -> NDArray[np.float64]:
    """Its lightness, 0 to 255; what is transparent lies on white paper."""
    deep = image.mode.startswith("I") or image.mode == "F"
    if deep:
        image = image.convert("F")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "L":
        image = image.convert("RGB")
    image.thumbnail((ENOUGH, ENOUGH), Image.Resampling.BOX)
    if deep:
        # Sixteen bits and more: stretch what is there, since nobody says what is white.
        values = np.asarray(image, np.float64)
        low, high = float(values.min()), float(values.max())
        return 255 * (values - low) / ((high - low) or 1)
    if image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        image = paper
    return np.asarray(image.convert("L"), np.float64)


def _ink_on_black(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bright ink on black. The background is what most of the edge shows; if that is light, the
    picture is turned into its negative. The contrast is stretched from background to ink."""
    if float(np.ptp(grey)) <= FAINT:
        raise RequestError(
            "There is nothing to see on this picture, it is all of one shade: choose one with a "
            "digit on it."
        )
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    background = float(np.median(edge))
    middle = (float(grey.min()) + float(grey.max())) / 2
    ink = background - grey if background > middle else grey - background
    if min(grey.shape) <= IMAGE_SIZE:
        return np.clip(ink / ink.max(), 0, 1) * 255
    paper, drawn = _two_shades(ink)
    # A photo's paper has shades of its own, up to a third of the way to the ink.
    floor = paper + 0.3 * (drawn - paper)
    return np.clip((ink - floor) / (drawn - floor), 0, 1) * 255


def _two_shades(ink: NDArray[np.float64]) -> tuple[float, float]:
    """The mean shade of paper and of ink, split where the two are most unlike (Otsu 1979, "A
    threshold selection method from gray-level histograms")."""
    edges = np.linspace(float(ink.min()), float(ink.max()), 65)
    counts, _ = np.histogram(ink, edges)
    middles = (edges[1:] + edges[:-1]) / 2
    below, mass = np.cumsum(counts)[:-1], np.cumsum(counts * middles)[:-1]
    above, all_mass = counts.sum() - below, float(counts @ middles)
    paper, drawn = mass / np.maximum(below, 1), (all_mass - mass) / np.maximum(above, 1)
    best = int(np.argmax(below * above * (drawn - paper) ** 2))
    return float(paper[best]), float(drawn[best])


def _enlarged(low: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small square as 28 by 28 pixels; in whole blocks where that goes."""
    side = low.shape[0]
    if IMAGE_SIZE % side == 0:
        block = IMAGE_SIZE // side
        return low.repeat(block, axis=0).repeat(block, axis=1)
    image = Image.fromarray(low).resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8)


def _fitted(ink: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cropped to its ink, into a box of 20 by 20, with the centre of mass in the middle."""
    rows, columns = (np.flatnonzero((ink > 30).any(axis=axis)) for axis in (1, 0))
    if not (len(rows) and len(columns)):
        raise RequestError(
            "There is nothing to see on this picture but a faint shade: choose one with more "
            "contrast."
        )
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(crop.shape)
    high, wide = (max(1, round(side * scale)) for side in crop.shape)
    image = Image.fromarray(np.rint(crop).astype(np.uint8))
    small = np.asarray(image.resize((wide, high), Image.Resampling.BOX), np.float64)
    if not small.max():
        raise RequestError(
            "There is nothing to see on this picture but specks: choose one with a digit on it."
        )
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


def upload_field(name: str, put: Callable[[Uploaded], None]) -> None:
    """A field to upload a picture with; `put` is given it, made into a digit.

    What cannot be used is said in a sentence; the picture itself is kept nowhere.
    """
    key = f"upload-{name}"

    def received() -> None:
        # A field that is emptied takes nothing away.
        file = st.session_state.get(key)
        st.session_state.pop(f"{key}:said", None)
        if file is None:
            return
        try:
            uploaded = picture_of_upload(file.getvalue())
        except RequestError as error:
            st.session_state[f"{key}:said"] = (st.warning, str(error))
            return
        if uploaded.note:
            st.session_state[f"{key}:said"] = (st.info, uploaded.note)
        put(uploaded)

    st.file_uploader(
        "A picture of one digit, at most 5 MB",
        type=list(TYPES),
        key=key,
        on_change=received,
        disabled=locked(),
        help="A photo of ink on paper will do. It stays on this server for your visit only.",
    )
    say, sentence = st.session_state.get(f"{key}:said", (None, ""))
    if say:
        say(sentence)
