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

Every one of them is a function of (denoiser, noise, labels, amounts, ...) that yields a Step after
each, and so can be watched, stopped, recorded or tested in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from diffusion_core.denoiser import Denoiser, Guided, guided
from diffusion_core.prediction import Prediction
from diffusion_core.request import IMAGE_SIZE, Request
from diffusion_core.schedule import COSINE, Floats, Schedule, alpha_sigma, log_snr


@dataclass(frozen=True)
class Step:
    """One step of the reverse process, from t to t_next < t. Pictures are (B, 1, H, W)."""

    index: int
    """0 for the first step, which starts from noise."""
    count: int
    """How many steps the whole run has."""
    t: float
    t_next: float
    alpha: float
    sigma: float
    log_snr: float
    x_t: Tensor
    x_next: Tensor
    x0_hat: Tensor
    eps_hat: Tensor
    conditional: Prediction
    """The answer with the label ..."""
    unconditional: Prediction
    """... and without it. Where guidance needed only one answer, both are that one."""
    calls: int
    """Network calls so far. A guided call asks with and without the label, and counts as 2."""


@dataclass(frozen=True)
class Level:
    """A point on the timeline: the time and its amounts."""

    t: float
    alpha: float
    sigma: float

    @property
    def half_log_snr(self) -> float:
        """lambda = log(alpha / sigma), the clock of DPM-Solver."""
        return float(log_snr(self.alpha, self.sigma)) / 2


Ask = Callable[[Tensor, Level], Guided]
"""Puts x_t at a level to the denoiser, with labels and guidance already chosen."""

Noise = Callable[[Tensor], Tensor]
"""Draws fresh standard normal noise shaped like its argument."""

StepTaken = tuple[Tensor, Guided, int]
"""x_next, the answer that was given about x_t, and the network calls that the step cost."""

Stepper = Iterator[StepTaken]


def time_grid(steps: int) -> Floats:
    """steps + 1 times from 1 to 0, evenly spaced: shape (steps + 1,).

    On the cosine schedule equal steps in time are equal turns of the angle, with both ends on the
    grid. It is the simplest to read on a timeline; grids that are denser elsewhere draw slightly
    better in 20 steps (docs/measurements.md).
    """
    return np.linspace(1.0, 0.0, steps + 1)


def ddim(ask: Ask, x: Tensor, levels: list[Level], noise: Noise, eta: float = 0.0) -> Stepper:
    """DDIM (Song et al. 2021, arXiv:2010.02502, eq. 12); eta = 1 is DDPM's ancestral sampling.

    x_next = alpha' x0_hat + sqrt(sigma'^2 - fresh^2) eps_hat + fresh z, where
    fresh = eta sigma'/sigma sqrt(1 - alpha^2/alpha'^2) (eq. 16) is how much of the noise is new.
    """
    for here, there in pairwise(levels):
        answer = ask(x, here)
        keep = 1 - (here.alpha / there.alpha) ** 2 if there.alpha else 0.0
        fresh = eta * there.sigma / here.sigma * math.sqrt(max(keep, 0.0))
        old = math.sqrt(max(there.sigma**2 - fresh**2, 0.0))
        x_next = there.alpha * answer.combined.x0_hat + old * answer.combined.eps_hat
        if fresh > 0:
            x_next = x_next + fresh * noise(x)
        yield x_next, answer, answer.calls
        x = x_next


def ddpm(ask: Ask, x: Tensor, levels: list[Level], noise: Noise) -> Stepper:
    """Ancestral sampling (Ho et al. 2020, algorithm 2, with the posterior variance of eq. 7)."""
    return ddim(ask, x, levels, noise, eta=1.0)


def heun(ask: Ask, x: Tensor, levels: list[Level], noise: Noise) -> Stepper:
    """Heun's second-order method on dx = x0_hat d(alpha) + eps_hat d(sigma).

    The trapezoidal rule of Karras et al. 2022 (arXiv:2206.00364, algorithm 1), in the variables in
    which its first half is a DDIM step. Two network calls a step; one in the last, which ends at
    sigma = 0, where there is no noise left to ask about.
    """
    for here, there in pairwise(levels):
        first = ask(x, here)
        x_next = there.alpha * first.combined.x0_hat + there.sigma * first.combined.eps_hat
        calls = first.calls
        if there.sigma > 0:
            second = ask(x_next, there)
            x0 = (first.combined.x0_hat + second.combined.x0_hat) / 2
            eps = (first.combined.eps_hat + second.combined.eps_hat) / 2
            x_next = x + (there.alpha - here.alpha) * x0 + (there.sigma - here.sigma) * eps
            calls += second.calls
        yield x_next, first, calls
        x = x_next


def dpmpp(ask: Ask, x: Tensor, levels: list[Level], noise: Noise) -> Stepper:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2).

    A DDIM step with x0_hat extrapolated by the last two answers,
    D = (1 + 1/(2r)) x0_hat - 1/(2r) x0_hat_before, where r compares the two step lengths in
    lambda = log(alpha / sigma). The first step has no answer before it, and the last ends where
    lambda is infinite; both are plain DDIM steps.
    """
    before: tuple[Tensor, float] | None = None
    for here, there in pairwise(levels):
        answer = ask(x, here)
        x0_hat = answer.combined.x0_hat
        length = there.half_log_snr - here.half_log_snr
        x0_used = x0_hat
        if before is not None and math.isfinite(length):
            x0_before, length_before = before
            weight = length / (2 * length_before)  # 1/(2r); 0 after a step out of pure noise
            x0_used = (1 + weight) * x0_hat - weight * x0_before
        ratio = there.sigma / here.sigma
        x_next = ratio * x + (there.alpha - ratio * here.alpha) * x0_used
        yield x_next, answer, answer.calls
        before, x = (x0_hat, length), x_next


SAMPLERS: dict[str, Callable[[Ask, Tensor, list[Level], Noise], Stepper]] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "heun": heun,
    "dpmpp": dpmpp,
}


def picture_generators(seed: int, count: int, first: int = 0) -> list[torch.Generator]:
    """The sources of all randomness of `count` pictures of a seed, numbered from `first`.

    One each, so that a picture is the same whatever is drawn beside it: two settings can be
    compared from the same noise, and a row can be extended.
    """
    return [torch.Generator().manual_seed((seed << 20) + first + i) for i in range(count)]


def noise_from(generators: list[torch.Generator], size: tuple[int, ...]) -> Tensor:
    """Standard normal noise (len(generators), *size), each picture from its own generator."""
    return torch.stack([torch.randn(size, generator=generator) for generator in generators])


def sample(
    denoiser: Denoiser,
    request: Request,
    x_1: Tensor | None = None,
    schedule: Schedule = COSINE,
    first: int = 0,
    device: str = "cpu",
) -> Iterator[Step]:
    """Run the reverse process and yield each step as soon as it is computed.

    x_1 (B, 1, H, W) is the noise to start from; by default it follows from the request's seed, as
    does all fresh noise. `first` numbers the first picture of this request within its seed.
    Nothing is computed before the first step is asked for.
    """
    generators = picture_generators(request.seed, len(request.labels), first)
    start = noise_from(generators, (1, IMAGE_SIZE, IMAGE_SIZE))
    x_t = (start if x_1 is None else x_1).to(device)

    def noise(like: Tensor) -> Tensor:
        return noise_from(generators, tuple(like.shape[1:])).to(like)

    labels = torch.tensor(request.labels, dtype=torch.int64, device=x_t.device)
    times = time_grid(request.steps)
    alphas, sigmas = alpha_sigma(schedule, times)
    levels = [
        Level(float(t), float(a), float(s)) for t, a, s in zip(times, alphas, sigmas, strict=True)
    ]

    def ask(x: Tensor, level: Level) -> Guided:
        each = np.ones(len(x))
        return guided(denoiser, x, level.alpha * each, level.sigma * each, labels, request.guidance)

    calls = 0
    taken = SAMPLERS[request.sampler](ask, x_t, levels, noise)
    for index, (x_next, answer, cost) in enumerate(taken):
        here, there = levels[index], levels[index + 1]
        calls += cost
        yield Step(
            index=index,
            count=request.steps,
            t=here.t,
            t_next=there.t,
            alpha=here.alpha,
            sigma=here.sigma,
            log_snr=2 * here.half_log_snr,
            x_t=x_t,
            x_next=x_next,
            x0_hat=answer.combined.x0_hat,
            eps_hat=answer.combined.eps_hat,
            conditional=answer.conditional,
            unconditional=answer.unconditional,
            calls=calls,
        )
        x_t = x_next


def final_picture(steps: Iterator[Step]) -> Tensor:
    """Run a sampler to its end and return only what it drew, (B, 1, H, W)."""
    last = None
    for last in steps:  # noqa: B007 - the last one is what is wanted
        pass
    if last is None:
        raise ValueError("The sampler took no step.")
    return last.x_next


__all__ = [
    "SAMPLERS",
    "Level",
    "Request",
    "Step",
    "final_picture",
    "noise_from",
    "picture_generators",
    "sample",
    "time_grid",
]
