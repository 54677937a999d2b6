"""The samplers' steps out of the noise, checked."""

from __future__ import annotations

import math

import numpy as np
import torch

from diffusion_core.labs.checks.tools import (
    ROUNDING,
    Check,
    digits,
    level_at,
    normal,
    one_step,
    pixel,
    walked,
)
from diffusion_core.labs.exact import Gaussian, IdealDenoiser
from diffusion_core.prediction import (
    add_noise,
)
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import (
    LinearBetaSchedule,
)


def ddpm_update() -> Check:
    """x_{i-1} = (x_i - beta_i / sqrt(1 - alpha_bar_i) eps_hat) / sqrt(1 - beta_i) + sqrt(
    beta_tilde_i) z (Ho et al. 2020, algorithm 2 and eq. 7), against our step in alpha and sigma.
    """
    schedule, i, x_i, z = LinearBetaSchedule(), 400, 0.8, 0.7
    alpha_bar = np.concatenate([[1.0], np.cumprod(1 - schedule.betas)])
    beta = schedule.betas[i - 1]  # betas[0] is beta_1
    here, there = (level_at(k / schedule.steps, schedule) for k in (i, i - 1))
    answer = Gaussian()(pixel(x_i), here.alpha, here.sigma, torch.tensor([NO_LABEL]))
    mean = (x_i - beta / math.sqrt(1 - alpha_bar[i]) * answer.eps_hat.item()) / math.sqrt(1 - beta)
    beta_tilde = (1 - alpha_bar[i - 1]) / (1 - alpha_bar[i]) * beta
    return Check(
        left=float(mean + math.sqrt(beta_tilde) * z),
        right=one_step("ddpm", pixel(x_i), here, there, answer, fresh=z).item(),
        what_left="algorithm 2 of the DDPM paper, in its β",
        what_right="our sampler’s step, in α and σ",
        tolerance=ROUNDING,
    )


def ddim_update() -> Check:
    """x_s = alpha_s x0_hat + sigma_s eps_hat (Song et al. 2021, arXiv:2010.02502, eq. 12 with
    eta = 0): where only one picture is possible the guess never changes, and any number of steps
    is one jump of add_noise with the same eps.
    """
    x_0, eps = digits()[50:51], normal((1, 1, 28, 28), seed=7)
    here, there = level_at(0.8), level_at(0.2)
    x_t = add_noise(x_0, eps, here.alpha, here.sigma)
    landed = walked(IdealDenoiser(x_0), "ddim", x_t, np.linspace(here.t, there.t, 31))
    expected = add_noise(x_0, eps, there.alpha, there.sigma)
    return Check(
        left=landed.square().mean().item(),
        right=expected.square().mean().item(),
        what_left="mean square after 30 DDIM steps, t = 0.8 to 0.2",
        what_right="the same digit and noise, mixed anew at t = 0.2",
        tolerance=ROUNDING,
    )


def ode() -> Check:
    """The probability-flow ODE (Song et al. 2021, arXiv:2011.13456, eq. 13) on Gaussian data has a
    solution in closed form: (x_t - alpha m) / sqrt(alpha^2 c^2 + sigma^2) stays constant.
    """
    data, begin, end = Gaussian(), level_at(1.0), level_at(0.0)
    start = pixel(-1.3)
    return Check(
        left=walked(data, "heun", start, np.linspace(1, 0, 201)).item(),
        right=data.transported(start, begin, end).item(),
        what_left="200 steps of Heun’s method, from noise to data",
        what_right="the exact solution",
        tolerance=1e-3,
    )


def same_crowd() -> Check:
    """SDE and ODE have the same marginals (Song et al. 2021, arXiv:2011.13456, section 4.3): the
    spread of many walkers at t = 0.3, with fresh noise at every step and with none.
    """
    times = np.linspace(1, 0.3, 251)
    start = normal((1, 1, 100, 100), seed=8)
    with_noise = walked(Gaussian(), "ddpm", start, times, seed=9)
    without = walked(Gaussian(), "ddim", start, times)
    return Check(
        left=with_noise.std().item(),
        right=without.std().item(),
        what_left="spread of 10,000 walkers, 250 steps with fresh noise",
        what_right="the same start, without fresh noise",
        tolerance=0.03,
    )
