"""Seven frames side by side as a PNG, with captions: for a slide, or to print."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from pages.exports.film import Film, Frame, Show
from pages.exports.paper import INK, NOISE, SIGNAL, SOFT, amount_width, enlarged, font, write
from pages.exports.paper import write_amount as amount_at

SCALE, GAP, MARGIN = 9, 28, 64
SIDE = 28 * SCALE
WIDTH = 2 * MARGIN + 7 * SIDE + 6 * GAP
DPI = 300
"""At which it is as wide as a page of A4 within its margins."""
HEAD, CAPTION, FOOT = 136, 128, 30
WHITE = "#ffffff"
ROWS = {
    "forward": ("what you have",),
    "reverse": ("the picture so far", "the model's guess of the digit"),
}


def strip(show: Show) -> bytes:
    """The frames of each film; in reverse with the guesses below them, and all of the run."""
    height = HEAD + sum(_height(show, film) for film in show.films) + FOOT
    image = Image.new("RGB", (WIDTH, height), WHITE)
    draw = ImageDraw.Draw(image)
    write(draw, (MARGIN, 94), show.title, font("serif", 54, 600))
    write(draw, (WIDTH - MARGIN, 94), "Through the Fog", font("serif", 32), SOFT, "rs")
    top = HEAD
    for film in show.films:
        _film(image, draw, show, film, top)
        top += _height(show, film)
    file = io.BytesIO()
    image.save(file, "PNG", dpi=(DPI, DPI), optimize=True)
    return file.getvalue()


def _thumb(film: Film) -> int:
    """How much the finished pictures of a run of several are enlarged."""
    count = len(film.frames[0].pictures)
    room = WIDTH - 2 * MARGIN
    return next((scale for scale in (6, 5, 4, 3) if count * (28 * scale + 12) <= room + 12), 2)


def _height(show: Show, film: Film) -> int:
    rows = len(ROWS[show.page])
    thumbs = 28 * _thumb(film) + 90 if len(film.frames[0].pictures) > 1 else 0
    return 50 + rows * SIDE + (rows - 1) * 16 + CAPTION + thumbs


def _film(image: Image.Image, draw: ImageDraw.ImageDraw, show: Show, film: Film, top: int) -> None:
    write(draw, (MARGIN, top + 22), film.caption, font("sans", 34), SOFT)
    rows = ROWS[show.page]
    if len(rows) > 1:
        x = WIDTH - MARGIN
        for words, colour in ((f" · below: {rows[1]}", SIGNAL), (f"above: {rows[0]}", SOFT)):
            write(draw, (x, top + 22), words, font("sans", 30), colour, "rs")
            x -= round(font("sans", 30).getlength(words))
    top += 50
    for k, frame in enumerate(film.strip()):
        x = MARGIN + k * (SIDE + GAP)
        pictures = [frame.pictures[0], frame.digits[0]][: len(rows)]
        for row, picture in enumerate(pictures):
            image.paste(enlarged(picture, SCALE), (x, top + row * (SIDE + 16)))
        below = top + len(pictures) * (SIDE + 16) - 16
        _caption(draw, frame, x, below)
    finished = film.frames[-1].pictures
    if len(finished) > 1:
        y = top + len(rows) * (SIDE + 16) - 16 + CAPTION + 26
        write(draw, (MARGIN, y + 18), "All of this run, finished", font("sans", 30), SOFT)
        scale = _thumb(film)
        for k, picture in enumerate(finished):
            image.paste(enlarged(picture, scale), (MARGIN + k * (28 * scale + 12), y + 36))


def _caption(draw: ImageDraw.ImageDraw, frame: Frame, x: int, y: int) -> None:
    """The step, and the two amounts, in the middle below a picture."""
    middle = x + SIDE / 2
    write(draw, (middle, y + 42), f"step {frame.step}", font("serif", 32, 600), INK, "ms")
    face = font("sans", 29, 500)
    for word, amount, colour, base in (
        ("digit ", frame.alpha, SIGNAL, y + 80),
        ("noise ", frame.sigma, NOISE, y + 114),
    ):
        start = middle - (face.getlength(word) + amount_width(face)) / 2
        amount_at(
            draw, (write(draw, (start, base), word, face, colour), base), amount, face, colour
        )
