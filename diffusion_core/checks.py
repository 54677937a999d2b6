"""The deep dive, checked: each formula computed by two routes that share as little as they can.

A check takes the numbers that a formula of the lesson gives, from the code which the app runs, and
finds the same numbers in another way: by brute force, by chance, by another paper's equation. It
is quick (well below a third of a second), and the same on every run of one machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from diffusion_core.denoiser import Denoiser, IdealDenoiser, NetworkDenoiser
from diffusion_core.embedded import embedded_digits
from diffusion_core.errors import RequestError
from diffusion_core.gaussian import Gaussian
from diffusion_core.guidance import Guided, guided
from diffusion_core.pixels import to_model
from diffusion_core.prediction import (
    Prediction,
    add_noise,
    from_velocity,
    score,
    velocity,
)
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import Run
from diffusion_core.samplers import SAMPLERS, Level, Question, Taken
from diffusion_core.schedule import (
    COSINE,
    Floats,
    LinearBetaSchedule,
    Schedule,
    alpha_sigma,
    cosine_time,
    log_snr,
)
from diffusion_core.training import diffusion_losses, step_generator, stratified_times
from diffusion_core.unet import UNet

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


# --- What several of them need --------------------------------------------------------------------


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
    run = Run(Request((0,), sampler, len(times) - 1, seed=seed), x, times=times)
    while run.query is not None:
        step = run.answer(denoiser(*run.query))
        if step is not None:
            x = step.x_next
    return x


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


# --- Forwards -------------------------------------------------------------------------------------


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


# --- Learning -------------------------------------------------------------------------------------


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


# --- Backwards ------------------------------------------------------------------------------------


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


# --- Steering, clocks and grids -------------------------------------------------------------------


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


CHECKS: dict[str, Callable[[], Check]] = {
    "two-bells": two_bells,
    "closed-form": closed_form,
    "step-back": step_back,
    "simple-loss": simple_loss,
    "score": score_is_noise,
    "posterior-mean": posterior_mean,
    "ddpm": ddpm_update,
    "ddim": ddim_update,
    "ode": ode,
    "sde": same_crowd,
    "guidance": guidance,
    "snr": same_snr,
}
"""Those of the mathematics alone, by name ..."""
NETWORK_CHECKS: dict[str, Callable[[NetworkDenoiser], Check]] = {
    "one-answer": one_answer,
    "one-big-step": one_big_step,
    "folding": folding,
}
"""... and those that ask the trained network."""


def run_check(name: str, network: NetworkDenoiser) -> Check:
    """Compute a check now. RequestError for a name that is not in either table."""
    if name in CHECKS:
        return CHECKS[name]()
    if name in NETWORK_CHECKS:
        return NETWORK_CHECKS[name](network)
    raise RequestError(f"There is no check {name!r}.")
