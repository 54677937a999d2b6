"""Classifier-free guidance: asking with and without the label, and exaggerating the difference.

    eps = eps_uncond + s (eps_cond - eps_uncond)

(Ho & Salimans 2022, arXiv:2207.12598, eq. 6, whose w is s - 1.) At s = 1 (plain conditional) and
s = 0 (label ignored), and for pictures without a label, one answer is enough.

Asking and combining are two functions, so that whoever holds the denoiser decides when to ask it,
and may put the questions of many into one batch (diffusion_core/service/batcher.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.prediction import Prediction
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import Floats


@dataclass(frozen=True, eq=False)
class Query:
    """What a denoiser is asked, each picture for itself."""

    x_t: Tensor
    """(B, 1, H, W)"""
    alpha: Floats
    """(B,)"""
    sigma: Floats
    """(B,)"""
    label: Tensor
    """(B,) int64, NO_LABEL for none"""
    left: int = 1
    """How many steps are left to whoever asks, about, counting this one. No denoiser needs to know;
    who puts the questions of many may begin with those who are nearest to the end."""

    def __len__(self) -> int:
        return len(self.x_t)

    def put(self, denoiser: Denoiser) -> Prediction:
        """Ask at once."""
        return denoiser(self.x_t, self.alpha, self.sigma, self.label)


@dataclass(frozen=True)
class Guided:
    """What the denoiser says with the label, without it, and the two combined."""

    combined: Prediction
    conditional: Prediction
    unconditional: Prediction
    calls: int
    """Passes of the denoiser for each picture: 2 if both answers were needed, else 1."""


def combine(answer: Prediction, count: int, guidance: float) -> Guided:
    """The answer to ByLabel.query about `count` pictures."""
    if len(answer.x0_hat) == count:
        return Guided(answer, answer, answer, calls=1)
    (x0_cond, x0_uncond), (eps_cond, eps_uncond) = answer.x0_hat.chunk(2), answer.eps_hat.chunk(2)
    # x_t = alpha x0_hat + sigma eps_hat holds for both answers, so extrapolating both forms by
    # the same factor keeps it true of the combination, without dividing by alpha or sigma.
    combined = Prediction(
        x0_hat=torch.lerp(x0_uncond, x0_cond, guidance),
        eps_hat=torch.lerp(eps_uncond, eps_cond, guidance),
    )
    return Guided(combined, Prediction(x0_cond, eps_cond), Prediction(x0_uncond, eps_uncond), 2)


class Guide(Protocol):
    """What is asked about each picture, and how the answers become one."""

    def query(self, x_t: Tensor, alpha: Floats, sigma: Floats) -> Query:
        """The questions about x_t (B, ...)."""

    def combine(self, answer: Prediction, count: int) -> Guided:
        """The answer to `query` about `count` pictures."""


@dataclass(frozen=True)
class ByLabel:
    """The usual guide: each picture has one label (B,), followed as closely as `guidance` says."""

    label: Tensor
    guidance: float

    def query(self, x_t: Tensor, alpha: Floats, sigma: Floats) -> Query:
        """B questions, or 2 B where both answers are needed."""
        nothing = torch.full_like(self.label, NO_LABEL)
        if self.guidance == 0 or bool((self.label == NO_LABEL).all()):
            return Query(x_t, alpha, sigma, nothing)
        if self.guidance == 1:
            return Query(x_t, alpha, sigma, self.label)
        amounts = np.concatenate([alpha, alpha]), np.concatenate([sigma, sigma])
        return Query(torch.cat([x_t, x_t]), *amounts, torch.cat([self.label, nothing]))

    def combine(self, answer: Prediction, count: int) -> Guided:
        return combine(answer, count, self.guidance)


def guided(
    denoiser: Denoiser, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor, guidance: float
) -> Guided:
    """Ask and combine at once. Shapes as in Query; both halves go through in one batch."""
    guide = ByLabel(label, guidance)
    return guide.combine(guide.query(x_t, alpha, sigma).put(denoiser), len(x_t))
