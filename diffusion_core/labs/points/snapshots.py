"""Snapshots of a training in the plane: what a denoiser makes of always the same questions.

plan.py says what is in them.
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
from diffusion_core.labs.points import chance
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.plan import (
    BINS,
    COPY,
    FIELD,
    FIELD_SIDE,
    FIELD_TIMES,
    NEAR,
    PER_BIN,
    PLANE,
    PROBE_STEP,
    SAMPLER,
    SAMPLES,
    SHOWN,
    head,
    sampling_times,
)
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.noise import PictureNoise
from diffusion_core.prediction import add_noise, velocity
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import sample, start_of
from diffusion_core.samplers import levels_at
from diffusion_core.schedule import Floats, alpha_sigma, make_schedule
from diffusion_core.training import squared_errors


@dataclass(frozen=True)
class Camera:
    """Takes snapshots: asks whichever denoiser always the same things."""

    settings: PointSettings
    x_0: Tensor
    """The training points, (N, 2) float32."""
    times: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", sampling_times(self.settings))

    def head(self) -> bytes:
        """What the page must know to read what follows, and the points that it shows."""
        shown = _whole(self.x_0[:SHOWN].numpy(), PLANE, "<i2")
        return json.dumps(head(self.settings)).encode() + b"\n" + shown.tobytes()

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
        return torch.from_numpy(PictureNoise(self.settings.seed, SAMPLES).draw((2,)))

    def paths(self, denoiser: Denoiser) -> Tensor:
        """Where the samples are at each of `times`, from noise to data: (T, SAMPLES, 2)."""
        request = Request((NO_LABEL,) * SAMPLES, SAMPLER, len(self.times) - 1)
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
        count, seed = BINS * PER_BIN, self.settings.seed
        probe = self.x_0[torch.arange(count) % len(self.x_0)]
        # The times are stratified: in order, and equally many in each part.
        t = chance.times(seed, PROBE_STEP, count)
        alpha, sigma = alpha_sigma(make_schedule(self.settings.schedule), t)
        eps = torch.from_numpy(chance.noises(seed, PROBE_STEP, count))
        label = torch.full((count,), NO_LABEL)
        said = denoiser(add_noise(probe, eps, alpha, sigma), alpha, sigma, label)
        v_hat = velocity(said.x0_hat, said.eps_hat, alpha, sigma)
        squared = squared_errors(v_hat, velocity(probe, eps, alpha, sigma))
        return squared.reshape(BINS, PER_BIN).mean(dim=1).double().numpy()

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


def _whole(values: NDArray[Any], reach: float, kind: str) -> NDArray[Any]:
    """[-reach, reach] to the whole numbers of a type; what lies beyond is clipped."""
    most = np.iinfo(kind).max
    scaled = np.nan_to_num(values.astype(np.float64) / reach, nan=0.0, posinf=1, neginf=-1)
    return np.rint(scaled.clip(-1, 1) * most).astype(kind)
