"""How good are the notes? The pitch that is found in them, and how much noise is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffusion_core.labs.sound.notes import LENGTH, PITCHES, Wave, envelope, is_pitch
from diffusion_core.labs.sound.pitch import find_pitch

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class NotesReport:
    """What was measured of some notes."""

    right: float
    """Share in which the tone found is the one asked for (the nearest of the twelve tones)."""
    right_per_label: tuple[float, ...]
    cents: float
    """Median distance of the pitch found from the one asked for, in hundredths of a semitone."""
    clarity: float
    """Median of pitch.Pitch.clarity."""
    floor: float
    """Median of noise_floor, dB."""


def noise_floor(wave: Wave) -> float:
    """How loud a hiss would be that is everywhere as strong as between the partials: dB below the
    whole sound, as heard.

    Partials fill few of the 2,049 frequencies of a spectrum, so the median is between them. A Hann
    window keeps the partials from spreading; a synthesised note has about -100 dB, noise about -2.
    """
    heard = np.asarray(wave, np.float64) * envelope() * np.hanning(LENGTH)
    power = np.abs(np.fft.rfft(heard)) ** 2
    return float(10 * np.log10(np.median(power) * len(power) / power.sum()))


def measure_notes(waves: Wave, labels: Labels) -> NotesReport:
    """waves (N, LENGTH) before the common fading, and what was asked for (N,)."""
    found = [find_pitch(wave) for wave in waves]
    right = np.array([is_pitch(p.frequency, k) for p, k in zip(found, labels, strict=True)])
    heard = np.array([p.frequency for p in found])
    cents = 1200 * np.log2(np.maximum(heard, 1e-3) / np.array(PITCHES)[labels])
    each = [right[labels == label] for label in range(len(PITCHES))]
    return NotesReport(
        right=float(right.mean()),
        right_per_label=tuple(float(part.mean()) if len(part) else np.nan for part in each),
        cents=float(np.median(np.abs(cents))),
        clarity=float(np.median([p.clarity for p in found])),
        floor=float(np.median([noise_floor(wave) for wave in waves])),
    )
