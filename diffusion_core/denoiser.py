"""The denoiser: whoever can say, of a noisy picture, what is picture and what is noise.

Samplers know nothing of networks. They call `denoiser(x_t, alpha, sigma, label) -> Prediction`,
and anything that answers will do: the trained network, the exact answer for a finite set of
pictures, or the exact answer for a Gaussian. The noise level is given as its two amounts and not
as a time, so that one denoiser serves every schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from diffusion_core.prediction import Prediction, from_velocity
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
