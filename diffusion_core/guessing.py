"""One question to the denoiser at many noise levels: what was the digit, and what is the noise?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.pixels import to_uint8
from diffusion_core.prediction import add_noise
from diffusion_core.recording import NOISE_REACH
from diffusion_core.request import IMAGE_SIZE, NO_LABEL
from diffusion_core.schedule import Schedule, alpha_sigma

LEVELS = 101


@dataclass(frozen=True)
class Guesses:
    """Answers about one picture at LEVELS evenly spaced times from 0 to 1, ready to be shown."""

    x0_hat: NDArray[np.uint8]
    """(LEVELS, 28, 28): [-1, 1] as 0..255."""
    eps_hat: NDArray[np.uint8]
    """(LEVELS, 28, 28): [-2, 2] as 0..255."""
    error: NDArray[np.float32]
    """(LEVELS,): mean squared error of eps_hat against the noise; a blind guess of 0 scores 1."""


def guess_along(denoiser: Denoiser, x_0: Tensor, eps: Tensor, schedule: Schedule) -> Guesses:
    """Mix x_0 and eps, each (1, 1, 28, 28), at every level of the schedule and ask about each.

    The denoiser is not told which digit it is: it has to see that for itself.
    """
    alpha, sigma = alpha_sigma(schedule, np.linspace(0, 1, LEVELS))
    size = (LEVELS, 1, IMAGE_SIZE, IMAGE_SIZE)
    x_t = add_noise(x_0.expand(size), eps.expand(size), alpha, sigma)
    answer = denoiser(x_t, alpha, sigma, torch.full((LEVELS,), NO_LABEL))
    return Guesses(
        x0_hat=to_uint8(answer.x0_hat),
        eps_hat=to_uint8(answer.eps_hat, NOISE_REACH),
        error=(answer.eps_hat - eps).square().mean(dim=(1, 2, 3)).float().numpy(),
    )
