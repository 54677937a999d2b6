"""Samplers: from noise to a picture, as generators of frozen steps.

The reverse process follows one equation. If the denoiser's answers changed smoothly with the
noise level, the picture would move along

    dx = x0_hat d(alpha) + eps_hat d(sigma)

the probability-flow ODE of Song et al. 2021 (arXiv:2011.13456, eq. 13), written with the two
answers. Each sampler is a way to take finite steps along it:

- DDIM holds both answers still for the step, and lands on alpha' x0_hat + sigma' eps_hat.
- Heun takes that step, asks again where it landed, and walks with the average of both answers.
- DPM-Solver++(2M) extrapolates x0_hat from this answer and the one before.
- DDPM is DDIM that swaps part of the old noise for fresh noise at each step.
- Leap takes a distilled model's guess for the picture, and goes back part of the way with fresh
  noise to try again.

Every one of them is a dialogue: a generator that yields a Question when it needs the denoiser's
answer, is sent that answer, and yields Taken when a step is done. So whoever leads it decides when
and in whose company the question is put: `run.sample` asks at once, the service for many visitors
puts the questions of all of them into one pass of the network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from torch import Tensor

from diffusion_core.guidance import Guided
from diffusion_core.schedule import COSINE, Floats, Schedule, alpha_sigma, log_snr


@dataclass(frozen=True)
class Level:
    """A point on the timeline: the time and its amounts."""

    t: float
    alpha: float
    sigma: float

    @cached_property
    def half_log_snr(self) -> float:
        """lambda = log(alpha / sigma), the clock of DPM-Solver."""
        return float(log_snr(self.alpha, self.sigma)) / 2


def levels_at(times: Floats, schedule: Schedule = COSINE) -> list[Level]:
    """The levels of a schedule at these times (N,)."""
    amounts = zip(times, *alpha_sigma(schedule, times), strict=True)
    return [Level(float(t), float(alpha), float(sigma)) for t, alpha, sigma in amounts]


@dataclass(frozen=True)
class Question:
    """What does the denoiser make of x (B, 1, H, W) at this level?"""

    x: Tensor
    level: Level


@dataclass(frozen=True)
class Taken:
    """A step has been taken: where it landed, and what was said about where it began."""

    x_next: Tensor
    answer: Guided
    x_t: Tensor | None = None
    """What the answer is about, where that is not what the last step landed on: a step that is
    taken several times (editing/resampling.py) ends with another picture than it began with."""


Dialogue = Generator[Question | Taken, Guided, None]
"""Send it the answer to each Question, and nothing (`next`) after each Taken."""

Noise = Callable[[Tensor], Tensor]
"""Draws fresh standard normal noise shaped like its argument."""


GRID_POWER = 0.6
"""Of the samplers' time grid; chosen by what it draws in 20 steps (docs/measurements.md)."""


def time_grid(steps: int, power: float = 1.0) -> Floats:
    """steps + 1 times from 1 to 0: t = (1 - k / steps)^power, shape (steps + 1,).

    At power 1 they are evenly spaced, which on the cosine schedule are equal turns of the angle.
    Below 1 the steps are shorter at the noisy end, where the digit is decided, and longer at the
    clean end, where little happens any more.
    """
    return np.linspace(1.0, 0.0, steps + 1) ** power


def grid_of(sampler: str, steps: int) -> Floats:
    """The times that a sampler visits. Leaps start where the distilled model can be asked."""
    return time_grid(steps, 1.0 if sampler == "leap" else GRID_POWER)


def ddim(x: Tensor, levels: list[Level], noise: Noise, eta: float = 0.0) -> Dialogue:
    """DDIM (Song et al. 2021, arXiv:2010.02502, eq. 12); eta = 1 is DDPM's ancestral sampling.

    x_next = alpha' x0_hat + sqrt(sigma'^2 - fresh^2) eps_hat + fresh z, where
    fresh = eta sigma'/sigma sqrt(1 - alpha^2/alpha'^2) (eq. 16) is how much of the noise is new.
    """
    for here, there in pairwise(levels):
        answer = yield Question(x, here)
        keep = 1 - (here.alpha / there.alpha) ** 2 if there.alpha else 0.0
        fresh = eta * there.sigma / here.sigma * math.sqrt(max(keep, 0.0))
        old = math.sqrt(max(there.sigma**2 - fresh**2, 0.0))
        x_next = there.alpha * answer.combined.x0_hat + old * answer.combined.eps_hat
        if fresh > 0:
            x_next = x_next + fresh * noise(x)
        yield Taken(x_next, answer)
        x = x_next


def ddpm(x: Tensor, levels: list[Level], noise: Noise) -> Dialogue:
    """Ancestral sampling (Ho et al. 2020, algorithm 2, with the posterior variance of eq. 7)."""
    return ddim(x, levels, noise, eta=1.0)


def heun(x: Tensor, levels: list[Level], noise: Noise) -> Dialogue:
    """Heun's second-order method on dx = x0_hat d(alpha) + eps_hat d(sigma).

    The trapezoidal rule of Karras et al. 2022 (arXiv:2206.00364, algorithm 1), in the variables in
    which its first half is a DDIM step. Two network calls a step; one in the last, which ends at
    sigma = 0, where there is no noise left to ask about.
    """
    for here, there in pairwise(levels):
        first = yield Question(x, here)
        x_next = there.alpha * first.combined.x0_hat + there.sigma * first.combined.eps_hat
        if there.sigma > 0:
            second = yield Question(x_next, there)
            x0 = (first.combined.x0_hat + second.combined.x0_hat) / 2
            eps = (first.combined.eps_hat + second.combined.eps_hat) / 2
            x_next = x + (there.alpha - here.alpha) * x0 + (there.sigma - here.sigma) * eps
        yield Taken(x_next, first)
        x = x_next


def dpmpp(x: Tensor, levels: list[Level], noise: Noise) -> Dialogue:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2).

    A DDIM step with x0_hat extrapolated by the last two answers,
    D = (1 + 1/(2r)) x0_hat - 1/(2r) x0_hat_before, where r compares the two step lengths in
    lambda = log(alpha / sigma). The first step has no answer before it, and the last ends where
    lambda is infinite; both are plain DDIM steps.
    """
    before: tuple[Tensor, float] | None = None
    for here, there in pairwise(levels):
        answer = yield Question(x, here)
        x0_hat = answer.combined.x0_hat
        length = there.half_log_snr - here.half_log_snr
        x0_used = x0_hat
        if before is not None and math.isfinite(length):
            x0_before, length_before = before
            weight = length / (2 * length_before)  # 1/(2r); 0 after a step out of pure noise
            x0_used = (1 + weight) * x0_hat - weight * x0_before
        ratio = there.sigma / here.sigma
        x_next = ratio * x + (there.alpha - ratio * here.alpha) * x0_used
        yield Taken(x_next, answer)
        before, x = (x0_hat, length), x_next


def leap(x: Tensor, levels: list[Level], noise: Noise) -> Dialogue:
    """Few large steps of a distilled model, whose guess of the digit is a finished picture.

    Multistep consistency sampling (Song et al. 2023, arXiv:2303.01469, algorithm 1): each guess is
    covered with fresh noise up to the next level, x_next = alpha' x0_hat + sigma' z, so that the
    next leap can put right what the last one got wrong.
    """
    for here, there in pairwise(levels):
        answer = yield Question(x, here)
        x_next = there.alpha * answer.combined.x0_hat
        if there.sigma > 0:
            x_next = x_next + there.sigma * noise(x)
        yield Taken(x_next, answer)
        x = x_next


Sampler = Callable[[Tensor, list[Level], Noise], Dialogue]
"""x to start from, the levels to visit, and a source of fresh noise."""

SAMPLERS: dict[str, Sampler] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "heun": heun,
    "dpmpp": dpmpp,
    "leap": leap,
}
