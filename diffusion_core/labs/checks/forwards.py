"""The way into the noise, checked."""

from __future__ import annotations

import math

import torch

from diffusion_core.labs.checks.tools import (
    ROUNDING,
    Check,
    grid_mean_and_spread,
    level_at,
    log_bell,
    one_step,
    pixel,
)
from diffusion_core.labs.exact import Gaussian
from diffusion_core.prediction import (
    Prediction,
    add_noise,
)
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import (
    LinearBetaSchedule,
)


def two_bells() -> Check:
    """Bayes for two Gaussians: E[x_0 | x_t] = m + alpha c^2 (x_t - alpha m) / (alpha^2 c^2 +
    sigma^2) (Bishop 2006, "Pattern Recognition and Machine Learning", eq. 2.116), by a sum over
    24,001 values of x_0.
    """
    data, here, seen = Gaussian(), level_at(0.4), 0.9
    mean, _ = grid_mean_and_spread(
        lambda x: log_bell(x, data.mean, data.std) + log_bell(seen, here.alpha * x, here.sigma)
    )
    answer = data(pixel(seen), here.alpha, here.sigma, torch.tensor([NO_LABEL]))
    return Check(
        left=mean,
        right=answer.x0_hat.item(),
        what_left="the two bells multiplied, summed over 24,001 values",
        what_right="the formula",
        tolerance=ROUNDING,
    )


def closed_form() -> Check:
    """q(x_t | x_0) = N(alpha x_0, sigma^2) (Ho et al. 2020, eq. 4) by walking q(x_i | x_{i-1})
    (eq. 2) for 150 steps.

    Mean plus one standard deviation is where the jump takes x_0 = 1 with eps = 1.
    """
    schedule, steps = LinearBetaSchedule(), 150
    generator = torch.Generator().manual_seed(1)
    x = torch.ones(30_000, dtype=torch.float64)
    for beta in schedule.betas[:steps]:
        fresh = torch.randn(x.shape, generator=generator, dtype=torch.float64)
        x = math.sqrt(1 - beta) * x + math.sqrt(beta) * fresh
    there = level_at(steps / schedule.steps, schedule)
    return Check(
        left=float(x.mean() + x.std()),
        right=add_noise(pixel(1), pixel(1), there.alpha, there.sigma).item(),
        what_left="30,000 walkers, 150 small steps each: mean + spread",
        what_right="one jump, x₀ = 1 and ε = 1",
        tolerance=0.01,
    )


def step_back() -> Check:
    """q(x_s | x_t, x_0) (Ho et al. 2020, eq. 6-7; for any two times Kingma et al. 2021,
    arXiv:2107.00630, appendix A.2), by Bayes on a grid of x_s.

    Mean plus one standard deviation is where the sampler lands if it knows x_0 and draws z = 1.
    """
    x_0, x_t, here, there = -1.0, 0.35, level_at(0.6), level_at(0.5)
    ratio = here.alpha / there.alpha
    spread = math.sqrt(here.sigma**2 - (ratio * there.sigma) ** 2)  # of x_t, given x_s
    mean_back, spread_back = grid_mean_and_spread(
        lambda x: log_bell(x, there.alpha * x_0, there.sigma) + log_bell(x_t, ratio * x, spread)
    )
    truth = Prediction(pixel(x_0), pixel((x_t - here.alpha * x_0) / here.sigma))
    return Check(
        left=mean_back + spread_back,
        right=one_step("ddpm", pixel(x_t), here, there, truth, fresh=1.0).item(),
        what_left="Bayes’ rule over 24,001 values: mean + spread",
        what_right="the sampler’s step, with z = 1",
        tolerance=ROUNDING,
    )
