"""Gaussian data, for which everything about diffusion has a closed form.

If x_0 ~ N(m, c^2) in each pixel, then x_t ~ N(alpha m, r^2) with r^2 = alpha^2 c^2 + sigma^2, the
best guesses of x_0 and eps are linear in x_t, and the probability-flow ODE keeps
(x_t - alpha m) / r constant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from diffusion_core.prediction import Amount, Prediction, per_image
from diffusion_core.samplers import Level


@dataclass(frozen=True)
class Gaussian:
    """The exact denoiser of N(mean, std^2) data, and what is known besides."""

    mean: float = 0.3
    std: float = 0.5

    def __call__(self, x_t: Tensor, alpha: Amount, sigma: Amount, label: Tensor) -> Prediction:
        a, s = per_image(alpha, x_t), per_image(sigma, x_t)
        surprise = (x_t - a * self.mean) / (a**2 * self.std**2 + s**2)
        return Prediction(self.mean + a * self.std**2 * surprise, s * surprise)

    def spread(self, level: Level) -> float:
        """The standard deviation of x_t."""
        return math.hypot(level.alpha * self.std, level.sigma)

    def transported(self, x: Tensor, here: Level, there: Level) -> Tensor:
        """Where the probability-flow ODE takes x from one level to the other."""
        standardised = (x - here.alpha * self.mean) / self.spread(here)
        return there.alpha * self.mean + self.spread(there) * standardised
