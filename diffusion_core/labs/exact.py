"""Two denoisers that know the answer: of a finite set of pictures, and of Gaussian data.

For Gaussian data everything about diffusion has a closed form. If x_0 ~ N(m, c^2) in each pixel,
then x_t ~ N(alpha m, r^2) with r^2 = alpha^2 c^2 + sigma^2, the best guesses of x_0 and eps are
linear in x_t, and the probability-flow ODE keeps (x_t - alpha m) / r constant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffusion_core.prediction import Amount, Prediction, from_x0, per_image
from diffusion_core.request import NO_LABEL
from diffusion_core.samplers import Level
from diffusion_core.schedule import Floats


@dataclass(frozen=True)
class IdealDenoiser:
    """The exact E[x_0 | x_t] when the only possible pictures are `data`, each equally likely.

    Given x_t, picture i has probability softmax_i(-|x_t - alpha x_i|^2 / (2 sigma^2)), and the
    expectation is the mean under it. This is what a network that minimised the training loss
    without limit would compute: it could only ever return its training pictures.

    data (N, 1, H, W); labels (N,) or None. With a label, only the pictures that carry it count.
    """

    data: Tensor
    labels: Tensor | None = None

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        flat, data = x_t.flatten(1).double(), self.data.flatten(1).double()
        a = torch.as_tensor(np.broadcast_to(alpha, len(x_t)).copy()).to(flat)[:, None]
        s = torch.as_tensor(np.broadcast_to(sigma, len(x_t)).copy()).to(flat)[:, None]
        # |x_t - a x_i|^2 = |x_t|^2 - 2 a <x_t, x_i> + a^2 |x_i|^2; the first term cancels.
        logits = (a * flat @ data.T - a.square() * data.square().sum(1) / 2) / s.square()
        if self.labels is not None:
            other = (self.labels != label[:, None]) & (label[:, None] != NO_LABEL)
            logits = logits.masked_fill(other, -torch.inf)
        x0_hat = (logits.softmax(dim=1) @ data).to(x_t).reshape(x_t.shape)
        return from_x0(x0_hat, x_t, alpha, sigma)


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
