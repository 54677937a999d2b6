"""One request on its way from noise to pictures.

A Run is a dialogue like the sampler that it leads: it yields a Query when it needs the denoiser's
answer, is sent that answer, and yields a frozen Step when one is done. `sample` is the plain way to
use it. Everything that shows, records, tests or measures the reverse process consumes these Steps.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.dialogue import Noise, Question, Sampler, by_name
from diffusion_core.guidance import ByLabel, Guide, Query
from diffusion_core.noise import PictureNoise
from diffusion_core.pixels import to_uint8
from diffusion_core.prediction import Prediction
from diffusion_core.request import IMAGE_SIZE, Request
from diffusion_core.samplers import Level, grid_of, levels_at

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


@dataclass(frozen=True)
class Start:
    """Where a run begins: x (B, ...), and the source of the noise that it adds on its way."""

    x: Tensor
    noise: Noise


def start_of(
    request: Request, size: tuple[int, ...] = DIGIT_SIZE, first: int = 0, device: str = "cpu"
) -> Start:
    """Pure noise. Like all further noise it follows from the request's seed.

    size: of one picture, wave or point. first: numbers the first picture within the seed.
    """
    source = PictureNoise(request.seed, len(request.labels), first)
    return Start(torch.from_numpy(source.draw(size)).to(device), noise_of(source))


def noise_of(source: PictureNoise) -> Noise:
    """What a sampler draws its fresh noise with."""
    return lambda like: torch.from_numpy(source.draw(tuple(like.shape[1:]))).to(like)


Run = Generator[Query | Step, Prediction, None]
"""The reverse process of a request. Send it the answer to each Query, nothing (`next`) after each
Step; it ends after the last of its steps."""


def reverse(
    request: Request,
    start: Start | None = None,
    levels: Sequence[Level] | None = None,
    sampler: Sampler | None = None,
    guide: Guide | None = None,
) -> Run:
    """The reverse process of a request.

    What is not given follows from the request. start: what it walks back from. levels, falling, one
    more than there are steps: on its way; it may begin in a picture that is not all noise. sampler
    and guide: editing (diffusion_core/editing) brings its own. ValueError for another number of
    levels.
    """
    start = start or start_of(request)
    levels = levels or levels_at(grid_of(request.sampler, request.steps))
    if len(levels) != request.steps + 1:
        raise ValueError(f"{request.steps} steps lie between {request.steps + 1} times.")
    labels = torch.tensor(request.labels, dtype=torch.int64, device=start.x.device)
    guide = guide or ByLabel(labels, request.guidance)
    return _walk(start, [*levels], sampler or by_name(request.sampler), guide)


def _walk(start: Start, levels: list[Level], sampler: Sampler, guide: Guide) -> Run:
    x_t, each, calls, count = start.x, np.ones(len(start.x)), 0, len(levels) - 1
    dialogue = sampler(x_t, levels, start.noise)
    for index, (here, there) in enumerate(pairwise(levels)):
        reply = next(dialogue)
        while isinstance(reply, Question):
            level = reply.level
            query = guide.query(reply.x, level.alpha * each, level.sigma * each)
            answer = yield replace(query, left=count - index)
            said = guide.combine(answer, len(x_t))
            calls += said.calls
            reply = dialogue.send(said)
        yield Step(
            index=index,
            count=count,
            t=here.t,
            t_next=there.t,
            alpha=here.alpha,
            sigma=here.sigma,
            log_snr=2 * here.half_log_snr,
            x_t=x_t if reply.x_t is None else reply.x_t,
            x_next=reply.x_next,
            x0_hat=reply.answer.combined.x0_hat,
            eps_hat=reply.answer.combined.eps_hat,
            conditional=reply.answer.conditional,
            unconditional=reply.answer.unconditional,
            calls=calls,
        )
        x_t = reply.x_next


def answered(run: Run, denoiser: Denoiser) -> Iterator[Step]:
    """The steps of a run whose questions this denoiser answers, each as soon as it is computed.

    The denoiser is not asked anything before the first step is wanted.
    """
    reply = next(run, None)
    while reply is not None:
        if isinstance(reply, Query):
            reply = run.send(reply.put(denoiser))
        else:
            yield reply
            reply = next(run, None)


def sample(
    denoiser: Denoiser,
    request: Request,
    start: Start | None = None,
    levels: Sequence[Level] | None = None,
) -> Iterator[Step]:
    """Run the reverse process alone. Arguments as of `reverse`, result as of `answered`."""
    return answered(reverse(request, start, levels), denoiser)


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
        start = start_of(part, first=first, device=device)
        yield to_uint8(final_picture(sample(denoiser, part, start)))
