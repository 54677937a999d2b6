"""The notes that the sound model learns from: ours, computed, no recordings.

A note is a sum of partials, sine waves that die away,

    x(s) = sum_n a_n exp(-s / tau_n) cos(2 pi f_n s + phi_n)        s: seconds,

which is how strings and bars vibrate (Fletcher & Rossing, The Physics of Musical Instruments,
chapters 2, 10 and 12). Two families:

- *Plucked* string: f_n = n f sqrt(1 + B n^2), the stiffness B making it slightly inharmonic;
  a_n ~ sin(pi n p) / n^k where p is the place of the finger; high partials die sooner.
- *Struck* bar: f_n = f (1, 2.756, 5.404, 8.933), the modes of a free bar; the upper ones are a
  short ping.

Frequencies above 3,800 Hz are left out, since the wave could not hold them. What changes from note
to note: family, brightness, place, stiffness, decay, a detuning of a few cents, phases, loudness.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diffusion_core.labs.sound.notes import FADE, LENGTH, PITCHES, RATE, Wave

BAR = (1.0, 2.756, 5.404, 8.933)
"""Modes of a bar with free ends, relative to the lowest."""
HIGHEST = 3_800.0
"""Hz; partials above would come too near to half the sampling rate."""
DETUNE = 8.0
"""Cents by which a note may be out of tune, either way."""
QUIETEST, LOUDEST = 0.4, 0.65
"""Root mean square of a note, before the common fading."""


def note(label: int, seed: int, number: int) -> Wave:
    """Note `number` of a seed, at the pitch of `label`: (LENGTH,), before the common fading.

    The same (label, seed, number) gives the same wave.
    """
    random = np.random.default_rng([seed, number])
    pitch = PITCHES[label] * 2 ** (random.uniform(-DETUNE, DETUNE) / 1200)
    kind = _plucked if random.random() < 0.5 else _struck
    frequency, amplitude, tau, phase = kind(pitch, random)
    heard = frequency < HIGHEST
    seconds = np.arange(LENGTH) / RATE
    # The common fading is divided out (notes.envelope): exp(-s / tau) / exp(-s / FADE).
    rate = 2j * np.pi * frequency - 1 / tau + 1 / FADE
    partials = (amplitude * np.exp(1j * phase))[heard, None] * np.exp(rate[heard, None] * seconds)
    wave = partials.sum(axis=0).real
    loudness = random.uniform(QUIETEST, LOUDEST)
    return (wave * loudness / np.sqrt(np.mean(wave**2))).astype(np.float32)


Partials = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Frequency (Hz), amplitude, time to fall to 1/e (s) and phase (radians) of each."""


def _plucked(pitch: float, random: np.random.Generator) -> Partials:
    n = np.arange(1.0, 16.0)
    stiffness = random.uniform(0, 3e-4)
    place, darkness = random.uniform(0.12, 0.42), random.uniform(1.0, 1.8)
    frequency = n * pitch * np.sqrt(1 + stiffness * n**2)
    amplitude = np.abs(np.sin(np.pi * n * place)) / n**darkness
    tau = float(random.uniform(0.25, 0.5)) / (1.0 + random.uniform(0.02, 0.12) * (n - 1.0))
    # The string is let go at one moment, so its partials start together, up to that moment.
    phase = frequency * (2 * np.pi * random.uniform(0, 1) / pitch)
    return frequency, amplitude, tau, phase


def _struck(pitch: float, random: np.random.Generator) -> Partials:
    ratio = np.array(BAR)
    hardness = random.uniform(0.1, 0.45)
    amplitude = np.array([1.0, hardness, hardness**1.5, hardness**2])
    tau = random.uniform(0.25, 0.5) / np.array([1.0, 2.5, 4.0, 6.0])
    return pitch * ratio, amplitude, tau, random.uniform(0, 2 * np.pi, len(ratio))


def notes(count: int, seed: int, first: int = 0) -> tuple[Wave, NDArray[np.int64]]:
    """`count` notes numbered from `first`, the pitches in turn: (count, LENGTH) and (count,)."""
    labels = np.arange(first, first + count) % len(PITCHES)
    waves = np.empty((count, LENGTH), np.float32)
    for i, label in enumerate(labels):
        waves[i] = note(int(label), seed, first + i)
    return waves, labels
