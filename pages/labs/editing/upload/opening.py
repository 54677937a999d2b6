"""A file from a reader, opened as a picture: small, upright, on paper.

Whatever is in the file, what comes of it is a picture or one sentence.
"""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from diffusion_core.errors import RequestError

TYPES = ("png", "jpg", "jpeg", "webp", "gif", "bmp", "heic", "heif")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "HEIF")
MEGABYTES = 20
MOST_BYTES = MEGABYTES * 1_000_000
MOST_PIXELS = 50_000_000
"""As many as the best telephones take. Decoding needs four bytes each, for a moment."""
ENOUGH = 1024
"""Pixels on the longer side; what has more is made smaller at once."""
SMALLEST = 5
MOST_SCANS = 200
"""A progressive JPEG sends its picture in about ten passes. One with thousands, of which each costs
the time of a whole picture, was made to keep us busy."""
_one_at_a_time = threading.Lock()
"""A large picture takes 200 MB while it is decoded: not for everybody at once."""


@dataclass(frozen=True)
class Opened:
    """grey: its lightness, uint8 (h, w), at most ENOUGH on the longer side; what is transparent
    lies on a ground that what is drawn stands out from. moves: whether more frames follow."""

    grey: NDArray[np.uint8]
    moves: bool


def opened(data: bytes) -> Opened:
    """The first picture of a file: PNG, JPEG, WebP, GIF, BMP or HEIC.

    RequestError, in one sentence, if it cannot be used.
    """
    if not data:
        raise RequestError("This file is empty: choose a picture of a digit.")
    if len(data) > MOST_BYTES:
        raise RequestError(
            f"This file has {len(data) / 1e6:.0f} MB: choose a picture of at most {MEGABYTES} MB."
        )
    with _one_at_a_time:
        try:
            return _decoded(data)
        except RequestError:
            raise
        except Image.DecompressionBombError as error:
            raise RequestError(
                "This picture has far too many pixels: make it smaller first."
            ) from error
        except UnidentifiedImageError as error:
            raise RequestError(
                "This file is not a picture that can be read here: choose a PNG, JPEG, WebP, GIF, "
                "BMP or HEIC file."
            ) from error
        except Exception as error:  # What a decoder says of a damaged file may be anything.
            raise RequestError(
                "This picture is damaged or not whole: save it again, or choose another."
            ) from error


def _decoded(data: bytes) -> Opened:
    _know_heic()
    with warnings.catch_warnings():
        # We look at the size ourselves, before anything is decoded; and a reader's damaged file is
        # nothing for our log.
        warnings.simplefilter("ignore")
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
        # A portrait of a telephone (MPO) is a JPEG with a second picture behind it.
        jpeg = image.format in ("JPEG", "MPO")
        if jpeg and data.count(b"\xff\xda") > MOST_SCANS:
            raise RequestError(
                "This picture was saved in a way that takes too long to open: save it as a PNG."
            )
        if jpeg:
            image.draft(None, (ENOUGH, ENOUGH))  # Decodes no more than is needed.
        image.load()
        return Opened(_grey(_turned(_small(image), _held(image))), _moves(data))


@cache
def _know_heic() -> None:
    """Teach Pillow what telephones save. One thread a picture, and nothing but the picture."""
    import pillow_heif

    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )


def _moves(data: bytes) -> bool:
    """Whether it is an animation. The frames are not counted: there may be a million of them."""
    try:
        with Image.open(io.BytesIO(data), formats=("GIF", "WEBP", "PNG")) as again:
            return bool(getattr(again, "is_animated", False))
    except Exception:  # No animation, or one that breaks off: its first picture is whole.
        return False


def _held(image: Image.Image) -> int:
    """How the camera was held, from 1, upright, to 8; 1 where what it says of that is damaged."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # What a camera notes down is read by many hands: each fails differently.
        return 1


def _turned(image: Image.Image, held: int) -> Image.Image:
    flip = Image.Transpose
    turns = {
        2: flip.FLIP_LEFT_RIGHT,
        3: flip.ROTATE_180,
        4: flip.FLIP_TOP_BOTTOM,
        5: flip.TRANSPOSE,
        6: flip.ROTATE_270,
        7: flip.TRANSVERSE,
        8: flip.ROTATE_90,
    }
    return image.transpose(turns[held]) if held in turns else image


def _small(image: Image.Image) -> Image.Image:
    """At most ENOUGH pixels long, as L, RGB, RGBA or F.

    In strips: a second copy of a large picture, in another mode, never exists.
    """
    if image.mode.startswith("I") or image.mode == "F":
        mode = "F"
    elif image.has_transparency_data:
        mode = "RGBA"
    else:
        mode = "L" if image.mode == "L" else "RGB"
    wide, high = image.size
    factor = max(1, max(wide, high) // ENOUGH)
    small = Image.new(mode, (-(-wide // factor), -(-high // factor)))
    rows = factor * 64
    for top in range(0, high, rows):
        strip = image.crop((0, top, wide, min(high, top + rows))).convert(mode)
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    small.thumbnail((ENOUGH, ENOUGH), Image.Resampling.BOX)
    return small


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    """Its lightness, 0 to 255."""
    if image.mode == "F":
        # Sixteen bits and more: stretch what is there, since nobody says what is white.
        values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
        low, high = float(values.min()), float(values.max())
        return np.rint(255 * ((values - low) / ((high - low) or 1))).astype(np.uint8)
    if image.mode == "RGBA":
        values, cover = np.asarray(image.convert("RGB").convert("L")), np.asarray(image)[..., 3]
        values = np.rint(_on_a_ground(values / 255, cover / 255) * 255)
        return values.astype(np.uint8)
    return np.asarray(image.convert("L"), np.uint8)


def _on_a_ground(values: NDArray[np.float64], cover: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is transparent lies on white, unless what is drawn is light: then it lies on black. If a
    sheet with something on it was cut out, it lies on more of the same sheet."""
    drawn = values[cover > 0.5]
    ground = 1.0
    if drawn.size:
        low, middle, high = np.percentile(drawn, (5, 50, 95))
        ground = middle if high - low > 0.35 else float(middle <= 0.5)
    return values * cover + ground * (1 - cover)
