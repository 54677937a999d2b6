"""What a denoiser predicts, and every conversion between its forms, in one place.

A noisy picture x_t = alpha x_0 + sigma eps has two unknowns and one equation, so one prediction
fixes everything else. The network predicts the velocity

    v = alpha eps - sigma x_0                        (Salimans & Ho 2022, arXiv:2202.00512, sec. 4)

which together with x_t is (x_0, eps) rotated by the schedule's angle; rotating back gives

    x0_hat  = alpha x_t - sigma v
    eps_hat = sigma x_t + alpha v

and neither divides by anything, at either end of the timeline.

Everywhere in this file pictures are (B, 1, H, W) and the amounts alpha and sigma are scalars or
(B,), numpy or torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffusion_core.schedule import Floats

Amount = float | Floats | Tensor


@dataclass(frozen=True)
class Prediction:
    """One answer of a denoiser about x_t, in the two forms from which all others follow."""

    x0_hat: Tensor
    """The clean picture that the denoiser expects: its estimate of E[x_0 | x_t]."""
    eps_hat: Tensor
    """The noise that it sees in x_t: its estimate of E[eps | x_t]."""


def per_image(amount: Amount, like: Tensor) -> Tensor:
    """An amount as (B, 1, 1, 1) or (1, 1, 1, 1), on the device and in the dtype of `like`."""
    values = torch.as_tensor(np.asarray(amount) if isinstance(amount, float) else amount)
    return values.reshape(-1, *[1] * (like.ndim - 1)).to(like)


def add_noise(x_0: Tensor, eps: Tensor, alpha: Amount, sigma: Amount) -> Tensor:
    """The forward process in one jump: x_t = alpha x_0 + sigma eps (DDPM, eq. 4)."""
    return per_image(alpha, x_0) * x_0 + per_image(sigma, eps) * eps


def velocity(x_0: Tensor, eps: Tensor, alpha: Amount, sigma: Amount) -> Tensor:
    """v = alpha eps - sigma x_0: of the truth, what the network is trained to say."""
    return per_image(alpha, eps) * eps - per_image(sigma, x_0) * x_0


def from_velocity(v: Tensor, x_t: Tensor, alpha: Amount, sigma: Amount) -> Prediction:
    """x0_hat = alpha x_t - sigma v and eps_hat = sigma x_t + alpha v."""
    a, s = per_image(alpha, x_t), per_image(sigma, x_t)
    return Prediction(x0_hat=a * x_t - s * v, eps_hat=s * x_t + a * v)


def from_x0(x0_hat: Tensor, x_t: Tensor, alpha: Amount, sigma: Amount) -> Prediction:
    """eps_hat = (x_t - alpha x0_hat) / sigma. ValueError for clean data (sigma = 0)."""
    a, s = per_image(alpha, x_t), per_image(sigma, x_t)
    if torch.any(s == 0):
        raise ValueError("Clean data says nothing about the noise: sigma must be above 0.")
    return Prediction(x0_hat=x0_hat, eps_hat=(x_t - a * x0_hat) / s)


def score(prediction: Prediction, sigma: Amount) -> Tensor:
    """grad log p(x_t) = -eps_hat / sigma (Song et al. 2021, arXiv:2011.13456, section 3.3).

    ValueError for clean data, whose density has no gradient (sigma = 0).
    """
    s = per_image(sigma, prediction.eps_hat)
    if torch.any(s == 0):
        raise ValueError("The score of clean data is undefined: sigma must be above 0.")
    return -prediction.eps_hat / s
