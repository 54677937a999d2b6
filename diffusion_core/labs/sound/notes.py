"""What the notes are: pitches, names, the sampling rate. Needs numpy only, so pages may import it.

A note is a wave of 4,096 samples at 8,000 samples a second: 0.512 s. The pitches are those of the
C major scale from C4 (middle C) to C5, equally tempered with A4 = 440 Hz; their numbers, 0 to 7,
are the model's labels.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]
"""(..., LENGTH) float32."""

RATE = 8_000
"""Samples a second: frequencies up to 4,000 Hz, about what a telephone carries."""
LENGTH = 4_096
"""Samples of a note."""
NAMES = ("C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5")
"""By label."""
_ABOVE_C4 = (0, 2, 4, 5, 7, 9, 11, 12)
CHROMATIC = ("C", "C sharp", "D", "D sharp", "E", "F", "F sharp", "G", "G sharp", "A", "A sharp",
              "B")  # fmt: skip
C4 = 440.0 * 2 ** (-9 / 12)
PITCHES = tuple(C4 * 2 ** (steps / 12) for steps in _ABOVE_C4)
"""Fundamental frequency of each label, Hz: 261.6 to 523.3."""

REACH = 4.0
"""What the largest int16 of a recording stands for; noise is hardly ever louder."""
FADE = 0.3
"""Seconds in which the common fading falls to 1/e."""
_ATTACK, _RELEASE = 0.004, 0.03
"""Seconds over which a note is faded in and out, lest its ends click."""


def envelope() -> Wave:
    """The loudness that all notes share, (LENGTH,): what a wave is multiplied with to be heard.

    The model learns waves *before* this fading. It is known, so there is nothing to learn in it;
    and a squared error over the faded wave would hardly count the end of a note, where the ear,
    which hears ratios, still notices noise. Multiplied in afterwards, it fades what noise the model
    leaves along with the note.
    """
    t = np.arange(LENGTH) / RATE
    ends = np.minimum(1, t / _ATTACK) * np.minimum(1, (LENGTH / RATE - t) / _RELEASE)
    return (np.exp(-t / FADE) * ends).astype(np.float32)


def semitone(frequency: float) -> int:
    """The nearest tone of the equally tempered scale, in semitones above C4."""
    return round(12 * math.log2(frequency / C4))


def name_of(frequency: float) -> str:
    """The nearest tone by name, as "A4" or "F sharp 4"."""
    octave, tone = divmod(semitone(frequency), 12)
    name = CHROMATIC[tone]
    return f"{name}{' ' if len(name) > 1 else ''}{octave + 4}"


def is_pitch(frequency: float, label: int) -> bool:
    """Whether the nearest tone to `frequency` is the one that the label asks for."""
    return frequency > 0 and semitone(frequency) == _ABOVE_C4[label]
