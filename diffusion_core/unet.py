"""The network: a small U-Net that looks at something noisy and answers with a velocity.

What it looks at may be pictures, (B, 1, 28, 28), or sound waves, (B, 1, 4096): the same network
with convolutions over two dimensions or over one.

Two choices keep it fast on a laptop. It folds each 2x2 patch of pixels (or each stretch of samples)
into channels before anything else, so the widest layers run on a 14x14 grid instead of 28x28; and
its skip connections add instead of concatenating, so the way up costs no more than the way down.
The rest is the usual recipe of DDPM (Ho et al. 2020, arXiv:2006.11239, appendix B): residual
blocks with group normalisation, self-attention on the coarsest grid, noise level and label
entering through a scale and a shift per channel (ADM, arXiv:2105.05233, eq. 3, there "AdaGN").
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from diffusion_core.request import NUM_CLASSES


@dataclass(frozen=True)
class UNetConfig:
    """The shape of the network; saved with the weights, so that a checkpoint explains itself.

    widths: channels on the fine grid (for digits 14x14) and on the coarse one (7x7). blocks:
    residual blocks on each grid, on the way down and again on the way up. embedding: size of the
    (noise level, label) vector. dimensions: 2 for pictures, 1 for waves. fold: how many pixels or
    samples, along each dimension, become channels of one cell of the fine grid. shrink: how many
    fine cells, along each dimension, become a coarse one. positions: cells of the coarse grid that
    are told where they are; 0 for none, and a network that must find out from the edges. echo: add
    to the answer some of x_t itself, how much being learned for each noise level and label, so that
    the network need not carry all the noise through its layers only to say what is not noise. That
    pays where what is looked for is simple and the noise is not, as with sound, and where there is
    little time to learn or there are few channels.
    """

    widths: tuple[int, int] = (48, 96)
    blocks: int = 2
    heads: int = 4
    embedding: int = 256
    groups: int = 8
    dimensions: int = 2
    fold: int = 2
    shrink: int = 2
    positions: int = 0
    echo: bool = False

    def __post_init__(self) -> None:
        sizes = (*self.widths, self.blocks, self.heads, self.embedding, self.groups)
        if min(*sizes, self.fold, self.shrink) < 1:
            raise ValueError("Every part of the network's shape must be at least 1.")
        if self.dimensions not in CONVOLUTIONS:
            raise ValueError("The network looks at 2 dimensions (pictures) or 1 (waves).")
        for width in self.widths:
            if width % self.groups:
                raise ValueError(f"Each width must be a multiple of {self.groups}; got {width}.")
        if self.widths[-1] % self.heads:
            raise ValueError(f"The last width must be a multiple of heads={self.heads}.")

    @classmethod
    def parsed(cls, text: str) -> UNetConfig:
        """The one that was written as JSON. ValueError or TypeError if it is none."""
        fields = json.loads(text)
        return cls(**{**fields, "widths": tuple(fields["widths"])})

    def build(self) -> UNet:
        """A network of this shape, untrained."""
        return UNet(self)


CONVOLUTIONS: dict[int, type[nn.Conv1d] | type[nn.Conv2d]] = {1: nn.Conv1d, 2: nn.Conv2d}


class Fold(nn.Module):
    """(B, C, L * by) to (B, C * by, L): what nn.PixelUnshuffle is to pictures, for waves."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Tensor) -> Tensor:
        b, c, length = x.shape
        return x.view(b, c, length // self.by, self.by).transpose(2, 3).flatten(1, 2)


class Unfold(nn.Module):
    """(B, C * by, L) to (B, C, L * by): the inverse of Fold."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Tensor) -> Tensor:
        b, c, length = x.shape
        return x.view(b, c // self.by, self.by, length).transpose(2, 3).flatten(2)


class NoiseLevelEmbedding(nn.Module):
    """t (B,) in [0, 1] to (B, embedding): sines and cosines at 32 frequencies, then an MLP."""

    frequencies: Tensor

    def __init__(self, embedding: int) -> None:
        super().__init__()
        # From one slow half-wave over the whole range to about 300 waves: enough to tell
        # neighbouring steps of a thousand apart, smooth enough to interpolate between them.
        self.register_buffer("frequencies", math.pi * torch.logspace(0, 2.5, 32), persistent=False)
        self.mlp = nn.Sequential(
            nn.Linear(64, embedding), nn.SiLU(), nn.Linear(embedding, embedding)
        )

    def forward(self, t: Tensor) -> Tensor:
        angles = t.float()[:, None] * self.frequencies
        return self.mlp(torch.cat([angles.sin(), angles.cos()], dim=1))


class ResidualBlock(nn.Module):
    """(B, C_in, ...) and a condition (B, embedding) to (B, C_out, ...), on the same grid."""

    def __init__(
        self, c_in: int, c_out: int, embedding: int, groups: int, dimensions: int = 2
    ) -> None:
        super().__init__()
        conv = CONVOLUTIONS[dimensions]
        self.norm1 = nn.GroupNorm(groups, c_in)
        self.conv1 = conv(c_in, c_out, 3, padding=1)
        self.condition = nn.Linear(embedding, 2 * c_out)
        self.norm2 = nn.GroupNorm(groups, c_out)
        self.conv2 = conv(c_out, c_out, 3, padding=1)
        self.shortcut = nn.Identity() if c_in == c_out else conv(c_in, c_out, 1)
        # Each block starts as the identity, so a fresh deep network trains like a shallow one.
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        amounts = self.condition(condition)
        scale, shift = amounts.view(*amounts.shape, *[1] * (h.ndim - 2)).chunk(2, dim=1)
        h = torch.addcmul(shift, self.norm2(h), 1 + scale)
        return self.shortcut(x) + self.conv2(F.silu(h))


class SelfAttention(nn.Module):
    """Every cell of the grid looks at every other: (B, C, ...) to the same shape."""

    def __init__(self, channels: int, heads: int, groups: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(groups, channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        b, c = x.shape[:2]
        # One row per cell: on a processor this layout is up to three times as fast as 1x1
        # convolutions on (C, H, W).
        rows = self.norm(x).flatten(2).transpose(1, 2)
        cells = rows.shape[1]
        qkv = self.qkv(rows).view(b, cells, 3, self.heads, c // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, cells, c)
        return x + self.out(attended).transpose(1, 2).reshape(x.shape)


class UNet(nn.Module):
    """The velocity network v_theta(x_t, t, label).

    forward takes x_t (B, 1, 28, 28) float32 with pixels around [-1, 1] (or (B, 1, L), where the
    network looks at waves), t (B,) in [0, 1] and label (B,) int64 in 0..9, or NO_LABEL; it returns
    v_hat, shaped like x_t, the prediction of v = alpha eps - sigma x_0 (Salimans & Ho 2022,
    arXiv:2202.00512, section 4).
    """

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or UNetConfig()
        fine, coarse = config.widths
        embedding, groups = config.embedding, config.groups
        flat = config.dimensions == 1
        conv = CONVOLUTIONS[config.dimensions]
        folded = config.fold**config.dimensions

        def stack(width: int) -> nn.ModuleList:
            return nn.ModuleList(
                ResidualBlock(width, width, embedding, groups, config.dimensions)
                for _ in range(config.blocks)
            )

        self.noise_level = NoiseLevelEmbedding(embedding)
        self.label = nn.Embedding(NUM_CLASSES + 1, embedding)
        # For digits: 28x28x1 -> 14x14x4.
        self.fold = Fold(config.fold) if flat else nn.PixelUnshuffle(config.fold)
        self.enter = conv(folded, fine, 3, padding=1)
        self.fine_down = stack(fine)
        self.shrink = conv(fine, coarse, config.shrink, stride=config.shrink)  # 14x14 -> 7x7
        if config.positions:
            self.enter_positions = nn.Parameter(torch.zeros(coarse, config.positions))
        self.coarse_down = stack(coarse)
        self.middle = SelfAttention(coarse, config.heads, groups)
        self.coarse_up = stack(coarse)
        self.late_attention = SelfAttention(coarse, config.heads, groups)
        self.grow = nn.Sequential(
            conv(coarse, config.shrink**config.dimensions * fine, 1),
            Unfold(config.shrink) if flat else nn.PixelShuffle(config.shrink),
        )
        self.fine_up = stack(fine)
        self.leave_norm = nn.GroupNorm(groups, fine)
        self.leave = conv(fine, folded, 3, padding=1)
        self.unfold = Unfold(config.fold) if flat else nn.PixelShuffle(config.fold)
        if config.echo:
            self.leave_echo = nn.Linear(embedding, 1)
            nn.init.zeros_(self.leave_echo.weight)
            nn.init.zeros_(self.leave_echo.bias)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)  # type: ignore[arg-type]

    def forward(self, x_t: Tensor, t: Tensor, label: Tensor) -> Tensor:
        condition = F.silu(self.noise_level(t) + self.label(label))
        h = self.enter(self.fold(x_t))
        skips = [h]
        for block in self.fine_down:
            skips.append(h := block(h, condition))
        h = self.shrink(h)
        if self.config.positions:
            h = h + self.enter_positions.view(h.shape[1:])
        coarse_skips = []
        for block in self.coarse_down:
            coarse_skips.append(h := block(h, condition))
        h = self.middle(h)
        for block in self.coarse_up:
            h = block(h + coarse_skips.pop(), condition)
        h = self.grow(self.late_attention(h))
        for block in self.fine_up:
            h = block(h + skips.pop(), condition)
        v = self.unfold(self.leave(F.silu(self.leave_norm(h + skips.pop()))))
        if self.config.echo:
            amount = self.leave_echo(condition)
            v = torch.addcmul(v, amount.view(-1, *[1] * (x_t.ndim - 1)), x_t)
        return v

    @property
    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
