"""Repair: the model fills in what is hidden, around what is known."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from diffusion_core.editing.resampling import resampling
from diffusion_core.errors import RequestError
from diffusion_core.prediction import Prediction
from diffusion_core.request import Request
from diffusion_core.run import Run, reverse, start_of
from diffusion_core.samplers import Level


def repair(known: Tensor, hidden: Tensor, request: Request, again: int = 5) -> Run:
    """Fill in what is hidden of a picture: one answer a label of the request.

    In each guess of the model, what is known replaces what it guessed there, and each step is taken
    `again` times, so that the two parts get to fit (DDNM with time travel, Wang et al. 2023,
    arXiv:2212.00490, algorithm 2, where A keeps the known pixels). RePaint (Lugmayr et al. 2022,
    arXiv:2201.09865, algorithm 1) overwrites the noisy picture instead of the guess; for as many
    network calls its answers fit less well (docs/measurements.md).

    What is hidden is drawn from what the known part suggests, but not quite as likely as it should
    be: the model hears of the known pixels only through x_t. tests/core/test_editing_repair.py
    says how far off that is where the truth is known. The known pixels end exactly as they were.

    known (1, 28, 28) in [-1, 1]; hidden (28, 28) bool. RequestError if nothing or everything is
    hidden.
    """
    if not bool(hidden.any()):
        raise RequestError("Nothing is hidden: paint over the part that is to be drawn anew.")
    if bool(hidden.all()):
        raise RequestError("Everything is hidden: leave something of the digit to go by.")

    def correct(said: Prediction, level: Level) -> Prediction:
        return replace(said, x0_hat=torch.where(hidden, said.x0_hat, known.to(said.x0_hat)))

    start = start_of(request, tuple(known.shape))
    return reverse(request, start, sampler=resampling(again, correct=correct))
