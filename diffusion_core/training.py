"""Training: teach the network to see the noise, as a generator of what happened.

Each step draws digits, times and noise, mixes them, and asks the network for the velocity
(Ho et al. 2020, algorithm 1, with v in place of eps). The state can be saved and resumed at any
step: step k draws everything from a generator seeded with (seed, k), so a run that was killed and
resumed on the same machine takes the same steps as one that was not.

Weight matrices are trained with Muon (Jordan et al. 2024), which makes every update of a matrix
equally strong in all directions: at this size it is about three times as quick as AdamW, which
trains what is not a matrix inside the network (docs/measurements.md).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from diffusion_core.errors import TrainingDivergedError
from diffusion_core.optimizers import Optimizers
from diffusion_core.prediction import add_noise, velocity
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import COSINE, Floats, Schedule, alpha_sigma, cosine_time
from diffusion_core.training_config import TrainingConfig

Network = TypeVar("Network", bound=torch.nn.Module)
"""v_hat = network(x_t, t, label): x_t (B, ...) float32, t (B,) the time at which the cosine
schedule has this noise level, label (B,) int64; the answer is shaped like x_t."""


Built = TypeVar("Built", bound=torch.nn.Module, covariant=True)


class Shape(Protocol[Built]):
    """What a network looks like, before there is one."""

    def build(self) -> Built: ...


def fast_precision(device: str) -> str:
    """bfloat16 where the processor multiplies it faster than float32, else float32."""
    if torch.device(device).type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    able = torch.cpu.get_capabilities()
    return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"


@dataclass(frozen=True)
class Losses:
    """What a batch was asked and how wrong the answers were, each of shape (B,)."""

    t: Floats
    """The times, on the schedule that was trained on."""
    squared: Tensor
    """The squared error of v, averaged over the numbers that make up one picture."""


@dataclass(frozen=True)
class TrainingEvent:
    """What one step did. loss: mean squared error of v per pixel; seconds: since this run began."""

    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    seconds: float
    each: Losses
    """The same loss, example by example."""


@dataclass
class TrainingState(Generic[Network]):
    """Everything that a resumed run needs. `average` is the network that is sampled from."""

    config: TrainingConfig
    network: Network
    average: Network
    optimizer: Optimizers
    step: int = 0
    seconds: float = 0.0
    """Training time so far, over all runs."""

    def begin_with(self, weights: Network) -> None:
        """Start from the weights of a network of the same shape instead of from random ones."""
        self.network.load_state_dict(weights.state_dict())
        self.average.load_state_dict(weights.state_dict())


def new_state(
    config: TrainingConfig, shape: Shape[Network], device: str = "cpu"
) -> TrainingState[Network]:
    """An untrained network, its average and its optimizer on `device`."""
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = shape.build().to(device)
        average = shape.build().to(device).requires_grad_(False)
    average.load_state_dict(network.state_dict())
    optimizer = Optimizers(
        network, config.learning_rate, config.adam_rate, config.weight_decay, config.momentum
    )
    return TrainingState(config, network, average, optimizer)


def step_generator(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The source of all randomness of one step: the same for the same (seed, step)."""
    return torch.Generator(device).manual_seed((seed << 32) + step)


def stratified_times(count: int, seed: int) -> Floats:
    """`count` times in [0, 1), one in each of as many equal strata: same mean, less noise in it.

    (Kingma et al. 2021, arXiv:2107.00630, appendix I.1, with independent jitter.)
    """
    return (np.arange(count) + np.random.default_rng(seed).random(count)) / count


Times = Callable[[int, int], Floats]
"""(count, seed) to that many times to train at."""


def normal(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal numbers of the shape of `like`."""
    return torch.randn(like.shape, generator=generator, device=like.device)


def shuffled(count: int, generator: torch.Generator) -> Tensor:
    """The numbers below `count` in some order."""
    return torch.randperm(count, generator=generator)


Noise = Callable[[Tensor, torch.Generator], Tensor]
Order = Callable[[int, torch.Generator], Tensor]


@dataclass(frozen=True)
class Chance:
    """Who draws a training's noise and order. The generators are those of `step_generator`; whoever
    draws in another way takes from them which step of which seed it is."""

    noise: Noise = normal
    order: Order = shuffled


TORCH = Chance()


@dataclass(frozen=True)
class Questions:
    """A batch of what the network is asked in training, and the answers that we know."""

    t: Floats
    """(B,) the times, on the schedule that is trained on, ..."""
    alpha: Floats
    sigma: Floats
    """... and the amounts there."""
    eps: Tensor
    """(B, ...) the noise, ..."""
    x_t: Tensor
    """... the noisy pictures, ..."""
    told: Tensor
    """(B,) what the network hears of the noise level, ..."""
    labels: Tensor
    """... and of what is in the picture."""
    v: Tensor
    """(B, ...) the right answers."""


def questions(
    x_0: Tensor,
    labels: Tensor,
    generator: torch.Generator,
    schedule: Schedule = COSINE,
    label_dropout: float = 0.0,
    times: Times = stratified_times,
    noise: Noise = normal,
) -> Questions:
    """Mix x_0 (B, ...) with fresh noise at random times. Arguments as of diffusion_losses."""
    batch, device = len(x_0), x_0.device
    t = times(batch, generator.initial_seed())
    eps = noise(x_0, generator)
    dropped = torch.rand(batch, generator=generator, device=device) < label_dropout
    alpha, sigma = alpha_sigma(schedule, t)
    # As a denoiser does: the network hears how noisy the picture is, on whichever schedule.
    told = torch.as_tensor(cosine_time(alpha, sigma), dtype=torch.float32).to(device)
    return Questions(
        t,
        alpha,
        sigma,
        eps,
        add_noise(x_0, eps, alpha, sigma),
        told,
        labels.masked_fill(dropped, NO_LABEL),
        velocity(x_0, eps, alpha, sigma),
    )


def squared_errors(v_hat: Tensor, v: Tensor) -> Tensor:
    """(B,): the squared error of each answer, averaged over the numbers that make up a picture."""
    return (v_hat.float() - v).square().flatten(1).mean(dim=1)


def diffusion_losses(
    network: torch.nn.Module,
    x_0: Tensor,
    labels: Tensor,
    generator: torch.Generator,
    schedule: Schedule = COSINE,
    label_dropout: float = 0.0,
    times: Times = stratified_times,
    noise: Noise = normal,
) -> Losses:
    """How wrong the network is about the velocity, at random times and with random noise.

    x_0 (B, ...): digits, waves or points; labels (B,) int64, each of which is dropped with
    probability label_dropout.
    """
    asked = questions(x_0, labels, generator, schedule, label_dropout, times, noise)
    v_hat = network(asked.x_t, asked.told, asked.labels)
    return Losses(asked.t, squared_errors(v_hat, asked.v))


def ema_decay(step: int, gamma: float) -> float:
    """Power-function averaging: (1 - 1/k)^(gamma + 1), k = step + 1.

    (Karras et al. 2024, arXiv:2312.02696, eq. 127.) Its window grows with the run (gamma = 16.97:
    a width of 5 % of it), so it needs no tuning to the length, and early rough weights are soon
    forgotten.
    """
    return (1 - 1 / (step + 1)) ** (gamma + 1)


def train(
    state: TrainingState[Network],
    x_0: Tensor,
    labels: Tensor,
    schedule: Schedule = COSINE,
    times: Times = stratified_times,
    chance: Chance = TORCH,
) -> Iterator[TrainingEvent]:
    """Run the remaining steps over x_0 (N, ...) and labels (N,), both on the state's device.

    Changes `state` in place and yields after each step, when the state is consistent and may be
    saved. TrainingDivergedError, before the weights are touched, if the loss is not finite.
    """
    config, device = state.config, x_0.device
    began, before = time.monotonic(), state.seconds
    state.network.train()
    while state.step < config.steps:
        generator = step_generator(config.seed, state.step, device)
        chosen = _batch_of(state.step, config, len(x_0), chance.order).to(device)
        share = config.share_at(state.step)
        half = config.precision == "bfloat16"
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            each = diffusion_losses(
                state.network,
                x_0[chosen],
                labels[chosen],
                generator,
                schedule,
                config.label_dropout,
                times,
                chance.noise,
            )
        loss = each.squared.mean()
        value = loss.item()
        if not math.isfinite(value):
            raise TrainingDivergedError(
                f"The loss at step {state.step} is {value}: resume from the last saved state with "
                f"a learning rate below {config.learning_rate:g}."
            )
        state.network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(state.network.parameters(), config.gradient_clip)
        state.optimizer.step(share)
        state.step += 1
        decay = ema_decay(state.step, config.ema_gamma)
        with torch.no_grad():
            averaged: list[Tensor] = [*state.average.parameters()]
            torch._foreach_lerp_(averaged, [*state.network.parameters()], 1 - decay)
        state.seconds = before + time.monotonic() - began
        each = Losses(each.t, each.squared.detach())
        yield TrainingEvent(
            state.step, value, config.learning_rate * share, float(norm), state.seconds, each
        )


def _batch_of(step: int, config: TrainingConfig, count: int, order: Order) -> Tensor:
    """Which pictures this step sees: every epoch is a fresh shuffle, drawn from (seed, epoch)."""
    per_epoch = max(1, count // config.batch_size)
    epoch, position = divmod(step, per_epoch)
    generator = step_generator(config.seed + 1, epoch)
    first = position * config.batch_size
    return order(count, generator)[first : first + config.batch_size]
