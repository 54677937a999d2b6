"""Sound on a page: the note of a stage, to be seen and heard, and keys to play melodies on.

Both are JavaScript; tone.js follows a stage's clock like the followers in stage/. Nothing sounds
before a button is pressed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from diffusion_core.labs.sound.melody import LETTERS, READY
from diffusion_core.labs.sound.notes import NAMES, RATE
from pages.frame.chrome import LETTER_KEYS
from pages.stage import HERE as STAGE
from pages.stage import SHARED

HERE = Path(__file__).parent
OURS = ("audio.js", "spectrogram.js")


def _register(name: str, shared: tuple[str, ...]) -> Any:
    parts = (
        [LETTER_KEYS]
        + [STAGE / part for part in shared]
        + [HERE / part for part in (*OURS, f"{name}.js")]
    )
    return st.components.v2.component(
        f"fog_{name}",
        html='<div class="root"></div>\n',
        css="\n".join(p.read_text("utf-8") for p in (STAGE / "stage.css", HERE / "sound.css")),
        js="\n".join(part.read_text("utf-8") for part in parts),
    )


_tone, _melody = _register("tone", SHARED), _register("melody", ("stage.js",))


def tone(stage: str) -> None:
    """The note of a stage at its step: wave, spectrogram, and buttons to hear it."""
    _tone(key=f"{stage}-tone", data={"stage": stage, "rate": RATE})


def melody() -> None:
    """Eight keys, a line for a melody, and what the model makes of it."""
    data = {"letters": [*LETTERS], "names": [*NAMES], "ready": READY}
    _melody(key="melody", data=data)
