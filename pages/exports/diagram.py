"""The diagram of the whole process, with all its labels: for print, slides and screen readers."""

from __future__ import annotations

import base64
import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pages.stage.recordings import STILLS, recorded_stills

WIDTH, HEIGHT, SIZE = 900, 420, 96
LEFT, GAP = 30, (WIDTH - 60 - STILLS * SIZE) / (STILLS - 1)
TOP, LOW = 70, 270
SIGNAL, NOISE, INK, SOFT = "#0b6b7d", "#b4511a", "#1d2730", "#5a6672"
DESCRIPTION = (
    "Two rows of five pictures. Upper row, the forward process, from left to right: a handwritten "
    "three, then the same three under more and more noise, up to pure noise. This needs no model. "
    "Lower row, the reverse process, from right to left: fresh noise, then pictures from which the "
    "model has taken more and more of the noise, up to a new three. It is not the three that the "
    "upper row began with."
)


def _picture(pixels: NDArray[np.uint8], x: float, y: float) -> str:
    held = io.BytesIO()
    Image.fromarray(pixels.reshape(28, 28)).save(held, "PNG")
    data = base64.b64encode(held.getvalue()).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{SIZE}" height="{SIZE}" '
        f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
    )


def _arrow(x0: float, x1: float, y: float, colour: str) -> str:
    way = 1 if x1 > x0 else -1
    return (
        f'<path fill="none" stroke="{colour}" stroke-width="2.5" '
        f'd="M{x0:g} {y:g}H{x1:g}m{-8 * way} -6l{8 * way} 6l{-8 * way} 6"/>'
    )


def _text(x: float, y: float, words: str, colour: str = SOFT, weight: int = 400) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" fill="{colour}" '
        f'font-weight="{weight}">{words}</text>'
    )


@cache
def diagram_svg() -> str:
    """The drawing, from the recorded digit and the recorded run of the model."""
    forward, back = recorded_stills("forward"), recorded_stills("reverse")
    place = [LEFT + i * (SIZE + GAP) for i in range(STILLS)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title what" font-family="Source Sans, Helvetica, Arial, sans-serif" '
        'font-size="16">',
        "<title id='title'>How a diffusion model works</title>",
        f"<desc id='what'>{DESCRIPTION}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(WIDTH / 2, 32, "Forward process: noise is added. No model is needed.", NOISE, 600),
        _text(WIDTH / 2, HEIGHT - 14, "Reverse process: the model takes noise away.", SIGNAL, 600),
    ]
    for i in range(STILLS):
        parts += [_picture(forward[i], place[i], TOP), _picture(back[i], place[-1 - i], LOW)]
    for i in range(STILLS - 1):
        start, end = place[i] + SIZE + 8, place[i + 1] - 8
        parts += [
            _arrow(start, end, TOP + SIZE / 2, NOISE),
            _text((start + end) / 2, TOP + SIZE / 2 - 12, "+ noise", NOISE),
            _arrow(end, start, LOW + SIZE / 2, SIGNAL),
            _text((start + end) / 2, LOW + SIZE / 2 - 12, "model", SIGNAL),
        ]
    first, last = place[0] + SIZE / 2, place[-1] + SIZE / 2
    parts += [
        _text(first, TOP + SIZE + 22, "data, x₀", INK),
        _text(last, TOP + SIZE + 22, "pure noise, x<tspan dy='4' font-size='12'>T</tspan>", INK),
        _text(first, LOW - 12, "generated data", INK),
        _text(last, LOW - 12, "fresh noise", INK),
        f'<text x="{first:g}" y="{(TOP + SIZE + LOW) / 2 + 12:g}" text-anchor="middle" '
        f'fill="{INK}" font-size="28">≠</text>',
        _text(WIDTH / 2, (TOP + SIZE + LOW) / 2 + 6, "The end is not the start."),
        "</svg>",
    ]
    return "\n".join(parts)
