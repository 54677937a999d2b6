"""What readers upload becomes a digit as MNIST has them, or is refused in one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from diffusion_core.errors import RequestError
from pages.labs.editing.upload import MOST_BYTES, Wish, picture_of_upload
from pages.labs.editing.upload.ink import ink_of
from pages.labs.editing.upload.opening import Opened, opened
from pages.labs.editing.upload.understanding import understood
from pages.shared.digits import source

INK, PAPER = (20, 30, 80), (235, 230, 215)


def file_of(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    kept = io.BytesIO()
    image.save(kept, format, **options)
    return kept.getvalue()


def seven(
    size: tuple[int, int] = (400, 300),
    ink: object = INK,
    paper: object = PAPER,
    mode: str = "RGB",
) -> Image.Image:
    """A large 7, to the upper left of the middle."""
    image = Image.new(mode, size, paper)  # type: ignore[arg-type]
    wide, high = size
    corners = [(0.2, 0.15), (0.5, 0.15), (0.32, 0.8)]
    points = [(x * wide, y * high) for x, y in corners]
    ImageDraw.Draw(image).line(points, fill=ink, width=round(0.06 * high))  # type: ignore[arg-type]
    return image


def looks_like_the_seven(picture: NDArray[np.uint8]) -> bool:
    """Bright on black, 20 by 20, with the mass where MNIST has it: a bar, and a slope."""
    assert picture.shape == (28, 28) and picture.dtype == np.uint8
    rows, columns = (np.flatnonzero((picture > 60).any(axis=axis)) for axis in (1, 0))
    assert picture[0].max() < 40 and picture[:, [0, -1]].max() < 40
    assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
    weight = picture.astype(float)
    middle = (np.arange(28) + 0.5) @ weight.sum(axis=1) / weight.sum()
    across = (np.arange(28) + 0.5) @ weight.sum(axis=0) / weight.sum()
    assert 13.9 <= middle <= 15.1 and 13.9 <= across <= 15.1
    bar = picture[rows[0] + 1]
    return bool((bar > 150).sum() >= 6 and (picture[rows[-1]] > 60).sum() <= 4)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_ink_on_paper_in_every_format(format: str) -> None:
    uploaded = picture_of_upload(file_of(seven(), format))
    assert looks_like_the_seven(uploaded.picture)
    assert uploaded.low is None and uploaded.note == ""


def test_chalk_on_a_board_is_not_turned_into_its_negative() -> None:
    chalk = seven(ink=(240, 240, 230), paper=(20, 40, 30))
    assert looks_like_the_seven(picture_of_upload(file_of(chalk)).picture)


def test_a_photo_in_poor_light_with_grain() -> None:
    light = np.linspace(0.6, 1, 400)[None, :, None]
    grain = np.random.default_rng(0).normal(0, 6, (300, 400, 3))
    photo = (np.asarray(seven(), float) * light + grain).clip(0, 255).astype(np.uint8)
    uploaded = picture_of_upload(file_of(Image.fromarray(photo), "JPEG"))
    assert looks_like_the_seven(uploaded.picture)


def test_what_is_transparent_lies_on_white() -> None:
    drawn = seven(ink=(0, 0, 0, 255), paper=(0, 0, 0, 0), mode="RGBA")
    assert looks_like_the_seven(picture_of_upload(file_of(drawn)).picture)
    palette = seven().quantize(4)
    clear = palette.getpixel((0, 0))
    assert looks_like_the_seven(picture_of_upload(file_of(palette, transparency=clear)).picture)


def test_sixteen_bits_and_one_bit() -> None:
    deep = Image.fromarray(np.asarray(seven().convert("L"), np.uint16) * 150)
    assert looks_like_the_seven(picture_of_upload(file_of(deep)).picture)
    assert looks_like_the_seven(
        picture_of_upload(file_of(seven(ink=0, paper=255, mode="L").convert("1"))).picture
    )


def test_a_telephone_held_sideways() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    lying = seven().rotate(90, expand=True)
    uploaded = picture_of_upload(file_of(lying, "JPEG", exif=exif))
    assert looks_like_the_seven(uploaded.picture)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_a_film_the_first_frame_counts_and_is_said_to(format: str) -> None:
    others = [seven(ink=PAPER, paper=INK), Image.new("RGB", (400, 300), "red")]
    film = file_of(seven(), format, save_all=True, append_images=others)
    uploaded = picture_of_upload(film)
    assert looks_like_the_seven(uploaded.picture)
    assert "several frames" in uploaded.note and "first" in uploaded.note


@pytest.mark.parametrize("side", [7, 10, 14, 28])
def test_small_squares_are_taken_as_they_are(side: int) -> None:
    grey = np.zeros((side, side), np.uint8)
    grey[1:-1, side // 2] = 255
    grey[1, 2:-2] = 128
    uploaded = picture_of_upload(file_of(Image.fromarray(grey)))
    assert uploaded.low is not None and (uploaded.low == grey).all()
    assert uploaded.picture.shape == (28, 28)
    if 28 % side == 0:
        block = 28 // side
        blocks = uploaded.picture.reshape(side, block, side, block)
        assert (blocks == grey[:, None, :, None]).all()


def test_a_digit_of_mnist_comes_back_as_it_was() -> None:
    digits = source().digits
    digit = digits.images[digits.places[5][0]]
    uploaded = picture_of_upload(file_of(Image.fromarray(digit)))
    assert np.abs(uploaded.picture.astype(int) - digit).max() <= 2


def test_large_negatives_of_digits_are_fitted_in_where_mnist_had_put_them() -> None:
    digits = source().digits
    apart = []
    for digit in (digits.images[digits.places[label][0]] for label in range(10)):
        large = Image.fromarray(255 - digit).resize((560, 560), Image.Resampling.BICUBIC)
        again = picture_of_upload(file_of(large, "JPEG", quality=95)).picture
        apart.append(np.sqrt(np.square(again / 255 - digit / 255).mean()))
    # Two different digits are about 0.4 apart, and one moved by a pixel about 0.25.
    assert np.mean(apart) < 0.11


@pytest.mark.parametrize("ink", [(255, 255, 255, 255), (250, 240, 120, 255)])
def test_light_strokes_on_a_transparent_ground_are_seen(ink: tuple[int, ...]) -> None:
    drawn = seven(ink=ink, paper=(*ink[:3], 0), mode="RGBA")
    assert looks_like_the_seven(picture_of_upload(file_of(drawn)).picture)


def test_a_dark_frame_at_the_edge_is_cut_away() -> None:
    for width in (6, 25, 60):
        framed = ImageOps.expand(seven((400, 400)), width, (15, 15, 15))
        assert looks_like_the_seven(picture_of_upload(file_of(framed)).picture)
    photo = seven((400, 400))
    ImageDraw.Draw(photo).rectangle((0, 330, 400, 400), fill=(30, 25, 20))
    assert looks_like_the_seven(picture_of_upload(file_of(photo)).picture)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("line", [(120, 150, 200), (110, 110, 125)])
@pytest.mark.parametrize("lean", [-4, 0, 3])
def test_the_lines_of_the_paper_are_taken_out(
    squared: bool, line: tuple[int, int, int], lean: int
) -> None:
    sheet = Image.new("RGB", (800, 700), PAPER)
    draw = ImageDraw.Draw(sheet)
    for at in range(20, 800, 40):
        draw.line([(0, at), (800, at)], fill=line, width=2)
        if squared:
            draw.line([(at, 0), (at, 700)], fill=line, width=2)
    sheet = sheet.rotate(lean, Image.Resampling.BICUBIC).crop((100, 100, 700, 600))
    wide, high = sheet.size
    points = [(x * wide, y * high) for x, y in ((0.2, 0.15), (0.5, 0.15), (0.32, 0.8))]
    ImageDraw.Draw(sheet).line(points, fill=INK, width=30)
    assert looks_like_the_seven(picture_of_upload(file_of(sheet)).picture)


def test_a_shadow_is_no_ink() -> None:
    light = np.ones((300, 400, 1))
    light[:, 250:] = 0.45
    light[200:] *= 0.6
    photo = (np.asarray(seven(), float) * light).astype(np.uint8)
    assert looks_like_the_seven(picture_of_upload(file_of(Image.fromarray(photo))).picture)


NO_DIGIT = {
    "cloth": lambda: np.random.default_rng(0).integers(0, 256, (300, 300)).astype(np.uint8),
    "light alone": lambda: np.tile(np.linspace(60, 230, 400), (300, 1)).astype(np.uint8),
    "ruling alone": lambda: np.where(np.arange(300)[:, None] % 30 < 2, 120, np.full((1, 300), 235)),
    "a fence": lambda: np.where((np.indices((300, 300)) // 12 % 3 == 0).any(axis=0), 30, 220),
}


@pytest.mark.parametrize("what", NO_DIGIT)
def test_a_picture_without_a_digit_is_said_to_be_one(what: str) -> None:
    picture = Image.fromarray(NO_DIGIT[what]().astype(np.uint8))
    with pytest.raises(RequestError, match="No digit can be found in this picture"):
        picture_of_upload(file_of(picture))


def test_more_than_one_digit_is_said_and_can_be_cut_apart() -> None:
    two = Image.new("RGB", (800, 300), PAPER)
    two.paste(seven(), (0, 0))
    two.paste(seven(), (400, 0))
    assert "There is more on this picture" in picture_of_upload(file_of(two)).note
    half = picture_of_upload(file_of(two), Wish(box=(0.5, 0, 1, 1)))
    assert half.note == "" and looks_like_the_seven(half.picture)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_wish_turns_the_picture_and_its_frame_with_it(quarters: int) -> None:
    # Turned by the camera, cut, and turned back by the reader: the same part of the same picture.
    wish = Wish(box=(0.1, 0.05, 0.7, 0.9))
    lying = seven().rotate(90 * quarters, expand=True)
    cut = Wish(0, wish.turned(4 - quarters).box)
    again = Wish(0, cut.box).turned(quarters)
    assert again.box == pytest.approx(wish.box)
    assert looks_like_the_seven(picture_of_upload(file_of(lying), again).picture)


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def specks() -> Image.Image:
    """Two black pixels in corners that lie far apart: in the size of a digit, nothing is left."""
    image = Image.new("L", (600, 600), 255)
    for corner in ((0, 0), (599, 599)):
        image.putpixel(corner, 0)
    return image


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "This file is empty: choose a picture of a digit."),
    "words": (lambda: b"I am no picture.", "not a picture that can be read here"),
    "another kind of file": (lambda: b"%PDF-1.7\n" + bytes(500), "not a picture that can be read"),
    "a format that is not taken": (lambda: file_of(seven(), "TIFF"), "not a picture that can be"),
    "half a PNG": (lambda: file_of(seven())[:400], "damaged or not whole"),
    "half a JPEG": (lambda: file_of(seven(), "JPEG")[:1500], "damaged or not whole"),
    "too many bytes": (lambda: bytes(MOST_BYTES + 1), "at most 20 MB"),
    "a decompression bomb": (bomb, "pixels: make it smaller"),
    "many pixels": (lambda: file_of(Image.new("1", (10_000, 6000), 1)), "10000 by 6000 pixels"),
    "one pixel": (lambda: file_of(Image.new("L", (1, 1))), "1 by 1 pixels, too few for a digit"),
    "a line": (lambda: file_of(Image.new("L", (300, 2))), "too few for a digit"),
    "all white": (lambda: file_of(Image.new("L", (90, 90), 255)), "nothing to see"),
    "all but white": (
        lambda: file_of(Image.effect_noise((90, 90), 1).point(lambda v: min(v + 100, 235))),
        "nothing to see",
    ),
    "specks": (lambda: file_of(specks()), "No digit can be found"),
    "all transparent": (lambda: file_of(Image.new("RGBA", (90, 90))), "nothing to see"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_sentence(name: str) -> None:
    make, why = REFUSED[name]
    with pytest.raises(RequestError) as refusal:
        picture_of_upload(make())
    said = str(refusal.value)
    assert why in said
    assert said[0].isupper() and said.endswith(".") and said.count(". ") == 0


@pytest.mark.parametrize("head", [b"Exif\0\0II*\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_said_may_be_damaged(format: str, head: bytes) -> None:
    assert looks_like_the_seven(picture_of_upload(file_of(seven(), format, exif=head)).picture)


def test_a_large_photo_is_taken_without_decoding_all_of_it() -> None:
    photo = seven((4000, 3000))
    assert looks_like_the_seven(picture_of_upload(file_of(photo, "JPEG")).picture)
    assert looks_like_the_seven(picture_of_upload(file_of(photo.quantize(8))).picture)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_that_breaks_off_is_its_first_picture_or_refused(format: str) -> None:
    moving = [seven(ink=(20 * i, 30, 80)) for i in range(3)]
    whole = file_of(moving[0], format, save_all=True, append_images=moving[1:])
    read: dict[bytes, Opened] = {}
    for length in range(1, len(whole), max(1, len(whole) // 300)):
        with suppress(RequestError):  # Anything else that it raises is a traceback.
            picture = opened(whole[:length])
            read[picture.grey.tobytes()] = picture
    for picture in [*read.values()][:: max(1, len(read) // 40)]:
        with suppress(RequestError):
            understood(picture, Wish())
    assert read or format == "WEBP"


def test_chalk_in_the_shade_is_as_much_ink_as_chalk_in_the_light() -> None:
    """A shadow takes the same share of the light from board and chalk."""
    board = np.full((300, 300), 45, np.float32)
    cv2.line(board, (60, 150), (240, 150), 170, 16)
    board[:, 150:] *= 0.35
    ink = ink_of(cv2.GaussianBlur(board, (0, 0), 2))
    assert ink.light
    lit, shaded = ink.strength[150, 80:130], ink.strength[150, 170:220]
    assert lit.min() > 0.9 and shaded.min() > 0.8
