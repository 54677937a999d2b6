"""Which tone does a wave have? Found from the wave alone, without a hint of what was asked for.

A tone repeats itself. Shift the wave by one period and it fits onto itself; the normalised square
difference says how well, for every shift ("lag") tau:

    n(tau) = 2 r(tau) / m(tau),   r(tau) = sum_j x_j x_(j+tau),   m(tau) = sum_j x_j^2 + x_(j+tau)^2

(McLeod & Wyvill 2005, "A smarter way to find pitch", section 3). It is 1 for a perfect fit and
about 0 for noise. A wave that repeats after one period also does so after two; so the first lag
counts whose fit is nearly the best one, not the best one (their "key maximum", section 5).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diffusion_core.labs.sound.notes import RATE

LOWEST, HIGHEST = 150.0, 800.0
"""Hz between which a tone is looked for: half an octave more, either way, than there are notes."""
NEARLY = 0.85
"""A fit of this share of the best one is good enough, if it comes first."""
FAINT, SURE = 0.2, 0.6
"""Below the first clarity there is hiss and no tone; above the second a tone is plainly heard."""
FINER = 4
"""So many lags to a sample are tried; between them a parabola decides."""


class Pitch(NamedTuple):
    """What was found."""

    frequency: float
    """Hz; 0 where there is nothing that repeats."""
    clarity: float
    """n at this period, 0 to 1: about the share of the wave's power that belongs to the tone."""


def find_pitch(wave: NDArray[np.floating]) -> Pitch:
    """The pitch of a wave (LENGTH,)."""
    lags, fit = _fit(np.asarray(wave, np.float64))
    inside = (fit[1:-1] >= fit[:-2]) & (fit[1:-1] > fit[2:]) & (fit[1:-1] > 0)
    tops = 1 + np.flatnonzero(inside)
    tops = tops[(lags[tops] >= RATE / HIGHEST) & (lags[tops] <= RATE / LOWEST)]
    if not len(tops):
        return Pitch(0.0, 0.0)
    first = tops[np.argmax(fit[tops] >= NEARLY * fit[tops].max())]
    left, top, right = fit[first - 1 : first + 2]
    aside = (left - right) / (2 * (left - 2 * top + right)) / FINER
    return Pitch(float(RATE / (lags[first] + aside)), float(min(top, 1.0)))


def _fit(wave: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """n(tau) at lags up to one and a bit periods of the lowest tone, FINER to a sample."""
    count = len(wave)
    # The autocorrelation is the transform of the power spectrum (Wiener-Khinchin); zeros beside
    # the wave keep its end from meeting its beginning, zeros beside the spectrum interpolate.
    power = np.abs(np.fft.rfft(wave, 2 * count)) ** 2
    correlation = np.fft.irfft(power, 2 * count * FINER)[: count * FINER] * FINER
    lags = np.arange(int(1.1 * RATE / LOWEST) * FINER) / FINER
    squares = np.concatenate([[0.0], np.cumsum(wave**2)])
    whole = np.arange(len(lags) // FINER + 2)
    both = squares[count - whole] + squares[count] - squares[whole]
    norm = np.interp(lags, whole, both)
    fit = 2 * correlation[: len(lags)] / np.maximum(norm, np.finfo(float).tiny)
    return lags, fit
