"""Between two given pictures: back to their noises first, then along the arc between those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from diffusion_core.editing.between import Blend, slerp
from diffusion_core.errors import RequestError
from diffusion_core.guidance import Query
from diffusion_core.prediction import Prediction, add_noise
from diffusion_core.request import Request
from diffusion_core.run import Run, Step, noise_from, picture_generators
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


class EncodedBetween:
    """Stops between two pictures: as many as there are labels in the request, both ends among them.

    The probability-flow ODE leads each picture up to the noise from which the model would draw it
    (Song et al. 2021, arXiv:2011.13456, section 4.3; DDIM inversion, arXiv:2010.02502, section
    4.3), and the stops between the two noises (`slerp`) down again. The two ends come back as the
    model draws them: close to what was given, and not the same (docs/measurements.md).

    The ODE is not defined for pictures whose pixels are exactly black: they are covered with a
    little noise first, which the last step takes off.

    pictures (2, 1, 28, 28); labels: of each, or NO_LABEL. Like a Run, it is asked for its `query`
    and given the `answer`; Steps are those of the way down.
    """

    def __init__(self, pictures: Tensor, request: Request, labels: tuple[int, int]) -> None:
        self._request, self._labels = request, labels
        self._times = encoding_times(request.steps)
        eps = noise_from(picture_generators(request.seed, 2), tuple(pictures.shape[1:]))
        x_t = add_noise(pictures, eps, *alpha_sigma(COSINE, FIRST_TIME))
        up = replace(request, labels=labels, sampler=SOLVER, steps=request.steps - 1)
        self._up: Run | None = Run(up, x_t, times=self._times)
        self._run = self._up

    @property
    def query(self) -> Query | None:
        """What to ask next."""
        return self._run.query

    @property
    def remaining(self) -> int:
        """How many steps are left."""
        return self._run.remaining + (self._request.steps if self._up else 0)

    def answer(self, prediction: Prediction) -> Step | None:
        """Take the answer to `query`; the Step of the way down that it completes, if it does."""
        step = self._run.answer(prediction)
        if self._up is None:
            return step
        if step is not None and self._run.query is None:
            self._up, self._run = None, self._down(step.x_next)
        return None

    def _down(self, noises: Tensor) -> Run:
        stops = len(self._request.labels)
        weight = np.linspace(0, 1, stops)
        first, second = (torch.full((stops,), label, dtype=torch.int64) for label in self._labels)
        guide = Blend(first, second, torch.from_numpy(weight), self._request.guidance)
        request = replace(self._request, sampler=SOLVER)
        times = np.append(self._times[::-1], 0.0)
        return Run(request, slerp(noises[:1], noises[1:], weight), times=times, guide=guide)
