"""Short runs of training, for tests: their settings, their pictures, and how to compare them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from diffusion_core.training import TrainingState
from diffusion_core.training_config import TrainingConfig
from diffusion_core.unet import UNet

CONFIG = TrainingConfig(steps=8, batch_size=16, warmup=2, learning_rate=2e-2, adam_rate=5e-3)


def pictures() -> tuple[Tensor, Tensor]:
    """64 random pictures, each a bright rectangle on black."""
    numbers = np.random.default_rng(0)
    x_0 = -torch.ones(64, 1, 28, 28)
    for picture, (top, left) in zip(x_0, numbers.integers(2, 16, (64, 2)), strict=True):
        picture[0, top : top + 8, left : left + 10] = 1
    return x_0, torch.from_numpy(numbers.integers(0, 10, 64))


def weights(state: TrainingState[UNet]) -> list[Tensor]:
    return [p.detach().clone() for p in (*state.network.parameters(), *state.average.parameters())]


def assert_same(one: TrainingState[UNet], other: TrainingState[UNet]) -> None:
    assert one.step == other.step
    for ours, theirs in zip(weights(one), weights(other), strict=True):
        assert torch.equal(ours, theirs)
