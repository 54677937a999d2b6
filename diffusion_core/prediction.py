"""What a denoiser predicts, and every conversion between its forms, in one place.

A noisy picture x_t = alpha x_0 + sigma eps has two unknowns and one equation, so one prediction
fixes everything else. The network predicts the velocity

    v = alpha eps - sigma x_0                        (Salimans & Ho 2022, arXiv:2202.00512, sec. 4)

which together with x_t is a rotation of (x_0, eps) by the schedule's angle; rotating back gives

    x0_hat  = alpha x_t - sigma v
    eps_hat = sigma x_t + alpha v

and neither divides by anything, at either end of the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def per_image(value: Tensor, like: Tensor) -> Tensor:
    """Shape (B,) or () to (B, 1, 1, 1) or (1, 1, 1, 1) in the dtype of `like`, to multiply images."""
    return value.reshape(-1, *[1] * (like.ndim - 1)).to(like)


@dataclass(frozen=True)
class Prediction:
    """One answer of a denoiser about x_t (B, 1, H, W), in the two forms from which all follow."""

    x0_hat: Tensor
    """The clean picture that the denoiser expects: its estimate of E[x_0 | x_t]."""
    eps_hat: Tensor
    """The noise that it sees in x_t: its estimate of E[eps | x_t]."""

    def velocity(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        """v_hat = alpha eps_hat - sigma x0_hat."""
        return per_image(alpha, self.eps_hat) * self.eps_hat - (
            per_image(sigma, self.x0_hat) * self.x0_hat
        )

    def score(self, sigma: Tensor) -> Tensor:
        """grad log p(x_t) = -eps_hat / sigma (Song et al. 2021, arXiv:2011.13456, via Tweedie).

        Undefined for clean data: ValueError if any sigma is 0.
        """
        if torch.any(sigma == 0):
            raise ValueError("The score of clean data is undefined: sigma must be above 0.")
        return -self.eps_hat / per_image(sigma, self.eps_hat)


def add_noise(x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
    """The forward process in one jump: x_t = alpha x_0 + sigma eps (DDPM, eq. 4)."""
    return per_image(alpha, x_0) * x_0 + per_image(sigma, eps) * eps


def velocity_target(x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
    """What the network is trained to say: v = alpha eps - sigma x_0."""
    return per_image(alpha, eps) * eps - per_image(sigma, x_0) * x_0


def from_velocity(v: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
    """x0_hat = alpha x_t - sigma v and eps_hat = sigma x_t + alpha v."""
    a, s = per_image(alpha, x_t), per_image(sigma, x_t)
    return Prediction(x0_hat=a * x_t - s * v, eps_hat=s * x_t + a * v)


def from_x0(x0_hat: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
    """eps_hat = (x_t - alpha x0_hat) / sigma; for clean data (sigma = 0) the noise is unknown: 0."""
    a, s = per_image(alpha, x_t), per_image(sigma, x_t)
    eps_hat = torch.where(s > 0, (x_t - a * x0_hat) / s.clamp(min=torch.finfo(s.dtype).tiny), 0.0)
    return Prediction(x0_hat=x0_hat, eps_hat=eps_hat)


def from_eps(eps_hat: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
    """x0_hat = (x_t - sigma eps_hat) / alpha (DDPM, eq. 15). ValueError for pure noise (alpha = 0)."""
    if torch.any(alpha == 0):
        raise ValueError("Predicted noise says nothing about x_0 in pure noise: alpha must be > 0.")
    a, s = per_image(alpha, x_t), per_image(sigma, x_t)
    return Prediction(x0_hat=(x_t - s * eps_hat) / a, eps_hat=eps_hat)
