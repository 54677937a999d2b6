"""Samplers: from noise to a picture, as tables of how much of what makes the next one.

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

All of them mix the same few things, and differ only in how much of each they take. So a sampler
is a table: for each question to the denoiser a Row that says what becomes of the answer. Whoever
runs it knows no sampler by name; the browser runs the same tables (pages/engine/sampler.js).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from diffusion_core.schedule import COSINE, Floats, Schedule, alpha_sigma, log_snr

if TYPE_CHECKING:
    from torch import Tensor

    from diffusion_core.prediction import Prediction


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


@dataclass(frozen=True)
class Row:
    """A question, and the picture that is made of its answer:

        a x0_hat + b eps_hat + c x0_hat_before + d eps_hat_before + e z

    with what was answered before, and fresh noise z.
    """

    level: Level
    """At which the denoiser is asked about the picture so far."""
    x0_hat: float
    eps_hat: float
    x0_before: float = 0.0
    eps_before: float = 0.0
    fresh: float = 0.0
    ends: bool = True
    """Whether a step ends here, or the picture is only something to ask about."""
    back: float = 0.0
    """If not 0, this much of the picture, and noise for the rest, lead back to where the step began
    (editing/resampling.py)."""

    def lands(
        self,
        said: Prediction,
        before: Prediction | None,
        x: Tensor,
        noise: Callable[[Tensor], Tensor],
    ) -> Tensor:
        """The picture that it makes of x (B, ...). Where nothing was answered before, as at a turn
        in the middle of a table (labs/forks), this answer stands for that one."""
        x_next = self.x0_hat * said.x0_hat + self.eps_hat * said.eps_hat
        if self.x0_before or self.eps_before:
            before = before or said
            x_next = x_next + self.x0_before * before.x0_hat + self.eps_before * before.eps_hat
        return x_next + self.fresh * noise(x) if self.fresh else x_next


def ddim(levels: Sequence[Level], eta: float = 0.0) -> list[Row]:
    """DDIM (Song et al. 2021, arXiv:2010.02502, eq. 12); eta = 1 is DDPM's ancestral sampling.

    x_next = alpha' x0_hat + sqrt(sigma'^2 - fresh^2) eps_hat + fresh z, where
    fresh = eta sigma'/sigma sqrt(1 - alpha^2/alpha'^2) (eq. 16) is how much of the noise is new.
    """
    table = []
    for here, there in pairwise(levels):
        keep = 1 - (here.alpha / there.alpha) ** 2 if there.alpha else 0.0
        fresh = eta * there.sigma / here.sigma * math.sqrt(max(keep, 0.0))
        old = math.sqrt(max(there.sigma**2 - fresh**2, 0.0))
        table.append(Row(here, x0_hat=there.alpha, eps_hat=old, fresh=fresh))
    return table


def ddpm(levels: Sequence[Level]) -> list[Row]:
    """Ancestral sampling (Ho et al. 2020, algorithm 2, with the posterior variance of eq. 7)."""
    return ddim(levels, eta=1.0)


def heun(levels: Sequence[Level]) -> list[Row]:
    """Heun's second-order method on dx = x0_hat d(alpha) + eps_hat d(sigma).

    The trapezoidal rule of Karras et al. 2022 (arXiv:2206.00364, algorithm 1), in the variables in
    which its first half is a DDIM step. It begins in x = alpha x0_hat + sigma eps_hat of the first
    answer, and goes the way with half of each answer. Two network calls a step; one in the last,
    which ends at sigma = 0, where there is no noise left to ask about.
    """
    table = []
    for here, there in pairwise(levels):
        if there.sigma == 0:
            table.append(Row(here, x0_hat=there.alpha, eps_hat=there.sigma))
            continue
        table.append(Row(here, x0_hat=there.alpha, eps_hat=there.sigma, ends=False))
        alpha, sigma = (there.alpha - here.alpha) / 2, (there.sigma - here.sigma) / 2
        table.append(Row(there, alpha, sigma, here.alpha + alpha, here.sigma + sigma))
    return table


def dpmpp(levels: Sequence[Level]) -> list[Row]:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2).

    A DDIM step with x0_hat extrapolated by the last two answers,
    D = (1 + 1/(2r)) x0_hat - 1/(2r) x0_hat_before, where r compares the two step lengths in
    lambda = log(alpha / sigma): x_next = sigma'/sigma x + (alpha' - sigma'/sigma alpha) D, and x is
    alpha x0_hat + sigma eps_hat. The first step has no answer before it, and the last ends where
    lambda is infinite; both are plain DDIM steps.
    """
    table: list[Row] = []
    length_before: float | None = None
    for here, there in pairwise(levels):
        length = there.half_log_snr - here.half_log_snr
        extra = 0.0
        if length_before is not None and math.isfinite(length):
            weight = length / (2 * length_before)  # 1/(2r); 0 after a step out of pure noise
            extra = weight * (there.alpha - there.sigma / here.sigma * here.alpha)
        table.append(Row(here, there.alpha + extra, there.sigma, x0_before=-extra))
        length_before = length
    return table


def leap(levels: Sequence[Level]) -> list[Row]:
    """Few large steps of a distilled model, whose guess of the digit is a finished picture.

    Multistep consistency sampling (Song et al. 2023, arXiv:2303.01469, algorithm 1): each guess is
    covered with fresh noise up to the next level, x_next = alpha' x0_hat + sigma' z, so that the
    next leap can put right what the last one got wrong.
    """
    return [
        Row(here, x0_hat=there.alpha, eps_hat=0.0, fresh=there.sigma)
        for here, there in pairwise(levels)
    ]


def times(again: int, levels: Sequence[Level]) -> list[Row]:
    """DDPM with each step taken `again` times (editing/resampling.py); ValueError for none."""
    if again < 1:
        raise ValueError(f"A step is taken at least once; got {again}.")
    table = []
    for here, there in pairwise(levels):
        [row] = ddpm([here, there])
        # Of a try that goes back to pure noise nothing would be left.
        tries = again if here.alpha > 0 else 1
        table += [replace(row, ends=False, back=here.alpha / there.alpha)] * (tries - 1) + [row]
    return table


SAMPLERS: dict[str, Callable[[Sequence[Level]], list[Row]]] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "heun": heun,
    "dpmpp": dpmpp,
    "leap": leap,
}
