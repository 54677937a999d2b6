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

from torch import Tensor

from diffusion_core.dialogue import Dialogue, Noise, Question, Sampler, Taken
from diffusion_core.prediction import Prediction
from diffusion_core.samplers import Level, times

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
    times(again, [])  # which says now what is wrong, and not with the first question

    def dialogue(x: Tensor, levels: list[Level], noise: Noise) -> Dialogue:
        landings = (there for there in levels[1:])
        there = next(landings)
        for row in times(again, levels):
            answer = yield Question(x, row.level)
            used = correct(answer.combined, row.level)
            x_next = land(row.lands(used, None, x, noise), there, noise)
            if row.back:
                x = noised_back(x_next, row.back, noise)
                continue
            yield Taken(x_next, answer, x)
            x, there = x_next, next(landings, there)

    return dialogue


def noised_back(x: Tensor, kept: float, noise: Noise) -> Tensor:
    """From a level to a noisier one: x_there ~ q(x_there | x_here).

    x_there = r x + sqrt(1 - r^2) z with r = alpha_there / alpha_here, since alpha^2 + sigma^2 = 1
    (RePaint, algorithm 1, line 10; DDPM, eq. 2, for one step). kept: r.
    """
    return kept * x + math.sqrt(1 - kept**2) * noise(x)
