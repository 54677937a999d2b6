"""Plain gradient descent on the training loss, one step at a time, and the loss by noise level."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from diffusion_core.errors import TrainingDivergedError
from diffusion_core.schedule import Floats
from diffusion_core.training import diffusion_losses, step_generator, stratified_times


def descend(
    network: nn.Module, x_0: Tensor, labels: Tensor, generator: torch.Generator, rate: float
) -> tuple[Floats, Tensor, float]:
    """One step of gradient descent, theta <- theta - rate * grad of the mean loss, in place.

    x_0 (B, 1, 28, 28), labels (B,). Returns the times (B,), the losses before the step (B,) and
    the length of the gradient. TrainingDivergedError, before anything is changed, if the loss is
    no finite number.
    """
    asked = diffusion_losses(network, x_0, labels, generator, times=shuffled_times)
    loss = asked.squared.mean()
    if not math.isfinite(loss.item()):
        raise TrainingDivergedError(
            "The steps were so large that the loss is no longer a number: choose a smaller step "
            "size, or begin again."
        )
    optimizer = torch.optim.SGD(network.parameters(), lr=rate)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    slopes = [p.grad for p in network.parameters() if p.grad is not None]
    norm = float(torch.nn.utils.get_total_norm(slopes))
    optimizer.step()
    optimizer.zero_grad()
    return asked.t, asked.squared.detach(), norm


def shuffled_times(count: int, seed: int) -> Floats:
    """Stratified times in random order, so that the first is as random as any other."""
    return np.random.default_rng(seed).permutation(stratified_times(count, seed))


def level_losses(
    network: nn.Module, x_0: Tensor, labels: Tensor, levels: Floats
) -> Iterator[float]:
    """The mean loss in v at each level t, over x_0 (N, 1, 28, 28), with the same noise at each.

    In the other two forms it is alpha^2 of that (for eps) and sigma^2 (for x_0): an error e of v
    moves eps_hat by alpha e and x0_hat by -sigma e (prediction.py).
    """
    for level in levels:
        with torch.inference_mode():
            losses = diffusion_losses(
                network,
                x_0,
                labels,
                step_generator(0, 0),
                times=partial(_at, float(level)),
            )
        yield float(losses.squared.mean())


def _at(level: float, count: int, seed: int) -> Floats:
    return np.full(count, level)
