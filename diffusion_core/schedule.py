"""Noise schedules: how much signal and how much noise at time t.

Every schedule is variance preserving: x_t = alpha(t) x_0 + sigma(t) eps with
alpha(t)^2 + sigma(t)^2 = 1, t in [0, 1], data at t = 0 and noise at t = 1. In the letters of
DDPM (Ho et al. 2020), alpha = sqrt(alpha_bar) and sigma = sqrt(1 - alpha_bar).

Since the two squares add up to one, (alpha, sigma) is a point on the quarter circle and a single
angle says everything: alpha = cos(angle), sigma = sin(angle). Schedules differ only in how fast
they walk along that arc, which is why a network trained on one can be asked about a level of
another: look up the time at which its own schedule has the same angle.

Times are a handful of numbers, so they live in numpy, in float64, on the CPU; only pictures are
tensors. That also lets a page draw its curves before torch is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Schedule(Protocol):
    """A walk from (alpha, sigma) = (1, 0) towards (0, 1)."""

    @property
    def name(self) -> str: ...

    def angle(self, t: Floats) -> Floats:
        """t in [0, 1], any shape, to the angle in radians: 0 is all signal, pi/2 all noise."""
        ...


@dataclass(frozen=True)
class CosineSchedule:
    """angle = pi t / 2: the arc walked at constant speed.

    This is the continuous form of Nichol & Dhariwal 2021 (arXiv:2102.09672, eq. 17) with offset
    s = 0, as in Salimans & Ho 2022 (arXiv:2202.00512, section 3). It reaches pure noise exactly.
    """

    name: str = "cosine"

    def angle(self, t: Floats) -> Floats:
        return t * (math.pi / 2)


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
    def betas(self) -> Floats:
        """beta_1 ... beta_T, shape (T,)."""
        return np.linspace(self.beta_start, self.beta_end, self.steps)

    @cached_property
    def _grid_angles(self) -> Floats:
        alpha_bar = np.concatenate([[1.0], np.cumprod(1 - self.betas)])
        # atan2 keeps its precision where alpha_bar is close to 1, which acos does not.
        return np.arctan2(np.sqrt(1 - alpha_bar), np.sqrt(alpha_bar))

    def angle(self, t: Floats) -> Floats:
        return np.interp(t * self.steps, np.arange(self.steps + 1), self._grid_angles)


COSINE = CosineSchedule()
SCHEDULES = ("cosine", "linear")


def make_schedule(name: str, steps: int = 1000) -> Schedule:
    """The schedule of that name; `steps` is T of the linear one. ValueError for another name."""
    if name == "cosine":
        return COSINE
    if name == "linear":
        return LinearBetaSchedule(steps)
    raise ValueError(f"There is no schedule {name!r}: choose one of {', '.join(SCHEDULES)}.")


def alpha_sigma(schedule: Schedule, t: ArrayLike) -> tuple[Floats, Floats]:
    """The amounts of signal and noise at t in [0, 1]: two float64 arrays shaped like t.

    ValueError for a time outside of [0, 1]. At the ends the amounts are exactly 0 and 1:
    cos(pi / 2) in floating point is 6e-17, and a sampler that divides by it would believe it.
    """
    times = np.asarray(t, dtype=np.float64)
    if not np.all((times >= 0) & (times <= 1)):
        raise ValueError("Times must lie between 0 (data) and 1 (noise).")
    angle = schedule.angle(times)
    pure_noise = angle >= math.pi / 2
    return np.where(pure_noise, 0.0, np.cos(angle)), np.where(pure_noise, 1.0, np.sin(angle))


def log_snr(alpha: ArrayLike, sigma: ArrayLike) -> Floats:
    """log(alpha^2 / sigma^2), in nats; +inf for clean data and -inf for pure noise."""
    with np.errstate(divide="ignore"):
        return 2 * (np.log(np.asarray(alpha, np.float64)) - np.log(np.asarray(sigma, np.float64)))


def cosine_time(alpha: ArrayLike, sigma: ArrayLike) -> Floats:
    """The time in [0, 1] at which the cosine schedule has these amounts.

    The network was trained on the cosine schedule; this is how it is asked about any other.
    """
    return np.arctan2(sigma, alpha) * (2 / math.pi)
