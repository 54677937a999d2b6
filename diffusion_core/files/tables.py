"""A sampler's table as an array, for whoever runs it elsewhere than here: the browser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diffusion_core.samplers import Row
from diffusion_core.schedule import Floats

MOST_LOG_SNR = 100.0
"""As in recordings: JSON and arithmetic both dislike infinities."""


def as_array(table: Sequence[Row]) -> Floats:
    """Rows of t, alpha, sigma, log SNR; the five coefficients in the order of Row; whether a step
    ends there; the way back (pages/engine/sampler.js). Shape (rows, 11), float64."""
    rows = [
        (
            row.level.t,
            row.level.alpha,
            row.level.sigma,
            float(np.clip(2 * row.level.half_log_snr, -MOST_LOG_SNR, MOST_LOG_SNR)),
            row.x0_hat,
            row.eps_hat,
            row.x0_before,
            row.eps_before,
            row.fresh,
            float(row.ends),
            row.back,
        )
        for row in table
    ]
    return np.array(rows, np.float64)
