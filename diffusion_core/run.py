"""One request on its way from noise to pictures.

A Run holds a sampler between two questions to the denoiser: it says what it needs to know, is
given the answer, and reports a frozen Step whenever one is done. `sample` is the plain way to use
it. Everything that shows, records, tests or measures the reverse process consumes these Steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.guidance import ByLabel, Guide, Guided, Query
from diffusion_core.pixels import to_uint8
from diffusion_core.prediction import Prediction
from diffusion_core.request import IMAGE_SIZE, Request
from diffusion_core.samplers import SAMPLERS, Level, Question, Sampler, Taken, grid_of
from diffusion_core.schedule import COSINE, Floats, Schedule, alpha_sigma

DIGIT_SIZE = (1, IMAGE_SIZE, IMAGE_SIZE)
BATCH = 250
"""Pictures that are drawn together where there are many."""


@dataclass(frozen=True)
class Step:
    """One step of the reverse process, from t to t_next < t. Pictures are (B, 1, H, W)."""

    index: int
    """0 for the first step, which starts from noise."""
    count: int
    """How many steps the whole run has."""
    t: float
    t_next: float
    alpha: float
    sigma: float
    log_snr: float
    x_t: Tensor
    x_next: Tensor
    x0_hat: Tensor
    eps_hat: Tensor
    conditional: Prediction
    """The answer with the label ..."""
    unconditional: Prediction
    """... and without it. Where guidance needed only one answer, both are that one."""
    calls: int
    """Network calls so far. A guided call asks with and without the label, and counts as 2."""


def picture_generators(seed: int, count: int, first: int = 0) -> list[torch.Generator]:
    """The sources of all randomness of `count` pictures of a seed, numbered from `first`.

    One each, so that a picture is the same whatever is drawn beside it: two settings can be
    compared from the same noise, and a row can be extended.
    """
    return [torch.Generator().manual_seed((seed << 20) + first + i) for i in range(count)]


def noise_from(generators: list[torch.Generator], size: tuple[int, ...]) -> Tensor:
    """Standard normal noise (len(generators), *size), each picture from its own generator."""
    return torch.stack([torch.randn(size, generator=generator) for generator in generators])


class Run:
    """The reverse process of one request, held between questions.

    While `query` is not None, put it to the denoiser and pass the answer to `answer`.
    x_1 (B, 1, H, W) is the noise to start from; by default it follows from the request's seed, as
    does all fresh noise. `first` numbers the first picture of this request within its seed.
    `times`, falling, one more than there are steps, replace the sampler's own: to start from a
    picture that is not all noise, say. `size` is that of one picture, wave or point. `sampler` and
    `guide` replace those that the request names: editing (diffusion_core/editing) brings its own.
    """

    query: Query | None

    def __init__(
        self,
        request: Request,
        x_1: Tensor | None = None,
        schedule: Schedule = COSINE,
        first: int = 0,
        device: str = "cpu",
        times: Floats | None = None,
        size: tuple[int, ...] = DIGIT_SIZE,
        sampler: Sampler | None = None,
        guide: Guide | None = None,
    ) -> None:
        generators = picture_generators(request.seed, len(request.labels), first)
        start = noise_from(generators, size)
        self.request = request
        self._x_t = (start if x_1 is None else x_1).to(device)
        labels = torch.tensor(request.labels, dtype=torch.int64, device=self._x_t.device)
        self._guide = guide or ByLabel(labels, request.guidance)
        if times is None:
            times = grid_of(request.sampler, request.steps)
        if len(times) != request.steps + 1:
            raise ValueError(f"{request.steps} steps lie between {request.steps + 1} times.")
        alphas, sigmas = alpha_sigma(schedule, times)
        self._levels = [
            Level(float(t), float(a), float(s))
            for t, a, s in zip(times, alphas, sigmas, strict=True)
        ]
        self._index, self._calls = 0, 0

        def noise(like: Tensor) -> Tensor:
            return noise_from(generators, tuple(like.shape[1:])).to(like)

        sampler = sampler or SAMPLERS[request.sampler]
        self._dialogue = sampler(self._x_t, self._levels, noise)
        self._ask(next(self._dialogue))

    @property
    def remaining(self) -> int:
        """How many steps are left."""
        return self.request.steps - self._index

    def answer(self, prediction: Prediction) -> Step | None:
        """Take the answer to `query`; the Step that it completes, if it does."""
        said = self._guide.combine(prediction, len(self._x_t))
        self._calls += said.calls
        reply = self._dialogue.send(said)
        if isinstance(reply, Question):
            self._ask(reply)
            return None
        step = self._step(reply)
        self._x_t = reply.x_next
        self._index += 1
        following = next(self._dialogue, None)
        if following is None:
            self.query = None
        else:
            self._ask(following)
        return step

    def _ask(self, question: Question | Taken) -> None:
        assert isinstance(question, Question), "A sampler took a step that it had not asked about."
        each, level = np.ones(len(question.x)), question.level
        self.query = self._guide.query(question.x, level.alpha * each, level.sigma * each)

    def _step(self, taken: Taken) -> Step:
        here, there = self._levels[self._index], self._levels[self._index + 1]
        said: Guided = taken.answer
        return Step(
            index=self._index,
            count=self.request.steps,
            t=here.t,
            t_next=there.t,
            alpha=here.alpha,
            sigma=here.sigma,
            log_snr=2 * here.half_log_snr,
            x_t=self._x_t if taken.x_t is None else taken.x_t,
            x_next=taken.x_next,
            x0_hat=said.combined.x0_hat,
            eps_hat=said.combined.eps_hat,
            conditional=said.conditional,
            unconditional=said.unconditional,
            calls=self._calls,
        )


def sample(
    denoiser: Denoiser,
    request: Request,
    x_1: Tensor | None = None,
    schedule: Schedule = COSINE,
    first: int = 0,
    device: str = "cpu",
    size: tuple[int, ...] = DIGIT_SIZE,
    times: Floats | None = None,
) -> Iterator[Step]:
    """Run the reverse process alone and yield each step as soon as it is computed.

    Arguments as of Run. The denoiser is not asked anything before the first step is wanted.
    """
    run = Run(request, x_1, schedule, first, device, times, size)
    while run.query is not None:
        step = run.answer(denoiser(*run.query))
        if step is not None:
            yield step


def final_picture(steps: Iterator[Step]) -> Tensor:
    """Run a sampler to its end and return only what it drew, (B, 1, H, W)."""
    last = None
    for last in steps:  # noqa: B007 - the last one is what is wanted
        pass
    if last is None:
        raise ValueError("The sampler took no step.")
    return last.x_next


def draw(denoiser: Denoiser, request: Request, device: str = "cpu") -> Iterator[NDArray[np.uint8]]:
    """The finished pictures of a request of any size, uint8 (n, 28, 28), batch after batch."""
    for first in range(0, len(request.labels), BATCH):
        part = replace(request, labels=request.labels[first : first + BATCH])
        yield to_uint8(final_picture(sample(denoiser, part, first=first, device=device)))
