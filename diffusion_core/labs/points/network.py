"""The network for points: two coordinates and a noise level in, a velocity out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from diffusion_core.labs.points.chance import weights

WAVES = 4
"""Of each coordinate, and of the noise level: sines and cosines of octaves of it."""


@dataclass(frozen=True)
class PointNetworkConfig:
    """The network's shape. told: whether it hears the noise level; seed: of its first weights."""

    width: int = 64
    depth: int = 3
    told: bool = True
    seed: int = 0

    def build(self) -> PointNetwork:
        """The network of this shape, with the first weights of its seed."""
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
        inner = (self.enter, self.noise_level, *self.blocks)
        for number, layer in enumerate(cast("tuple[nn.Linear, ...]", inner)):
            first = torch.from_numpy(weights(config.seed, number, width, layer.in_features))
            layer.load_state_dict({"weight": first[:, :-1], "bias": first[:, -1]})
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
