"""A sampler at work: a dialogue with a denoiser that follows its table (samplers.py).

A run is a generator that yields a Question when it needs the denoiser's answer, is sent that
answer, and yields Taken when a step is done. So whoever leads it decides when and in whose company
the question is put: `run.sample` asks at once, the batcher puts the questions of many visitors into
one pass of the network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from torch import Tensor

from diffusion_core.guidance import Guided
from diffusion_core.prediction import Prediction
from diffusion_core.samplers import SAMPLERS, Level, Row


@dataclass(frozen=True)
class Question:
    """What does the denoiser make of x (B, 1, H, W) at this level?"""

    x: Tensor
    level: Level


@dataclass(frozen=True)
class Taken:
    """A step has been taken: where it landed, and what was said about where it began."""

    x_next: Tensor
    answer: Guided
    x_t: Tensor | None = None
    """What the answer is about, where that is not what the last step landed on: a step that is
    taken several times (editing/resampling.py) ends with another picture than it began with."""


Dialogue = Generator[Question | Taken, Guided, None]
"""Send it the answer to each Question, and nothing (`next`) after each Taken."""

Noise = Callable[[Tensor], Tensor]
"""Draws fresh standard normal noise shaped like its argument."""


Sampler = Callable[[Tensor, list[Level], Noise], Dialogue]
"""x to start from, the levels to visit, and a source of fresh noise."""


def walk(x: Tensor, table: Sequence[Row], noise: Noise) -> Dialogue:
    """The dialogue that runs a table from x (B, ...)."""
    first: Guided | None = None
    before: Prediction | None = None
    for row in table:
        answer = yield Question(x, row.level)
        first = first or answer
        x = row.lands(answer.combined, before, x, noise)
        before = answer.combined
        if row.ends:
            yield Taken(x, first)
            first = None


def by_name(name: str) -> Sampler:
    """The sampler of that name, as a dialogue."""
    return lambda x, levels, noise: walk(x, SAMPLERS[name](levels), noise)
