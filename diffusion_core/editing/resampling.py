"""Steps that are put right by what is known of the picture, and taken several times.

A step of these methods is a step of DDPM in which what is known has a word: about the answer
before it is used (`correct`), or about where the step landed (`land`). What is put in from outside
does not fit at once to what the model had drawn around it. So a step can be taken several times:
noise leads back to where it began, and the model sees the two together (RePaint, Lugmayr et al.
2022, arXiv:2201.09865, section 4.2; "time travel" in DDNM, Wang et al. 2023, arXiv:2212.00490,
section 3.3; here with jumps of one step).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from torch import Tensor

from diffusion_core.dialogue import Dialogue, Noise, Question, Sampler, Taken
from diffusion_core.prediction import Prediction
from diffusion_core.samplers import Level, ddpm

Correct = Callable[[Prediction, Level], Prediction]
"""The answer about pictures (B, ...) at a level to that answer, put right."""
Land = Callable[[Tensor, Level, Noise], Tensor]
"""Where a step landed, at a level, to that, put right."""


def as_said(said: Prediction, level: Level) -> Prediction:
    """Nothing to put right."""
    return said


def as_landed(x: Tensor, level: Level, noise: Noise) -> Tensor:
    """Nothing to put right."""
    return x


def resampling(again: int, correct: Correct = as_said, land: Land = as_landed) -> Sampler:
    """A sampler that takes each step `again` times, with noise in between.

    ValueError unless a step is taken at least once.
    """
    if again < 1:
        raise ValueError(f"A step is taken at least once; got {again}.")

    def dialogue(x: Tensor, levels: list[Level], noise: Noise) -> Dialogue:
        for here, there in pairwise(levels):
            # Of a try that goes back to pure noise nothing would be left.
            tries = again if here.alpha > 0 else 1
            for left in reversed(range(tries)):
                [row] = ddpm([here, there])
                answer = yield Question(x, here)
                used = correct(answer.combined, here)
                x_next = land(row.lands(used, None, x, noise), there, noise)
                if left:
                    x = noised_back(x_next, there, here, noise)
            yield Taken(x_next, answer, x)
            x = x_next

    return dialogue


def noised_back(x: Tensor, here: Level, there: Level, noise: Noise) -> Tensor:
    """From a level to a noisier one: x_there ~ q(x_there | x_here).

    x_there = r x + sqrt(1 - r^2) z with r = alpha_there / alpha_here, since alpha^2 + sigma^2 = 1
    (RePaint, algorithm 1, line 10; DDPM, eq. 2, for one step).
    """
    kept = there.alpha / here.alpha
    return kept * x + math.sqrt(1 - kept**2) * noise(x)
