"""The whole timeline as an animated GIF: the equation with its pictures, for a projector."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from pages.exports.film import Film, Frame, Pictures, Show, evenly
from pages.exports.paper import (
    INK,
    LINE,
    NOISE,
    PAPER,
    SIGNAL,
    SOFT,
    amount_width,
    enlarged,
    font,
    wrapped,
    write,
    write_amount,
)

WIDTH, MARGIN = 1060, 36
SIDE = 224
"""Of each picture in the equation: eight times enlarged."""
GREYS = 32
"""Shades of a digit's pixels: about as many as the eye tells apart."""
MOST_BYTES = 1_300_000
"""Noise cannot be packed: a run with many pictures is shown in fewer frames, to stay below it."""
FIRST_RESTS, LAST_RESTS = 700, 1500
"""Milliseconds."""
HEAD, EQUATION, FOOT, LINE_HEIGHT = 74, SIDE + 46, 58, 31
CAPTIONS = {
    "forward": ("what you have", "the digit", "the noise"),
    "reverse": ("the picture so far", "its guess of the digit", "the noise it sees"),
}


def gif(show: Show) -> bytes:
    """All frames of the show, forever from the beginning; the last rests a while."""
    places = evenly(show.length - 1, _frame_count(show))
    lines = {place: _sentence(show, show.at(place)[0]) for place in places}
    room = max(map(len, lines.values())) * LINE_HEIGHT
    still, palette = _still(show, room), _palette()

    def frame(place: int) -> Image.Image:
        text = _text(show, still, place, lines[place], room)
        hung = text.quantize(palette=palette, dither=Image.Dither.NONE)
        _hang_pictures(hung, show, place)
        return hung

    # GIF counts in hundredths of a second.
    each = max(40, round(100 * show.seconds / len(places)) * 10)
    durations = [each] * len(places)
    durations[0], durations[-1] = max(each, FIRST_RESTS), LAST_RESTS
    file = io.BytesIO()
    frame(places[0]).save(
        file,
        "GIF",
        save_all=True,
        # One at a time: all frames at once are thirty megabytes.
        append_images=map(frame, places[1:]),
        duration=durations,
        loop=0,
        optimize=True,
    )
    return file.getvalue()


def _frame_count(show: Show) -> int:
    """How many frames there is room for. What a picture takes was measured."""
    if show.page == "forward":
        return show.length
    pictures = len(show.films[0].frames[0].pictures)
    return MOST_BYTES // (len(show.films) * (24_000 + 1_500 * pictures))


def _palette() -> Image.Image:
    """The digits' greys, and each colour of words in the shades of its edges on the paper."""
    paper = ImageColor.getrgb(PAPER)
    colours = [(round(255 * k / (GREYS - 1)),) * 3 for k in range(GREYS)]
    for name, shades in ((INK, 10), (SOFT, 8), (SIGNAL, 8), (NOISE, 8), (LINE, 2)):
        colour = ImageColor.getrgb(name)
        for k in range(1, shades + 1):
            part = k / shades
            mixed = [round(part * c + (1 - part) * p) for c, p in zip(colour, paper, strict=False)]
            colours.append((mixed[0], mixed[1], mixed[2]))
    colours.append((paper[0], paper[1], paper[2]))
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours for value in colour])
    return palette


# --- Where things stand --------------------------------------------------------------------------


def _thumbs(show: Show) -> tuple[int, int]:
    """How much the small pictures of the whole run are enlarged, and how far apart they stand."""
    count = len(show.films[0].frames[0].pictures)
    fits = (scale for scale in (4, 3, 2) if count * (28 * scale + 6) <= WIDTH - 2 * MARGIN + 6)
    scale = next(fits, 1)
    return scale, 28 * scale + 6


def _block(show: Show) -> int:
    """The height of one film: its settings, its equation, and the row of all its pictures."""
    row = 28 * _thumbs(show)[0] + 22 if len(show.films[0].frames[0].pictures) > 1 else 0
    return 34 + EQUATION + row


def _sentence(show: Show, frame: Frame) -> list[str]:
    return wrapped(show.sentence(frame.sigma), font("serif", 23), WIDTH - 2 * MARGIN)


def _terms() -> tuple[list[int], int]:
    """Where the three pictures begin, and how much room is between them."""
    room = (WIDTH - 2 * MARGIN - 3 * SIDE) // 2
    return [MARGIN + k * (SIDE + room) for k in range(3)], room


# --- Drawing -------------------------------------------------------------------------------------


def _still(show: Show, room: int) -> Image.Image:
    """What is the same in all frames."""
    height = HEAD + len(show.films) * _block(show) + room + FOOT
    image = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(image)
    write(draw, (MARGIN, 52), show.title, font("serif", 32, 600))
    write(draw, (WIDTH - MARGIN, 52), "Through the Fog", font("serif", 19), SOFT, "rs")
    for number, film in enumerate(show.films):
        top = HEAD + number * _block(show)
        write(draw, (MARGIN, top + 18), film.caption, font("sans", 20), SOFT)
    return image


def _hang_pictures(canvas: Image.Image, show: Show, place: int) -> None:
    """The pictures, straight in the palette's greys: matched to it, they would be off a little."""

    def hang(picture: Pictures, scale: int, at: tuple[int, int]) -> None:
        shades = enlarged(np.rint(picture * ((GREYS - 1) / 255)).astype(np.uint8), scale)
        canvas.paste(Image.frombytes("P", shades.size, shades.tobytes()), at)

    for number, frame in enumerate(show.at(place)):
        top = HEAD + number * _block(show) + 34
        terms = (frame.pictures[0], frame.digits[0], frame.noises[0])
        for x, term in zip(_terms()[0], terms, strict=True):
            hang(term, SIDE // 28, (x, top))
        if len(frame.pictures) > 1:
            scale, apart = _thumbs(show)
            for k, picture in enumerate(frame.pictures):
                hang(picture, scale, (MARGIN + k * apart, top + EQUATION + 4))


def _text(show: Show, still: Image.Image, place: int, lines: list[str], room: int) -> Image.Image:
    image = still.copy()
    draw = ImageDraw.Draw(image)
    for number, (film, frame) in enumerate(zip(show.films, show.at(place), strict=True)):
        top = HEAD + number * _block(show) + 34
        if len(show.films) > 1:
            step = f"step {frame.step} / {film.steps}"
            write(draw, (WIDTH - MARGIN, top - 16), step, font("sans", 20), SOFT, "rs")
        _equation(draw, show.page, frame, top)
    for k, line in enumerate(lines):
        y = image.height - FOOT - room + 24 + k * LINE_HEIGHT
        write(draw, (MARGIN, y), line, font("serif", 23))
    longest = max(range(len(show.films)), key=lambda k: len(show.films[k].frames))
    part = place / max(1, show.length - 1)
    _timeline(draw, show.films[longest], show.at(place)[longest], part, image.height - 28)
    return image


def _equation(draw: ImageDraw.ImageDraw, page: str, frame: Frame, top: int) -> None:
    """[x_t] = alpha x [digit] + sigma x [noise]: its words and numbers."""
    places, room = _terms()
    captions = CAPTIONS[page]
    if page == "reverse" and frame.sigma == 0:
        captions = (*captions[:2], "no noise is left")
    for x, caption, colour in zip(places, captions, (SOFT, SIGNAL, NOISE), strict=True):
        middle = x + SIDE / 2
        write(draw, (middle, top + SIDE + 27), caption, font("sans", 20, 500), colour, "ms")
    numbers, signs = font("serif", 40, 600), font("serif", 32)
    base = top + SIDE / 2 + 14
    for start, sign, amount, colour in (
        (places[0] + SIDE, "=", frame.alpha, SIGNAL),
        (places[1] + SIDE, "+", frame.sigma, NOISE),
    ):
        width = signs.getlength(sign) + signs.getlength("×") + amount_width(numbers) + 16
        end = write(draw, (start + (room - width) / 2, base), sign, signs, SOFT) + 8
        end = write_amount(draw, (end, base), amount, numbers, colour) + 8
        write(draw, (end, base), "×", signs, SOFT)


def _timeline(draw: ImageDraw.ImageDraw, film: Film, frame: Frame, part: float, y: int) -> None:
    """How far it has come: a line with a dot, and the step."""
    face = font("sans", 20)
    room = face.getlength(f"step {film.steps} / {film.steps}") + 20
    right = WIDTH - MARGIN - room
    write(draw, (WIDTH - MARGIN, y + 7), f"step {frame.step} / {film.steps}", face, INK, "rs")
    x = MARGIN + 9 + (right - MARGIN - 18) * part
    draw.line((MARGIN, y, right, y), LINE, 6)
    draw.line((MARGIN, y, x, y), SIGNAL, 6)
    draw.ellipse((x - 9, y - 9, x + 9, y + 9), SIGNAL)
