"""What the page is sent of a training in the plane: a head, then snapshots, all of one size.

    head       one line of JSON: see `head`; then the training points that are shown, (D, 2) int16
    snapshot   the arrays of `layout`, one after another, little-endian

The first snapshot is that of the ideal denoiser of the training points, the best that any network
could do on them; then come those of the network, from before its first step to after its last.
Coordinates are whole numbers: 32767 stands for PLANE in paths and data, 127 for FIELD in fields.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.prediction import velocity
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import noise_from, picture_generators, sample, start_of
from diffusion_core.samplers import levels_at, time_grid
from diffusion_core.schedule import COSINE, Floats, alpha_sigma, make_schedule
from diffusion_core.training import diffusion_losses, step_generator

SAMPLES = 256
STEPS = 14
"""Of the sampler; with few noise levels, as many as there are levels."""
GRID_POWER = 1.5
"""Of its times: points have fine shapes, and want short steps at the clean end."""
PLANE = 4.0
FIELD = 2.4
FIELD_SIDE = 15
FIELD_TIMES = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BINS = 10
"""Equal parts of the time from 0 to 1, of each of which the loss is told."""
PER_BIN = 60
SHOWN = 1000
"""Training points that the page is sent."""
NEAR = 0.1
"""So close to a point of the shape, a sample counts as on it ..."""
COPY = 0.05
"""... and so close to a training point, as a copy of it."""
NUMBERS = ("step", "loss", "on", "reached", "copied")


def sampling_times(settings: PointSettings) -> Floats:
    """The times that the sampler visits, falling from 1 to 0: only trained ones, and the end."""
    wished = time_grid(STEPS, GRID_POWER)
    if not settings.levels:
        return wished
    steps = np.unique(np.rint(wished * settings.levels))[::-1]
    if settings.levels <= STEPS:
        steps = np.arange(settings.levels, -1, -1)
    return np.asarray(steps / settings.levels, dtype=np.float64)


@dataclass(frozen=True)
class Camera:
    """Takes snapshots: asks whichever denoiser always the same things."""

    settings: PointSettings
    x_0: Tensor
    """The training points, (N, 2) float32."""
    times: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", sampling_times(self.settings))

    @property
    def layout(self) -> list[tuple[str, str, int]]:
        """The arrays of a snapshot: name, type, how many numbers."""
        field_size = len(FIELD_TIMES) * FIELD_SIDE**2 * 2
        return [
            ("numbers", "float32", len(NUMBERS)),
            ("levels", "float32", BINS),
            ("paths", "int16", len(self.times) * SAMPLES * 2),
            ("field", "int8", field_size),
        ]

    def head(self, steps: list[int]) -> bytes:
        """What the page must know to read what follows. steps: after which a snapshot is taken."""
        shown = self.x_0[:SHOWN].numpy()
        alpha, sigma = alpha_sigma(make_schedule(self.settings.schedule), self.times)
        line: dict[str, Any] = {
            "frames": len(steps),
            "steps": self.settings.steps,
            "layout": self.layout,
            "numbers": NUMBERS,
            "data": len(shown),
            "times": self.times.tolist(),
            "alpha": alpha.tolist(),
            "sigma": sigma.tolist(),
            "samples": SAMPLES,
            "plane": PLANE,
            "field": {"reach": FIELD, "side": FIELD_SIDE, "times": FIELD_TIMES},
        }
        return json.dumps(line).encode() + b"\n" + _whole(shown, PLANE, "<i2").tobytes()

    def take(self, denoiser: Denoiser, step: int, loss: float) -> bytes:
        """A snapshot. loss: of the batches since the last one; NaN where there were none."""
        paths = self.paths(denoiser)
        numbers = [step, loss, *self.shares(paths[-1])]
        return b"".join(
            [
                np.asarray(numbers, "<f4").tobytes(),
                self.losses(denoiser).astype("<f4").tobytes(),
                _whole(paths.numpy(), PLANE, "<i2").tobytes(),
                _whole(self.field(denoiser).numpy(), FIELD, "<i1").tobytes(),
            ]
        )

    @cached_property
    def _noise(self) -> Tensor:
        return noise_from(picture_generators(self.settings.seed, SAMPLES), (2,))

    def paths(self, denoiser: Denoiser) -> Tensor:
        """Where the samples are at each of `times`, from noise to data: (T, SAMPLES, 2)."""
        request = Request((NO_LABEL,) * SAMPLES, "dpmpp", len(self.times) - 1)
        start = replace(start_of(request, (2,)), x=self._noise)
        levels = levels_at(self.times, make_schedule(self.settings.schedule))
        places = [step.x_next for step in sample(denoiser, request, start, levels)]
        return torch.stack([self._noise, *places])

    def field(self, denoiser: Denoiser) -> Tensor:
        """x0_hat on a grid at FIELD_TIMES: (len(FIELD_TIMES), FIELD_SIDE^2, 2), row by row from
        below."""
        line = torch.linspace(-FIELD, FIELD, FIELD_SIDE)
        grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1).reshape(-1, 2)
        times = np.repeat(FIELD_TIMES, len(grid))
        alpha, sigma = alpha_sigma(make_schedule(self.settings.schedule), times)
        x_t = grid.repeat(len(FIELD_TIMES), 1)
        label = torch.full((len(x_t),), NO_LABEL)
        said = denoiser(x_t, alpha, sigma, label)
        return said.x0_hat.reshape(len(FIELD_TIMES), len(grid), 2)

    def losses(self, denoiser: Denoiser) -> NDArray[np.float64]:
        """The loss in each part of the time, on fixed training points with fixed noise: (BINS,)."""
        count = BINS * PER_BIN
        probe = self.x_0[torch.arange(count) % len(self.x_0)]
        with torch.no_grad():
            each = diffusion_losses(
                Answers(denoiser),
                probe,
                torch.full((count,), NO_LABEL),
                step_generator(self.settings.seed, 2**31),
                make_schedule(self.settings.schedule),
            )
        # The times of diffusion_losses are stratified: in order, and equally many in each part.
        return each.squared.reshape(BINS, PER_BIN).mean(dim=1).double().numpy()

    @cached_property
    def _shape(self) -> Tensor:
        """Points of the distribution that training has not seen."""
        return torch.from_numpy(points_of(self.settings, SHOWN, draw=1)).float()

    def shares(self, samples: Tensor) -> list[float]:
        """Of samples (B, 2): the share of them on the shape, the share of the shape near them, and
        the share of them that copy a training point."""
        far = torch.cdist(samples.float().nan_to_num(nan=math.inf), self._shape)
        copied = torch.cdist(samples.float().nan_to_num(nan=math.inf), self.x_0[:SHOWN])
        return [
            (far.min(dim=1).values < NEAR).float().mean().item(),
            (far.min(dim=0).values < 2 * NEAR).float().mean().item(),
            (copied.min(dim=1).values < COPY).float().mean().item(),
        ]


class Answers(torch.nn.Module):
    """A denoiser as a network, for whoever asks for a velocity."""

    def __init__(self, denoiser: Denoiser) -> None:
        super().__init__()
        self.denoiser = denoiser

    def forward(self, x_t: Tensor, t: Tensor, label: Tensor) -> Tensor:
        alpha, sigma = alpha_sigma(COSINE, t.double().clamp(0, 1).numpy())
        # At t = 0 nothing is unknown, and the ideal denoiser would divide by zero.
        sigma = np.maximum(sigma, 1e-4)
        said = self.denoiser(x_t, alpha, sigma, label)
        return velocity(said.x0_hat, said.eps_hat, alpha, sigma)


def _whole(values: NDArray[Any], reach: float, kind: str) -> NDArray[Any]:
    """[-reach, reach] to the whole numbers of a type; what lies beyond is clipped."""
    most = np.iinfo(kind).max
    scaled = np.nan_to_num(values.astype(np.float64) / reach, nan=0.0, posinf=1, neginf=-1)
    return np.rint(scaled.clip(-1, 1) * most).astype(kind)
