"""Guidance, the clocks of schedules, and the folding of pixels, checked."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.guidance import guided
from diffusion_core.labs.checks.tools import (
    ROUNDING,
    Check,
    digit_labels,
    digits,
    level_at,
    log_density_of_noisy,
    normal,
    slope,
)
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.prediction import (
    add_noise,
    score,
)
from diffusion_core.schedule import (
    LinearBetaSchedule,
    cosine_time,
)
from diffusion_core.unet import UNet


def guidance() -> Check:
    """eps_uncond + s (eps_cond - eps_uncond) is -sigma times the gradient of log p(x_t) +
    s (log p(x_t | y) - log p(x_t)) (Ho & Salimans 2022, arXiv:2207.12598, section 3.2), by a
    difference quotient of both densities, if the embedded digits are all there is.
    """
    data, labels, here, strength = digits(), digit_labels(), level_at(0.9), 2.0
    wanted = data[labels == 3]
    x_t = add_noise(data[30:31], normal((1, 1, 28, 28), seed=10), here.alpha, here.sigma)
    direction = data[38:39] - data[98:99]
    direction = direction / direction.norm()
    answer = guided(
        IdealDenoiser(data, labels),
        x_t,
        np.array([here.alpha]),
        np.array([here.sigma]),
        torch.tensor([3]),
        strength,
    )

    def tilted(x: Tensor) -> float:
        plain = log_density_of_noisy(data, x, here)
        return plain + strength * (log_density_of_noisy(wanted, x, here) - plain)

    return Check(
        left=slope(tilted, x_t, direction),
        right=(score(answer.combined, here.sigma) * direction).sum().item(),
        what_left="slope of the tilted hill, s = 2, by two nearby points",
        what_right="−ε̂ / σ of the guided answer",
        tolerance=1e-5,
    )


def same_snr() -> Check:
    """log SNR = log(alpha_bar / (1 - alpha_bar)); on the cosine schedule -2 log tan(pi t / 2)
    (Kingma et al. 2021, arXiv:2107.00630, section 3; Nichol & Dhariwal 2021, arXiv:2102.09672).

    The time at which the network is told another schedule's level must have the same log SNR.
    """
    schedule, i = LinearBetaSchedule(), 300
    alpha_bar = math.prod((1 - schedule.betas[:i]).tolist())
    there = level_at(i / schedule.steps, schedule)
    t = float(cosine_time(there.alpha, there.sigma))
    return Check(
        left=math.log(alpha_bar / (1 - alpha_bar)),
        right=-2 * math.log(math.tan(math.pi / 2 * t)),
        what_left="log SNR of DDPM’s step 300, from its 300 factors",
        what_right=f"the cosine schedule’s at t = {t:.3f}, which the network hears",
        tolerance=ROUNDING,
    )


def folding(network: NetworkDenoiser) -> Check:
    """Folding 2x2 pixels into channels (Shi et al. 2016, arXiv:1609.05158, run backwards) is a
    permutation, so it keeps every distance; the encoder of latent diffusion (Rombach et al. 2022,
    arXiv:2112.10752, section 3.1) does not.
    """
    first, second = digits()[20:21], digits()[80:81]
    unet = network.network
    assert isinstance(unet, UNet), "Only the U-Net folds."
    folded = unet.fold(first) - unet.fold(second)
    return Check(
        left=(first - second).square().sum().item(),
        right=folded.square().sum().item(),
        what_left="squared distance of two digits, 28 × 28 × 1",
        what_right="the same after folding, 14 × 14 × 4",
        tolerance=ROUNDING,
    )
