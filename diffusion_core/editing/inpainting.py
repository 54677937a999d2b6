"""Repair: the model fills in what is hidden, around what is known."""

from __future__ import annotations

import torch
from torch import Tensor

from diffusion_core.editing.resampling import resampling
from diffusion_core.errors import RequestError
from diffusion_core.request import Request
from diffusion_core.run import Run
from diffusion_core.samplers import Level, Noise
from diffusion_core.schedule import COSINE, Schedule


def repair(
    known: Tensor, hidden: Tensor, request: Request, again: int = 5, schedule: Schedule = COSINE
) -> Run:
    """Fill in what is hidden of a picture: one answer a label of the request.

    RePaint (Lugmayr et al. 2022, arXiv:2201.09865, algorithm 1): each step of ancestral sampling
    is overwritten, where the picture is known, by that picture with as much noise as it must have
    there; and each step is taken `again` times, so that the two parts get to fit. What the model
    draws is conditioned on the known part by nothing else, so this is an approximation: with
    again = 1 the filling does not fit well (docs/measurements.md). The known pixels end exactly as
    they were.

    known (1, 28, 28) in [-1, 1]; hidden (28, 28) bool. RequestError if nothing or everything is
    hidden.
    """
    if not bool(hidden.any()):
        raise RequestError("Nothing is hidden: paint over the part that is to be drawn anew.")
    if bool(hidden.all()):
        raise RequestError("Everything is hidden: leave something of the digit to go by.")

    def overwrite(x: Tensor, level: Level, noise: Noise) -> Tensor:
        there = level.alpha * known
        if level.sigma > 0:
            there = there + level.sigma * noise(x)
        return torch.where(hidden, x, there)

    # The first picture is noise everywhere, as it must be: no part of it is known yet.
    sampler = resampling(again, land=overwrite)
    return Run(request, schedule=schedule, size=tuple(known.shape), sampler=sampler)
