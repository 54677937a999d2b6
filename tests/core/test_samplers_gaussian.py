"""Samplers, against the exact solution for Gaussian data."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch

from diffusion_core import samplers
from diffusion_core.dialogue import walk
from diffusion_core.labs.exact import Gaussian
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import final_picture, sample
from diffusion_core.samplers import Level, Row, ddim, dpmpp, grid_of, heun, levels_at
from diffusion_core.schedule import COSINE, LinearBetaSchedule
from tests.core.dialogues import asking, led, no_noise

GAUSSIAN = Gaussian(mean=0.3, std=0.5)


def observed_order(stepper: Callable[..., list[Row]], coarse: int, fine: int) -> float:
    """How many factors of two the error loses when the steps are halved.

    Between t = 0.95 and 0.05: the steps that leave pure noise and reach clean data are of lower
    order by design, and have their own tests.
    """

    def error(steps: int) -> float:
        levels = levels_at(np.linspace(0.95, 0.05, steps + 1))
        generator = torch.Generator().manual_seed(0)
        x = torch.randn((1, 1, 8, 8), generator=generator, dtype=torch.float64)
        ask = asking(GAUSSIAN, torch.tensor([NO_LABEL]))
        *_, last = led(walk(x, stepper(levels), no_noise), ask)
        exact = GAUSSIAN.transported(x, levels[0], levels[-1])
        return float((last.x_next - exact).abs().max())

    return math.log(error(coarse) / error(fine)) / math.log(fine / coarse)


@pytest.mark.parametrize(("stepper", "order"), [(ddim, 1), (heun, 2), (dpmpp, 2)])
@pytest.mark.parametrize("steps", [32, 64, 128])
def test_order_of_convergence(stepper: Callable[..., list[Row]], order: int, steps: int) -> None:
    assert observed_order(stepper, steps, 2 * steps) == pytest.approx(order, abs=0.15)


@pytest.fixture
def even_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenly spaced times: what is said of solvers here is said of these."""
    monkeypatch.setattr(samplers, "GRID_POWER", 1.0)


def test_the_usual_grid_is_finer_where_there_is_more_noise() -> None:
    times = grid_of("dpmpp", 20)
    assert (times[0], times[-1], len(times)) == (1, 0, 21)
    lengths = -np.diff(times)
    assert np.all(np.diff(lengths) > 0)  # each step a little longer than the one before
    np.testing.assert_array_equal(grid_of("leap", 4), [1, 0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize("sampler", ["ddim", "heun", "dpmpp"])
@pytest.mark.parametrize("schedule", [COSINE, LinearBetaSchedule(1000)])
def test_from_pure_noise_to_the_exact_picture(
    sampler: str, schedule: LinearBetaSchedule, even_steps: None
) -> None:
    def error(steps: int) -> float:
        request = Request((NO_LABEL,) * 4, sampler, steps)
        run = [*sample(GAUSSIAN, request, levels=levels_at(grid_of(sampler, steps), schedule))]
        start = Level(1.0, run[0].alpha, run[0].sigma)
        exact = GAUSSIAN.transported(run[0].x_t, start, Level(0.0, 1.0, 0.0))
        return float((run[-1].x_next - exact).abs().max())

    errors = [error(steps) for steps in (5, 20, 80, 320)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02


@pytest.mark.parametrize("better", ["heun", "dpmpp"])
def test_second_order_is_worth_it(better: str, even_steps: None) -> None:
    def error(sampler: str, steps: int) -> float:
        run = [*sample(GAUSSIAN, Request((NO_LABEL,), sampler, steps))]
        exact = GAUSSIAN.transported(run[0].x_t, Level(1, 0, 1), Level(0, 1, 0))
        return float((run[-1].x_next - exact).abs().max())

    assert error(better, 20) < error("ddim", 40) / 2


def ddpm_spread(steps: int) -> float:
    """The standard deviation of what DDPM draws in that many steps, which is a little too small.

    Its steps are Gaussian, so the variance follows from the mean and variance of
    q(x_{t-1} | x_t, x_0), as they stand in Ho et al. 2020, eq. 7.
    """
    variance = 1.0
    levels = levels_at(grid_of("ddpm", steps))
    for here, there in pairwise(levels):
        alpha_bar, alpha_bar_next = here.alpha**2, there.alpha**2
        beta = 1 - alpha_bar / alpha_bar_next
        of_x0 = math.sqrt(alpha_bar_next) * beta / (1 - alpha_bar)
        of_x_t = math.sqrt(1 - beta) * (1 - alpha_bar_next) / (1 - alpha_bar)
        x0_hat_slope = here.alpha * GAUSSIAN.std**2 / GAUSSIAN.spread(here) ** 2
        fresh = beta * (1 - alpha_bar_next) / (1 - alpha_bar)
        variance = (of_x0 * x0_hat_slope + of_x_t) ** 2 * variance + fresh
    return math.sqrt(variance)


@pytest.mark.parametrize("steps", [1, 5, 50])
def test_ddpm_draws_from_the_distribution(steps: int) -> None:
    request = Request((NO_LABEL,) * 64, "ddpm", steps, seed=1)
    drawn = final_picture(sample(GAUSSIAN, request))
    # 50,000 independent pixels know their mean to 0.0022 and their spread to 0.0016.
    assert float(drawn.mean()) == pytest.approx(GAUSSIAN.mean, abs=0.007)
    assert float(drawn.std()) == pytest.approx(ddpm_spread(steps), abs=0.005)


def test_ddpm_approaches_the_distribution_at_first_order(even_steps: None) -> None:
    missing = [GAUSSIAN.std - ddpm_spread(steps) for steps in (250, 500, 1000)]
    assert missing[2] == pytest.approx(missing[1] / 2, rel=0.05)
    assert missing[1] == pytest.approx(missing[0] / 2, rel=0.05)
    assert 0 < missing[2] < 0.003


def test_ddpm_forgets_where_it_started_and_ddim_does_not() -> None:
    def likeness(sampler: str) -> float:
        run = [*sample(GAUSSIAN, Request((NO_LABEL,) * 16, sampler, steps=100))]
        both = torch.stack([run[0].x_t.flatten(), run[-1].x_next.flatten()])
        return float(torch.corrcoef(both)[0, 1])

    assert likeness("ddim") > 0.999
    assert abs(likeness("ddpm")) < 0.3
