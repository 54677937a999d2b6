"""What a check is, and what several of them need."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.denoiser import Denoiser
from diffusion_core.guidance import Guided
from diffusion_core.pixels import to_model
from diffusion_core.prediction import (
    Prediction,
)
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample, start_of
from diffusion_core.samplers import SAMPLERS, Level, Question, Taken, levels_at
from diffusion_core.schedule import (
    COSINE,
    Floats,
    Schedule,
    alpha_sigma,
)

ROUNDING = 1e-9
"""Tolerance of two float64 routes to the same number."""


@dataclass(frozen=True)
class Check:
    """One number, found in two ways."""

    left: float
    right: float
    what_left: str
    what_right: str
    tolerance: float
    """How far apart they may be, as a share of the larger one: chance, steps and rounding."""

    @property
    def apart(self) -> float:
        """How far apart they are, as a share of the larger one."""
        return abs(self.left - self.right) / max(abs(self.left), abs(self.right), 1e-300)

    @property
    def agrees(self) -> bool:
        """Whether that is within the tolerance; never if a number is not finite."""
        return math.isfinite(self.left + self.right) and self.apart <= self.tolerance


def level_at(t: float, schedule: Schedule = COSINE) -> Level:
    """The point of a schedule at time t."""
    alpha, sigma = alpha_sigma(schedule, t)
    return Level(t, float(alpha), float(sigma))


def pixel(value: float) -> Tensor:
    """A picture of one pixel, (1, 1, 1, 1) float64."""
    return torch.full((1, 1, 1, 1), value, dtype=torch.float64)


def digits() -> Tensor:
    """The embedded digits, twelve of each class in order of class: (120, 1, 28, 28) float64."""
    return to_model(embedded_digits().images).double()


def digit_labels() -> Tensor:
    """Which digit each of them is, (120,) int64."""
    return torch.from_numpy(embedded_digits().labels)


def normal(size: tuple[int, ...], seed: int) -> Tensor:
    """Standard normal noise, float64."""
    return torch.randn(size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def one_step(
    sampler: str, x: Tensor, here: Level, there: Level, answer: Prediction, fresh: float
) -> Tensor:
    """Where a sampler's step from x lands, if its fresh noise is `fresh` in each pixel."""
    dialogue = SAMPLERS[sampler](x, [here, there], lambda like: torch.full_like(like, fresh))
    asked = next(dialogue)
    assert isinstance(asked, Question)
    taken = dialogue.send(Guided(answer, answer, answer, calls=1))
    assert isinstance(taken, Taken)
    return taken.x_next


def walked(denoiser: Denoiser, sampler: str, x: Tensor, times: Floats, seed: int = 0) -> Tensor:
    """Where a sampler takes x (1, 1, H, W) through these falling times."""
    request = Request((0,), sampler, len(times) - 1, seed=seed)
    start = replace(start_of(request), x=x)
    return final_picture(sample(denoiser, request, start, levels_at(times)))


def grid_mean_and_spread(log_density: Callable[[Floats], Floats]) -> tuple[float, float]:
    """Mean and standard deviation of a density on the line, known up to a factor: by summing."""
    x = np.linspace(-12, 12, 24_001)
    logs = log_density(x)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    mean = float(weight @ x)
    return mean, math.sqrt(float(weight @ (x - mean) ** 2))


def log_bell(x: ArrayLike, mean: ArrayLike, spread: float) -> Floats:
    """log N(x; mean, spread^2), up to a constant."""
    away = np.asarray(x, np.float64) - np.asarray(mean, np.float64)
    return -((away / spread) ** 2) / 2


def log_density_of_noisy(data: Tensor, x_t: Tensor, level: Level) -> float:
    """log p(x_t), up to a constant, if x_0 is one of `data` with equal chances: by its definition.

    p(x_t) = mean_i N(x_t; alpha x_i, sigma^2), a sum of bells, one around each picture.
    """
    square = (x_t - level.alpha * data).square().sum(dim=(1, 2, 3))
    return float((-square / (2 * level.sigma**2)).logsumexp(0) - math.log(len(data)))


def slope(f: Callable[[Tensor], float], x: Tensor, direction: Tensor, h: float = 1e-4) -> float:
    """The derivative of f at x along a direction: by a central difference."""
    return (f(x + h * direction) - f(x - h * direction)) / (2 * h)
