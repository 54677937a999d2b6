"""How many of a model's digits an independent classifier reads as what was asked for."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import read_card
from diffusion_core.measure.classifiers import JudgeNet, digits_seen
from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request
from diffusion_core.run import sample

COUNT = 100
STEPS = 20
"""Of DPM-Solver++, without guidance: as the shipped model is measured for its card."""


@dataclass(frozen=True)
class Judgement:
    """pictures uint8 (N, 28, 28); asked and seen (N,): what was wanted, and what the judge read."""

    pictures: NDArray[np.uint8]
    asked: NDArray[np.int64]
    seen: NDArray[np.int64]

    @property
    def right(self) -> int:
        return int((self.seen == self.asked).sum())


def judged(
    network: torch.nn.Module, judge: JudgeNet, digits: str, seed: int, count: int = COUNT
) -> Generator[float, None, Judgement]:
    """Draw `count` digits, equally many of each, and read them; yields the share that is done."""
    asked = np.sort(np.resize([int(digit) for digit in digits], count))
    request = Request(tuple(asked.tolist()), "dpmpp", STEPS, seed=seed)
    for step in sample(NetworkDenoiser(network), request):
        yield (step.index + 1) / step.count
    pictures = to_uint8(step.x_next)
    return Judgement(pictures, asked, digits_seen(judge, pictures))


def shipped_share(digits: str) -> float | None:
    """The same of the shipped model, with the same sampler, judge and number of steps: the share
    of 1,000 drawings of each of these digits, from its card. None if it was not measured so."""
    measured = read_card().get("evaluation")
    usual = {"sampler": "dpmpp", "steps": STEPS, "guidance": 1}
    if not isinstance(measured, dict) or not usual.items() <= measured.items():
        return None
    try:
        each = measured["drawn"]["accuracy_per_label"]
        return float(np.mean([each[int(digit)] for digit in digits]))
    except (LookupError, TypeError, ValueError):  # A damaged card costs nobody a trained model.
        return None
