"""Sound on a page: the note of a stage, to be seen and heard, and keys to play melodies on.

Both are JavaScript; tone.js follows a stage's clock like the followers in stage/. Nothing sounds
before a button is pressed.
"""

from __future__ import annotations

from pathlib import Path

from diffusion_core.labs.sound.melody import LETTERS, READY
from diffusion_core.labs.sound.notes import NAMES, RATE
from pages.shared.component import component
from pages.stage import HERE as STAGE

HERE = Path(__file__).parent
_STYLES = [STAGE / "stage.css", HERE / "sound.css"]
_tone = component("tone", "labs/sound/tone.js", _STYLES)
_melody = component("melody", "labs/sound/melody.js", _STYLES)


def tone(stage: str) -> None:
    """The note of a stage at its step: wave, spectrogram, and buttons to hear it."""
    _tone(key=f"{stage}-tone", data={"stage": stage, "rate": RATE})


def melody() -> None:
    """Eight keys, a line for a melody, and what the model makes of it."""
    data = {"letters": [*LETTERS], "names": [*NAMES], "ready": READY}
    _melody(key="melody", data=data)
