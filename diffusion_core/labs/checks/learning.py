"""What the network is asked and how its answers are marked, checked."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.labs.checks.tools import (
    Check,
    digits,
    level_at,
    log_density_of_noisy,
    normal,
    pixel,
    slope,
)
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.prediction import (
    add_noise,
    from_velocity,
    score,
    velocity,
)
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import (
    COSINE,
    alpha_sigma,
    log_snr,
)
from diffusion_core.training import diffusion_losses, step_generator, stratified_times


class Silent(torch.nn.Module):
    """A network that has learned nothing: it always answers v = 0."""

    def forward(self, x_t: Tensor, t: Tensor, label: Tensor) -> Tensor:
        return torch.zeros_like(x_t)


def simple_loss() -> Check:
    """KL(q(x_s | x_t, x_0) || q(x_s | x_t, x0_hat)) = (SNR(s)/SNR(t) - 1) |eps - eps_hat|^2 / 2
    (Ho et al. 2020, eq. 12; Kingma et al. 2021, eq. 13), where |v - v_hat|^2 =
    |eps - eps_hat|^2 / alpha^2.

    From the divergences to the training loss: divide out the weights, average over the times.
    """
    x_0 = digits()[::2][:60]
    labels, seed = torch.zeros(len(x_0), dtype=torch.int64), 2
    loss = diffusion_losses(Silent(), x_0, labels, step_generator(0, seed)).squared

    again = step_generator(0, seed)  # the same times and the same noise
    t = stratified_times(len(x_0), again.initial_seed())
    eps = torch.randn(x_0.shape, generator=again).double()
    (alpha, sigma), (alpha_s, sigma_s) = alpha_sigma(COSINE, t), alpha_sigma(COSINE, 0.99 * t)
    x_t = add_noise(x_0, eps, alpha, sigma)
    x0_hat = from_velocity(torch.zeros_like(x_t), x_t, alpha, sigma).x0_hat
    variance = sigma**2 - (alpha / alpha_s * sigma_s) ** 2  # of x_t, given x_s
    of_x_t = torch.from_numpy(alpha / alpha_s * (sigma_s / sigma) ** 2)[:, None, None, None]
    of_x_0 = torch.from_numpy(alpha_s * variance / sigma**2)[:, None, None, None]
    spread = torch.from_numpy(np.sqrt(variance) * sigma_s / sigma)[:, None, None, None]
    truth = Normal(of_x_t * x_t + of_x_0 * x_0, spread)
    model = Normal(of_x_t * x_t + of_x_0 * x0_hat, spread)
    divergence = kl_divergence(truth, model).sum(dim=(1, 2, 3)).numpy()
    weight = np.expm1(log_snr(alpha_s, sigma_s) - log_snr(alpha, sigma)) / 2
    return Check(
        left=float(np.mean(divergence / weight / alpha**2) / x_0[0].numel()),
        right=loss.mean().item(),
        what_left="60 divergences of bells, their weights divided out",
        what_right="training loss of a model that always says v = 0",
        tolerance=1e-5,
    )


def one_answer(network: NetworkDenoiser) -> Check:
    """|v - v_hat|^2 = |eps - eps_hat|^2 / alpha^2, from v = alpha eps - sigma x_0 (Salimans & Ho
    2022, arXiv:2202.00512, section 4 and appendix D), of the trained network, on digits.
    """
    x_0, here = digits()[::12], level_at(0.45)
    eps = normal(tuple(x_0.shape), seed=3)
    x_t = add_noise(x_0, eps, here.alpha, here.sigma)
    label = torch.full((len(x_0),), NO_LABEL)
    with torch.inference_mode():
        v_hat = network.network(x_t.float(), torch.full((len(x_0),), here.t), label).double()
    each = np.ones(len(x_0))
    answer = network(x_t, here.alpha * each, here.sigma * each, label)
    v_error = (v_hat - velocity(x_0, eps, here.alpha, here.sigma)).square().mean()
    eps_error = (answer.eps_hat - eps).square().mean()
    return Check(
        left=v_error.item(),
        right=eps_error.item() / here.alpha**2,
        what_left="the network’s squared error in v, ten digits",
        what_right="its squared error in ε, divided by α²",
        tolerance=1e-5,
    )


def score_is_noise() -> Check:
    """grad log p(x_t) = -E[eps | x_t] / sigma (Vincent 2011, "A connection between score matching
    and denoising autoencoders"; Song et al. 2021, arXiv:2011.13456, section 3.3), by a difference
    quotient of log p, if the embedded digits are all there is.
    """
    data, here = digits(), level_at(0.9)
    x_t = add_noise(data[30:31], normal((1, 1, 28, 28), seed=4), here.alpha, here.sigma)
    direction = data[30:31] - data[90:91]
    direction = direction / direction.norm()
    answer = IdealDenoiser(data)(
        x_t, np.array([here.alpha]), np.array([here.sigma]), torch.tensor([NO_LABEL])
    )
    return Check(
        left=slope(lambda x: log_density_of_noisy(data, x, here), x_t, direction),
        right=(score(answer, here.sigma) * direction).sum().item(),
        what_left="slope of log p, by two nearby points",
        what_right="−ε̂ / σ, in the same direction",
        tolerance=1e-5,
    )


def posterior_mean() -> Check:
    """E[x_0 | x_t] over a finite data set is a softmax of squared distances (Karras et al. 2022,
    arXiv:2206.00364, appendix B.3), by chance: draw many, keep those that came out like x_t.
    """
    here, seen, width = level_at(0.5), 0.5, 0.05
    generator = torch.Generator().manual_seed(5)
    count = 1_000_000
    sides = torch.randint(0, 2, (count,), generator=generator).double() * 2 - 1
    noise = torch.randn(count, generator=generator, dtype=torch.float64)
    x_t = here.alpha * sides + here.sigma * noise
    kept = sides[(x_t - seen).abs() < width]
    black_or_white = IdealDenoiser(torch.cat([pixel(-1), pixel(1)]))
    answer = black_or_white(
        pixel(seen), np.array([here.alpha]), np.array([here.sigma]), torch.tensor([NO_LABEL])
    )
    return Check(
        left=kept.mean().item(),
        right=answer.x0_hat.item(),
        what_left=f"mean of {len(kept):,} in a million that came out near 0.5",
        what_right="the formula, at xₜ = 0.5",
        tolerance=0.02,
    )


def one_big_step(network: NetworkDenoiser) -> Check:
    """The answer with the least expected squared error is the mean (Bishop 2006, eq. 1.89).
    At t = 1 nothing is known, so the network's answer must do as well as the digits' own average.

    The digits are drawn by this network with labels in equal number, so the two are close.
    """
    data = digits()
    x_1 = normal((1, 1, 28, 28), seed=6)
    answer = network(x_1, np.array([0.0]), np.array([1.0]), torch.tensor([NO_LABEL]))
    return Check(
        left=(data - answer.x0_hat).square().mean().item(),
        right=(data - data.mean(dim=0)).square().mean().item(),
        what_left="error of the network’s guess from noise alone",
        what_right="the least error of any one picture, over 120 digits",
        tolerance=0.05,
    )
