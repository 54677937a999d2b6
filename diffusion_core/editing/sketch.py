"""From a sketch: start from a picture that is there already, instead of from noise alone."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from diffusion_core.errors import RequestError
from diffusion_core.prediction import add_noise
from diffusion_core.request import Request
from diffusion_core.run import Run, reverse, start_of
from diffusion_core.samplers import grid_of, levels_at
from diffusion_core.schedule import COSINE, alpha_sigma


def run_from(x_0: Tensor, t: float, request: Request) -> Run:
    """Cover x_0 (1, 28, 28) with noise up to t, then take it off again: one picture a label.

    Each picture of the request covers the same x_0 with noise of its own, and walks back from
    there over the last `t` of the timeline, in request.steps steps (SDEdit, Meng et al. 2022,
    arXiv:2108.01073). RequestError unless 0 < t <= 1, and for the distilled model, which can be
    asked at its own noise levels only.
    """
    if not 0 < t <= 1:
        raise RequestError(f"The noise level must be above 0 and at most 1; got {t:g}.")
    if request.sampler == "leap":
        raise RequestError("Leaps always start from pure noise: choose another sampler.")
    start = start_of(request, tuple(x_0.shape))
    x_t = add_noise(x_0.expand_as(start.x), start.x, *alpha_sigma(COSINE, t))
    levels = levels_at(t * grid_of(request.sampler, request.steps))
    return reverse(request, replace(start, x=x_t), levels)
