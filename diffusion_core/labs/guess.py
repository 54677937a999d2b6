"""One question to the denoiser at many noise levels: what was the digit, and what is the noise?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.files.frames import NOISE_REACH
from diffusion_core.guidance import Query
from diffusion_core.pixels import from_bytes, to_uint8
from diffusion_core.prediction import Prediction, add_noise
from diffusion_core.request import GUESS_LEVELS, IMAGE_SIZE, NO_LABEL
from diffusion_core.schedule import Schedule, alpha_sigma, make_schedule
from diffusion_core.service.work import Networks, Question, Work

if TYPE_CHECKING:
    from diffusion_core.service.jobs import Guess


@dataclass(frozen=True)
class Guesses:
    """Answers about one picture at GUESS_LEVELS evenly spaced times from 0 to 1, to be shown."""

    x0_hat: NDArray[np.uint8]
    """(GUESS_LEVELS, 28, 28): [-1, 1] as 0..255."""
    eps_hat: NDArray[np.uint8]
    """(GUESS_LEVELS, 28, 28): [-2, 2] as 0..255."""
    error: NDArray[np.float32]
    """(GUESS_LEVELS,): mean squared error of eps_hat; a blind guess of 0 scores 1."""


def question(
    x_0: Tensor, eps: Tensor, schedule: Schedule, told_about: float | None = None
) -> Query:
    """Mix x_0 and eps, each (1, 1, 28, 28), at every level of the schedule and ask about each.

    The denoiser is not told which digit it is: it has to see that for itself.

    With told_about, the picture is the one at that time throughout, and the levels are only what
    the denoiser is told: what does it make of a picture that is noisier, or cleaner, than it hears?
    """
    alpha, sigma = alpha_sigma(schedule, np.linspace(0, 1, GUESS_LEVELS))
    size = (GUESS_LEVELS, 1, IMAGE_SIZE, IMAGE_SIZE)
    real = (alpha, sigma) if told_about is None else alpha_sigma(schedule, told_about)
    x_t = add_noise(x_0.expand(size), eps.expand(size), *real)
    return Query(x_t, alpha, sigma, torch.full((GUESS_LEVELS,), NO_LABEL))


def guesses(answer: Prediction, eps: Tensor) -> Guesses:
    """The answer to `question`, which was about this noise."""
    error = (answer.eps_hat - eps).square().mean(dim=(1, 2, 3))
    return Guesses(
        x0_hat=to_uint8(answer.x0_hat),
        eps_hat=to_uint8(answer.eps_hat, NOISE_REACH),
        error=error.float().numpy(),
    )


def guess_along(
    denoiser: Denoiser,
    x_0: Tensor,
    eps: Tensor,
    schedule: Schedule,
    told_about: float | None = None,
) -> Guesses:
    """Ask at once. Arguments as of `question`."""
    return guesses(question(x_0, eps, schedule, told_about).put(denoiser), eps)


def guessed(job: Guess, networks: Networks) -> Work:
    """x0_hat, eps_hat and error of the Guesses, as bytes, one after the other."""
    networks["digits"]
    size = (1, 1, IMAGE_SIZE, IMAGE_SIZE)
    eps = torch.frombuffer(bytearray(job.eps), dtype=torch.float32).reshape(size)
    schedule = make_schedule(job.schedule, job.schedule_steps)
    asked = question(from_bytes(job.x_0)[None], eps, schedule, job.told_about)
    found = guesses((yield Question("digits", asked)), eps)
    yield found.x0_hat.tobytes() + found.eps_hat.tobytes() + found.error.tobytes()
