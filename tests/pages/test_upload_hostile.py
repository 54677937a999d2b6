"""Damaged and hostile picture files: always a digit or one sentence, and never anything else.

The same files each time. FOG_FUZZ_SEED chooses others, FOG_FUZZ makes so many times as many.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from diffusion_core.errors import RequestError
from pages.labs.editing.upload import Wish, picture_of_upload
from pages.labs.editing.upload.opening import ENOUGH, MOST_SCANS, opened
from tests.pages.test_upload import file_of, looks_like_the_seven, seven

SEED = int(os.environ.get("FOG_FUZZ_SEED", 0))
ROUNDS = 40 * int(os.environ.get("FOG_FUZZ", 1))
SIZE = (160, 120)


def heic(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    pillow_heif.from_pillow(image).save(kept)
    return kept.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def film(format: str) -> bytes:
    others = [seven(SIZE, ink="red"), Image.new("RGB", SIZE, "blue")]
    return file_of(seven(SIZE), format, save_all=True, append_images=others)


def portrait() -> bytes:
    """As some telephones save one: a JPEG, and behind it how far away everything is."""
    return file_of(seven(SIZE), "MPO", save_all=True, append_images=[Image.new("L", SIZE, 90)])


WHOLE: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: file_of(seven(SIZE)),
    "PNG, 16 bits": lambda: file_of(
        Image.fromarray(np.asarray(seven(SIZE).convert("L"), np.uint16) * 150)
    ),
    "PNG, palette with transparency": lambda: file_of(seven(SIZE).quantize(4), transparency=0),
    "PNG, film": lambda: film("PNG"),
    "JPEG": lambda: file_of(seven(SIZE), "JPEG"),
    "JPEG, progressive": lambda: file_of(seven(SIZE), "JPEG", progressive=True),
    "JPEG, CMYK": lambda: file_of(seven(SIZE).convert("CMYK"), "JPEG"),
    "JPEG, portrait": portrait,
    "WebP": lambda: file_of(seven(SIZE), "WEBP"),
    "WebP, lossless": lambda: file_of(seven(SIZE), "WEBP", lossless=True),
    "WebP, film": lambda: film("WEBP"),
    "GIF": lambda: file_of(seven(SIZE), "GIF"),
    "GIF, film": lambda: film("GIF"),
    "BMP": lambda: file_of(seven(SIZE), "BMP"),
    "HEIC": lambda: heic(seven(SIZE)),
}


def a_digit_or_a_sentence(act: Callable[[], object], what: str) -> None:
    """Nothing but a digit or one sentence comes of it."""
    try:
        act()
    except RequestError as error:
        said = str(error)
        assert said[0].isupper() and said.endswith(".") and "\n" not in said, what
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error


def damaged(content: bytes, numbers: np.random.Generator) -> tuple[bytes, str]:
    """The file with something wrong, and what."""
    bad = bytearray(content)
    place = int(numbers.integers(len(bad)))
    match int(numbers.integers(6)):
        case 0:
            return bytes(bad[:place]), f"cut off at {place}"
        case 1:
            bad[place] ^= 1 << int(numbers.integers(8))
            return bytes(bad), f"one bit at {place}"
        case 2:
            for other in numbers.integers(0, len(bad), 12):
                bad[int(other)] = int(numbers.integers(256))
            return bytes(bad), "twelve bytes"
        case 3:
            bad[place : place + 16] = b"\xff" * 16
            return bytes(bad), f"sixteen bytes at {place}"
        case 4:
            # In the first bytes stand the sizes.
            for other in numbers.integers(4, min(64, len(bad)), 3):
                bad[int(other)] = int(numbers.choice([0, 1, 127, 128, 255]))
            return bytes(bad), "three bytes of the head"
        case _:
            return bytes(bad[:place] + bad[place // 2 :]), f"a part twice at {place}"


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_files_of_every_kind_are_read(kind: str) -> None:
    uploaded = picture_of_upload(WHOLE[kind]())
    assert looks_like_the_seven(uploaded.picture)
    assert ("several frames" in uploaded.note) == ("film" in kind)


@pytest.mark.parametrize("kind", WHOLE)
def test_damaged_files_give_a_digit_or_one_sentence(kind: str) -> None:
    content = WHOLE[kind]()
    for i in range(ROUNDS):
        bad, what = damaged(content, np.random.default_rng((SEED, i)))
        look = picture_of_upload if i % 8 == 0 else opened
        a_digit_or_a_sentence(lambda bad=bad, look=look: look(bad), f"{kind}, round {i}, {what}")


@pytest.mark.parametrize("kind", WHOLE)
def test_files_may_break_off_anywhere(kind: str) -> None:
    content = WHOLE[kind]()
    for length in sorted({*range(64), *range(64, len(content), max(1, len(content) // 60))}):
        a_digit_or_a_sentence(lambda n=length: opened(content[:n]), f"{kind}, {length} bytes")


def liars() -> Iterator[tuple[str, bytes]]:
    """Files that are not what they say."""
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    yield "PNG, huge", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")
    head = struct.pack(">IIBBBBB", 0, 0, 8, 6, 0, 0, 0)
    yield "PNG, of no size", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")
    sizes = b"\xff\xff\xff\xff"
    yield "GIF, huge", b"GIF89a" + sizes + b"\x80\0\0" + bytes(6) + b",\0\0\0\0" + sizes + b"\0;"
    sizes = struct.pack("<IHHIIiiHHIIiiII", 99, 0, 0, 54, 40, 2**30, -(2**30), 1, 24, *[0] * 6)
    yield "BMP, huge", b"BM" + sizes
    yield "JPEG, huge", b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9) + b"\xff\xd9"
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "HTML", b"<!doctype html><title>cat.png</title>"
    yield "ZIP", b"PK\x03\x04" + bytes(200)
    yield "EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
    yield "HEIC, empty", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
    yield "AVIF by name", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(40)
    # So many scans of nothing, each of which would cost a pass over the whole picture.
    progressive = file_of(seven(SIZE), "JPEG", progressive=True)
    start = progressive.rindex(b"\xff\xda")
    scan = progressive[start:-2]
    yield "JPEG, of scans", progressive[:-2] + scan * (MOST_SCANS + 1) + b"\xff\xd9"


@pytest.mark.parametrize(("what", "content"), [*liars()], ids=[what for what, _ in liars()])
def test_what_is_not_what_it_says_is_refused(what: str, content: bytes) -> None:
    with pytest.raises(RequestError) as refusal:
        opened(content)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "wish", [Wish(1), Wish(3, (0, 0, 0.01, 0.01)), Wish(0, (0.99, 0.99, 1, 1)), Wish(inverted=True)]
)
@pytest.mark.parametrize("size", [(5, 5), (28, 28), (29, 5), (7, 400), (1024, 5)])
def test_any_wish_of_a_picture_of_any_size(size: tuple[int, int], wish: Wish) -> None:
    numbers = np.random.default_rng(SEED)
    for picture in (
        numbers.integers(0, 256, size, np.uint8),
        np.kron(np.eye(2, dtype=np.uint8) * 255, np.ones((size[0], size[1]), np.uint8)),
    ):
        content = file_of(Image.fromarray(picture))
        a_digit_or_a_sentence(lambda c=content: picture_of_upload(c, wish), f"{size}, {wish}")


def test_a_large_picture_becomes_a_small_one() -> None:
    large = Image.new("RGBA", (6000, 8000), (255, 255, 255, 255))
    given = opened(file_of(large, compress_level=1))
    assert given.grey.nbytes <= ENOUGH * ENOUGH
