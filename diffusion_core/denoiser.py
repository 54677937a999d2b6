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
from diffusion_core.unet import UNet


class Denoiser(Protocol):
    """x_t (B, 1, H, W), alpha and sigma (B,) float64, label (B,) int64 (NO_LABEL for none)."""

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction: ...


@dataclass(frozen=True)
class NetworkDenoiser:
    """The trained network, asked at the time at which its own (cosine) schedule has this level."""

    network: UNet

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        t = torch.as_tensor(cosine_time(alpha, sigma)).to(x_t)
        # inference_mode spares the bookkeeping that only training needs.
        with torch.inference_mode():
            v = self.network(x_t.float(), t.float(), label)
        return from_velocity(v.to(x_t), x_t, alpha, sigma)


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
class Guided:
    """What the denoiser says with the label, without it, and the two combined."""

    combined: Prediction
    conditional: Prediction
    unconditional: Prediction
    calls: int
    """Passes of the denoiser: 2 if both answers were needed, else 1."""


def guided(
    denoiser: Denoiser,
    x_t: Tensor,
    alpha: Floats,
    sigma: Floats,
    label: Tensor,
    guidance: float,
) -> Guided:
    """Classifier-free guidance: eps = eps_uncond + s (eps_cond - eps_uncond), s = guidance.

    (Ho & Salimans 2022, arXiv:2207.12598, eq. 6, whose w is s - 1.) At s = 1 (plain conditional)
    and s = 0 (label ignored), and for pictures without a label, one answer is enough. Otherwise
    both are computed in one batch of twice the size.
    """
    nothing = torch.full_like(label, NO_LABEL)
    if guidance == 0 or bool((label == NO_LABEL).all()):
        answer = denoiser(x_t, alpha, sigma, nothing)
        return Guided(answer, answer, answer, calls=1)
    if guidance == 1:
        answer = denoiser(x_t, alpha, sigma, label)
        return Guided(answer, answer, answer, calls=1)
    both = denoiser(
        torch.cat([x_t, x_t]),
        np.concatenate([alpha, alpha]),
        np.concatenate([sigma, sigma]),
        torch.cat([label, nothing]),
    )
    (x0_cond, x0_uncond), (eps_cond, eps_uncond) = both.x0_hat.chunk(2), both.eps_hat.chunk(2)
    # x_t = alpha x0_hat + sigma eps_hat holds for both answers, so extrapolating both forms by
    # the same factor keeps it true of the combination, without dividing by alpha or sigma.
    combined = Prediction(
        x0_hat=x0_uncond + guidance * (x0_cond - x0_uncond),
        eps_hat=eps_uncond + guidance * (eps_cond - eps_uncond),
    )
    return Guided(combined, Prediction(x0_cond, eps_cond), Prediction(x0_uncond, eps_uncond), 2)
