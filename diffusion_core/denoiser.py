"""The denoiser: whoever can say, of a noisy picture, what is picture and what is noise.

Samplers know nothing of networks. They call `denoiser(x_t, alpha, sigma, label) -> Prediction`,
and anything that answers will do: the trained network, the exact answer for a finite set of
pictures, or the exact answer for a Gaussian. The noise level is given as its two amounts and not
as a time, so that one denoiser serves every schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from diffusion_core.prediction import Prediction, from_velocity, from_x0
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import Floats, cosine_time


class Denoiser(Protocol):
    """x_t (B, ...), alpha and sigma (B,) float64, label (B,) int64 (NO_LABEL for none).

    What is denoised may be pictures (B, 1, H, W), waves (B, 1, L) or points (B, 2)."""

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction: ...


@dataclass(frozen=True)
class NetworkDenoiser:
    """The trained network, asked at the time at which its own (cosine) schedule has this level."""

    network: torch.nn.Module

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        t = torch.as_tensor(cosine_time(alpha, sigma)).to(x_t)
        # inference_mode spares the bookkeeping that only training needs.
        with torch.inference_mode():
            v = self.network(x_t.float(), t.float(), label)
        return from_velocity(v.to(x_t), x_t, alpha, sigma)


@dataclass
class Counting:
    """A denoiser that counts the pictures it is asked about."""

    denoiser: Denoiser
    pictures: int = 0

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        self.pictures += len(x_t)
        return self.denoiser(x_t, alpha, sigma, label)


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
