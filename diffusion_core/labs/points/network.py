"""The network for points: two coordinates and a noise level in, a velocity out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WAVES = 4
"""Of each coordinate, and of the noise level: sines and cosines of octaves of it."""


@dataclass(frozen=True)
class PointNetworkConfig:
    """The network's shape. told: whether it hears the noise level."""

    width: int = 64
    depth: int = 3
    told: bool = True

    def build(self) -> PointNetwork:
        """The network of this shape, with random weights."""
        return PointNetwork(self)


class PointNetwork(nn.Module):
    """v_hat = network(x_t, t, label): x_t (B, 2), t (B,) in [0, 1]; the label is ignored.

    Coordinates and time are also given as waves of several lengths (Tancik et al. 2020,
    arXiv:2006.10739), since a network this small is slow to learn a fine shape from the bare
    numbers. Each of the blocks adds to what came before it.
    """

    def __init__(self, config: PointNetworkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.enter = nn.Linear(2 + 2 * 2 * WAVES, width)
        self.noise_level = nn.Linear(1 + 2 * WAVES, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(config.depth))
        self.leave = nn.Linear(width, 2)
        # It begins by answering v = 0, whatever it is asked.
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x_t: Tensor, t: Tensor, label: Tensor) -> Tensor:
        hidden = self.enter(torch.cat([x_t, waves(x_t, 0.25)], dim=1))
        if self.config.told:
            level = t[:, None]
            hidden = hidden + self.noise_level(torch.cat([level, waves(level, 0.5)], dim=1))
        hidden = F.silu(hidden)
        for block in self.blocks:
            hidden = hidden + F.silu(block(hidden))
        answer: Tensor = self.leave(hidden)
        return answer


def waves(values: Tensor, lowest: float) -> Tensor:
    """(B, D) to (B, 2 D WAVES): sin and cos of 2 pi f x for f = lowest, 2 lowest, 4 lowest ..."""
    octaves = 2 * math.pi * lowest * 2.0 ** torch.arange(WAVES)
    angles = (values[:, :, None] * octaves).flatten(1)
    return torch.cat([angles.sin(), angles.cos()], dim=1)
