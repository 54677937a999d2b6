"""What there is to see before Streamlit has come: a digit that comes out of noise, and the name.

It is a part of the page that the server sends first, so it moves after one round trip, and it is
gone when the page has its heading. The pictures are no drawing but x_t = alpha x_0 + sigma eps of
an embedded digit, in one strip that a style sheet moves from one to the next.
"""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from diffusion_core.data.embedded import RECORDED, forward_noise, recorded_digit
from diffusion_core.errors import UserFacingError, note
from diffusion_core.schedule import CosineSchedule, alpha_sigma
from pages.frame.fonts.faces import name_style

HERE = Path(__file__).parent
FRAMES = 18
GREYS = 16
"""A strip of a few greys is a third as large, and noise does not show it."""
SCRIPT = (HERE / "early.js").read_text("utf-8")
STYLE = (HERE / "early.css").read_text("utf-8").replace("FRAMES", str(FRAMES))


def strip() -> bytes:
    """A PNG of FRAMES pictures side by side, from pure noise to the digit. AssetError if there is
    no digit."""
    digit = recorded_digit() / 127.5 - 1
    noise = forward_noise(RECORDED.seed)
    alpha, sigma = alpha_sigma(CosineSchedule(), np.linspace(1, 0, FRAMES))
    pictures = alpha[:, None, None] * digit + sigma[:, None, None] * noise
    levels = np.rint((np.clip(pictures, -1, 1) + 1) / 2 * (GREYS - 1)).astype(np.uint8)
    picture = Image.fromarray(np.hstack(list(levels)), "P")
    picture.putpalette([round(level * 255 / (GREYS - 1)) for level in range(GREYS) for _ in "rgb"])
    file = io.BytesIO()
    picture.save(file, "PNG", bits=4, optimize=True)
    return file.getvalue()


@cache
def early() -> str:
    """The beginning of every page's body. Without a digit there is still the name."""
    try:
        source = "data:image/png;base64," + base64.b64encode(strip()).decode()
        window = f'<div class="window"><img src="{source}" alt=""></div>'
    except UserFacingError as error:
        note(error)
        window = ""
    return (
        f'{name_style()}{STYLE}<div id="fog-early">{window}<p class="name">Through the Fog</p>'
        '<p class="late">The connection is slow. The page is on its way.</p></div>'
        f"<script>{SCRIPT}</script>"
    )


__all__ = ["SCRIPT", "early"]
