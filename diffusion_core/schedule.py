"""Noise schedules: how much signal and how much noise at time t.

Every schedule is variance preserving: x_t = alpha(t) x_0 + sigma(t) eps with
alpha(t)^2 + sigma(t)^2 = 1, t in [0, 1], data at t = 0 and noise at t = 1. In the letters of
DDPM (Ho et al. 2020), alpha = sqrt(alpha_bar) and sigma = sqrt(1 - alpha_bar).

Since the two squares add up to one, (alpha, sigma) is a point on the quarter circle and a single
angle says everything: alpha = cos(angle), sigma = sin(angle). Schedules differ only in how fast
they walk along that arc, which is why a network trained on one can be asked about a level of
another: look up the time at which its own schedule has the same angle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor


class Schedule(Protocol):
    """A walk from (alpha, sigma) = (1, 0) towards (0, 1). Times and answers are float64."""

    name: str

    def angle(self, t: Tensor) -> Tensor:
        """t in [0, 1] of any shape to the angle in radians, 0 (all signal) to pi/2 (all noise)."""
        ...


@dataclass(frozen=True)
class CosineSchedule:
    """angle = pi t / 2: the arc walked at constant speed.

    This is the continuous form of Nichol & Dhariwal 2021 (arXiv:2102.09672, eq. 17) with offset
    s = 0, as in Salimans & Ho 2022 (arXiv:2202.00512, section 3). It reaches pure noise exactly.
    """

    name: str = "cosine"

    def angle(self, t: Tensor) -> Tensor:
        return t.double() * (math.pi / 2)


@dataclass(frozen=True)
class LinearBetaSchedule:
    """DDPM's schedule: beta_i rises linearly over T discrete steps (Ho et al. 2020, section 4).

    alpha_bar_i = prod_{j <= i} (1 - beta_j), and alpha_bar_0 = 1. T steps of the same betas: a
    short chain multiplies fewer factors together and so stops before the picture is pure noise.
    Between two grid points the angle is interpolated; at t = i / T it is exact.
    """

    steps: int = 1000
    beta_start: float = 1e-4
    beta_end: float = 0.02
    name: str = "linear"

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"A schedule needs at least one step; got T = {self.steps}.")
        if not 0 < self.beta_start <= self.beta_end < 1:
            raise ValueError("Betas must satisfy 0 < beta_start <= beta_end < 1.")

    @property
    def betas(self) -> Tensor:
        """beta_1 ... beta_T, shape (T,), float64."""
        return torch.linspace(self.beta_start, self.beta_end, self.steps, dtype=torch.float64)

    @cached_property
    def _grid_angles(self) -> Tensor:
        alpha_bar = torch.cat([torch.ones(1, dtype=torch.float64), (1 - self.betas).cumprod(0)])
        return torch.acos(alpha_bar.sqrt())

    def angle(self, t: Tensor) -> Tensor:
        position = t.double().clamp(0, 1) * self.steps
        left = position.floor().long().clamp(max=self.steps - 1)
        return torch.lerp(
            self._grid_angles[left], self._grid_angles[left + 1], position - left.double()
        )


COSINE = CosineSchedule()
SCHEDULES = ("cosine", "linear")


def make_schedule(name: str, steps: int = 1000) -> Schedule:
    """The schedule of that name; `steps` is T of the linear one. ValueError for another name."""
    if name == "cosine":
        return COSINE
    if name == "linear":
        return LinearBetaSchedule(steps)
    raise ValueError(f"There is no schedule {name!r}: choose one of {', '.join(SCHEDULES)}.")


def alpha_sigma(schedule: Schedule, t: Tensor) -> tuple[Tensor, Tensor]:
    """The amounts of signal and noise at t in [0, 1]: two float64 tensors shaped like t.

    At the ends of the arc they are exactly 0 and 1: cos(pi / 2) in floating point is not zero,
    and a sampler that divides by it would believe a signal of 6e-17.
    """
    angle = schedule.angle(t)
    alpha, sigma = angle.cos(), angle.sin()
    pure_noise = angle >= math.pi / 2
    return alpha.masked_fill(pure_noise, 0.0), sigma.masked_fill(pure_noise, 1.0)


def log_snr(alpha: Tensor, sigma: Tensor) -> Tensor:
    """log(alpha^2 / sigma^2), in nats; +inf for clean data and -inf for pure noise."""
    return 2 * (alpha.log() - sigma.log())


def cosine_time(alpha: Tensor, sigma: Tensor) -> Tensor:
    """The time in [0, 1] at which the cosine schedule has these amounts.

    The network was trained on the cosine schedule; this is how it is asked about any other.
    """
    return torch.atan2(sigma.double(), alpha.double()) * (2 / math.pi)
