"""Leading a sampler by hand, step by step, and an exact denoiser that answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.dialogue import Dialogue, Question, Taken
from diffusion_core.guidance import Guided, guided
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.samplers import Level

PICTURE = (1, 28, 28)


Ask = Callable[[Tensor, Level], Guided]


def asking(denoiser: Denoiser, labels: Tensor, guidance: float = 1.0) -> Ask:
    def ask(x: Tensor, level: Level) -> Guided:
        each = np.ones(len(x))
        return guided(denoiser, x, level.alpha * each, level.sigma * each, labels, guidance)

    return ask


def led(dialogue: Dialogue, ask: Ask) -> Iterator[Taken]:
    """The steps of a sampler whose questions are answered at once."""
    reply = next(dialogue, None)
    while reply is not None:
        if isinstance(reply, Question):
            reply = dialogue.send(ask(reply.x, reply.level))
        else:
            yield reply
            reply = next(dialogue, None)


def no_noise(like: Tensor) -> Tensor:
    raise AssertionError("A deterministic sampler drew fresh noise.")


@pytest.fixture(scope="module")
def ideal() -> IdealDenoiser:
    """The exact denoiser of thirty blurry pictures of three kinds."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn((30, 1, 7, 7), generator=generator)
    data = torch.nn.functional.interpolate(coarse, size=28, mode="bilinear").clamp(-1, 1)
    return IdealDenoiser(data, torch.arange(30) % 3)
