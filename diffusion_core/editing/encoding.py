"""Between two given pictures: back to their noises first, then along the arc between those."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from torch import Tensor

from diffusion_core.editing.between import blend_along, slerp
from diffusion_core.errors import RequestError
from diffusion_core.guidance import Query
from diffusion_core.prediction import Prediction, add_noise
from diffusion_core.request import Request
from diffusion_core.run import Run, noise_from, picture_generators, reverse, start_of
from diffusion_core.samplers import levels_at
from diffusion_core.schedule import COSINE, Floats, alpha_sigma

SOLVER = "heun"
"""Of second order, and the same backwards: a step up and the step down undo each other nearly."""
FIRST_TIME = 0.02
"""To which a picture is covered with noise before it is led up."""


def encoding_times(steps: int) -> Floats:
    """The way up: `steps` times from FIRST_TIME to pure noise. The way down has a step more, which
    takes off the noise of FIRST_TIME. RequestError unless there are two steps at least."""
    if steps < 2:
        raise RequestError("The way to the noise and back takes at least 2 steps.")
    return FIRST_TIME + (1 - FIRST_TIME) * np.linspace(0, 1, steps)


def encoded_between(pictures: Tensor, request: Request, labels: tuple[int, int]) -> Run:
    """Stops between two pictures: as many as there are labels in the request, both ends among them.

    The probability-flow ODE leads each picture up to the noise from which the model would draw it
    (Song et al. 2021, arXiv:2011.13456, section 4.3; DDIM inversion, arXiv:2010.02502, section
    4.3), and the stops between the two noises (`slerp`) down again. The two ends come back as the
    model draws them: close to what was given, and not the same (docs/measurements.md).

    The ODE is not defined for pictures whose pixels are exactly black: they are covered with a
    little noise first, which the last step takes off.

    pictures (2, 1, 28, 28); labels: of each, or NO_LABEL. Steps are those of the way down.
    RequestError as of encoding_times.
    """
    times = encoding_times(request.steps)
    request = replace(request, sampler=SOLVER)
    up = replace(request, labels=labels, steps=request.steps - 1)
    eps = noise_from(picture_generators(request.seed, 2), tuple(pictures.shape[1:]))
    x_t = add_noise(pictures, eps, *alpha_sigma(COSINE, FIRST_TIME))
    rising = reverse(up, replace(start_of(up), x=x_t), levels_at(times))

    def there_and_back() -> Run:
        noises = yield from _silently(rising, then=request.steps)
        weight = np.linspace(0, 1, len(request.labels))
        start = replace(start_of(request), x=slerp(noises[:1], noises[1:], weight))
        levels = levels_at(np.append(times[::-1], 0.0))
        guide = blend_along(labels, weight, request.guidance)
        yield from reverse(request, start, levels, guide=guide)

    return there_and_back()


def _silently(run: Run, then: int) -> Generator[Query, Prediction, Tensor]:
    """Only what a run asks, and where it ends; `then` steps follow."""
    reply, ended = next(run, None), None
    while reply is not None:
        if isinstance(reply, Query):
            answer = yield replace(reply, left=reply.left + then)
            reply = run.send(answer)
        else:
            ended = reply.x_next
            reply = next(run, None)
    assert ended is not None, "A run takes a step at least."
    return ended
