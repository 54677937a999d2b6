"""Training: teach the network to see the noise, as a generator of what happened.

Each step draws digits, times and noise, mixes them, and asks the network for the velocity
(Ho et al. 2020, algorithm 1, with v in place of eps). The state can be saved and resumed at any
step: step k draws everything from a generator seeded with (seed, k), so a run that was killed and
resumed on the same machine takes the same steps as one that was not.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from diffusion_core.errors import CheckpointError, RequestError, TrainingDivergedError
from diffusion_core.files import replacing
from diffusion_core.prediction import add_noise, velocity
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import COSINE, Floats, Schedule, alpha_sigma
from diffusion_core.unet import UNet, UNetConfig


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. Times are in steps; one step is one batch.

    The learning rate rises over `warmup` steps, stays, and falls linearly to zero over the last
    `decay` fraction ("warmup, stable, decay": the total may still be changed on resuming, until
    the decay has begun).
    """

    steps: int = 14_000
    batch_size: int = 128
    learning_rate: float = 2e-3
    warmup: int = 400
    decay: float = 0.35
    weight_decay: float = 0.01
    label_dropout: float = 0.1
    ema_gamma: float = 16.97
    gradient_clip: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_size < 1:
            raise RequestError(
                "Training takes at least one step of at least one picture; "
                f"got {self.steps} of {self.batch_size}."
            )
        if not 0 < self.learning_rate < math.inf:
            raise RequestError(f"The learning rate must be above 0; got {self.learning_rate}.")
        if not 0 <= self.seed < 2**31:
            raise RequestError(f"The seed must be from 0 to {2**31 - 1}; got {self.seed}.")

    def rate_at(self, step: int) -> float:
        """The learning rate of this step, counted from 0."""
        rise = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        fall = min(1.0, (self.steps - step) / max(1.0, self.decay * self.steps))
        return self.learning_rate * rise * max(fall, 0.0)


@dataclass(frozen=True)
class TrainingEvent:
    """What one step did. loss: mean squared error of v per pixel; seconds: since this run began."""

    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    seconds: float


@dataclass
class TrainingState:
    """Everything that a resumed run needs. `average` is the network that is sampled from."""

    config: TrainingConfig
    network: UNet
    average: UNet
    optimizer: torch.optim.AdamW
    step: int = 0
    seconds: float = 0.0
    """Training time so far, over all runs."""


def new_state(config: TrainingConfig, shape: UNetConfig, device: str = "cpu") -> TrainingState:
    """An untrained network, its average and its optimizer on `device`."""
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = UNet(shape).to(device)
        average = UNet(shape).to(device).requires_grad_(False)
    average.load_state_dict(network.state_dict())
    return TrainingState(config, network, average, _optimizer(network, config))


def _optimizer(network: UNet, config: TrainingConfig) -> torch.optim.AdamW:
    # Decay shrinks weight matrices only: shrinking a norm's scale or a bias regularises nothing.
    matrices = [p for p in network.parameters() if p.ndim > 1]
    vectors = [p for p in network.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": vectors},
    ]
    return torch.optim.AdamW(
        groups,
        lr=config.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=0.0,
        fused=True,
    )


def step_generator(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The source of all randomness of one step: the same for the same (seed, step)."""
    return torch.Generator(device).manual_seed((seed << 32) + step)


def stratified_times(count: int, seed: int) -> Floats:
    """`count` times in [0, 1), one in each of as many equal strata: same mean, less noise in it.

    (Kingma et al. 2021, arXiv:2107.00630, appendix I.1, with independent jitter.)
    """
    return (np.arange(count) + np.random.default_rng(seed).random(count)) / count


def diffusion_loss(
    network: torch.nn.Module,
    x_0: Tensor,
    labels: Tensor,
    generator: torch.Generator,
    schedule: Schedule = COSINE,
    label_dropout: float = 0.0,
) -> Tensor:
    """Squared error of the predicted velocity, shape (B,), at random times and with random noise.

    x_0 (B, 1, 28, 28), labels (B,) int64; each label is dropped with probability label_dropout.
    """
    batch, device = len(x_0), x_0.device
    t = stratified_times(batch, generator.initial_seed())
    eps = torch.randn(x_0.shape, generator=generator, device=device)
    dropped = torch.rand(batch, generator=generator, device=device) < label_dropout
    alpha, sigma = alpha_sigma(schedule, t)
    x_t = add_noise(x_0, eps, alpha, sigma)
    times = torch.as_tensor(t, dtype=torch.float32).to(device)
    v_hat = network(x_t, times, labels.masked_fill(dropped, NO_LABEL))
    return (v_hat - velocity(x_0, eps, alpha, sigma)).square().mean(dim=(1, 2, 3))


def ema_decay(step: int, gamma: float) -> float:
    """Power-function averaging: (1 - 1/k)^(gamma + 1), k = step + 1.

    (Karras et al. 2024, arXiv:2312.02696, eq. 127.) Its window grows with the run (gamma = 16.97:
    a width of 5 % of it), so it needs no tuning to the length, and early rough weights are soon
    forgotten.
    """
    return (1 - 1 / (step + 1)) ** (gamma + 1)


def train(state: TrainingState, x_0: Tensor, labels: Tensor) -> Iterator[TrainingEvent]:
    """Run the remaining steps over x_0 (N, 1, 28, 28) and labels (N,), both on the state's device.

    Changes `state` in place and yields after each step, when the state is consistent and may be
    saved. TrainingDivergedError, before the weights are touched, if the loss is not finite.
    """
    config, device = state.config, x_0.device
    began, before = time.monotonic(), state.seconds
    state.network.train()
    while state.step < config.steps:
        generator = step_generator(config.seed, state.step, device)
        chosen = _batch_of(state.step, config, len(x_0)).to(device)
        rate = config.rate_at(state.step)
        for group in state.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            loss = diffusion_loss(
                state.network,
                x_0[chosen],
                labels[chosen],
                generator,
                label_dropout=config.label_dropout,
            ).mean()
        value = loss.item()
        if not math.isfinite(value):
            raise TrainingDivergedError(
                f"The loss at step {state.step} is {value}: resume from the last saved state with "
                f"a learning rate below {config.learning_rate:g}."
            )
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(state.network.parameters(), config.gradient_clip)
        state.optimizer.step()
        state.step += 1
        decay = ema_decay(state.step, config.ema_gamma)
        with torch.no_grad():
            averaged: list[Tensor] = [*state.average.parameters()]
            torch._foreach_lerp_(averaged, [*state.network.parameters()], 1 - decay)
        state.seconds = before + time.monotonic() - began
        yield TrainingEvent(state.step, value, rate, float(norm), state.seconds)


def _batch_of(step: int, config: TrainingConfig, count: int) -> Tensor:
    """Which pictures this step sees: every epoch is a fresh shuffle, drawn from (seed, epoch)."""
    per_epoch = max(1, count // config.batch_size)
    epoch, position = divmod(step, per_epoch)
    generator = step_generator(config.seed + 1, epoch)
    order = torch.randperm(count, generator=generator)
    return order[position * config.batch_size : (position + 1) * config.batch_size]


def save_state(path: str | Path, state: TrainingState) -> None:
    """Write everything a resumed run needs, whole or not at all. CannotWriteError if it cannot."""
    tensors = {f"network/{k}": v for k, v in state.network.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in state.average.state_dict().items()}
    for index, slot in state.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{k}": v for k, v in slot.items()}
    metadata = {
        "config": json.dumps(asdict(state.config)),
        "shape": json.dumps(asdict(state.network.config)),
        "step": str(state.step),
        "seconds": str(state.seconds),
    }
    with replacing(path) as temporary:
        contiguous = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
        temporary.write_bytes(save(contiguous, metadata))


def load_state(path: str | Path, device: str = "cpu") -> TrainingState:
    """The state that save_state wrote. CheckpointError if it is missing, damaged or another's."""
    try:
        with safe_open(str(path), framework="pt", device=device) as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        config = TrainingConfig(**json.loads(metadata["config"]))
        shape = json.loads(metadata["shape"])
        state = new_state(config, UNetConfig(**{**shape, "widths": tuple(shape["widths"])}), device)
        state.network.load_state_dict(_under("network/", tensors))
        state.average.load_state_dict(_under("average/", tensors))
        optimizer = state.optimizer.state_dict()
        for name, tensor in _under("optimizer/", tensors).items():
            index, key = name.split("/")
            optimizer["state"].setdefault(int(index), {})[key] = tensor
        state.optimizer.load_state_dict(optimizer)
        state.step, state.seconds = int(metadata["step"]), float(metadata["seconds"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"Cannot resume from {path} ({type(error).__name__}): delete it to start afresh."
        ) from error
    return state


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
