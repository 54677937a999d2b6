"""What a visitor's model learns from: MNIST, or where it is missing, the shipped model's drawings.

The embedded digits are too few to learn from. But a model can learn from another one's pictures:
the distilled model draws some thousands in seconds, and then the lab works offline, too. It says
which it is, since the pupil learns its teacher's mistakes along with the rest.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffusion_core.data.mnist import Digits, load_mnist, mnist_available
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import LEAP
from diffusion_core.measure.evaluation import some_of
from diffusion_core.pixels import to_model
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample, start_of

MOST = 24_000
"""Of MNIST's 60,000: a run of three minutes sees each of these about ten times, and as floats they
take 75 MB instead of 190."""
DRAWN_PER_SECOND = 30
"""Of the run: 5,400 for three minutes, which take about half a minute to draw."""
DRAWN_AT_A_TIME = 50


@dataclass(frozen=True)
class Examples:
    """x_0 (N, 1, 28, 28) in [-1, 1] and labels (N,) int64."""

    x_0: Tensor
    labels: Tensor
    mnist: bool


def examples(digits: str, drawn: int) -> Generator[float, None, Examples]:
    """Digits to learn from, of these classes only; yields the share that is done, and returns them.

    drawn: how many, where they have to be drawn. MnistError, in one sentence, if MNIST is there
    but damaged.
    """
    wanted = [int(digit) for digit in digits]
    if mnist_available():
        known = load_mnist("train")
        chosen = np.isin(known.labels, wanted)
        known = some_of(Digits(known.images[chosen], known.labels[chosen]), MOST, seed=0)
        return Examples(to_model(known.images), torch.from_numpy(known.labels), mnist=True)
    return (yield from _drawn(wanted, drawn))


def _drawn(wanted: list[int], count: int) -> Generator[float, None, Examples]:
    """As many digits, drawn by the distilled model in two leaps each."""
    teacher = NetworkDenoiser(load_checkpoint(LEAP))
    labels = tuple(wanted[i % len(wanted)] for i in range(count))
    pictures = []
    for first in range(0, count, DRAWN_AT_A_TIME):
        request = Request(labels[first : first + DRAWN_AT_A_TIME], "leap", 2)
        start = start_of(request, first=first)
        pictures.append(final_picture(sample(teacher, request, start)).clamp(-1, 1))
        yield min(1.0, (first + DRAWN_AT_A_TIME) / count)
    return Examples(torch.cat(pictures), torch.tensor(labels), mnist=False)
