"""Starting from a picture instead of from noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.editing import run_from
from diffusion_core.errors import RequestError
from diffusion_core.guidance import Query
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.labs.guess import guesses, question
from diffusion_core.request import GUESS_LEVELS, NO_LABEL, Request
from diffusion_core.run import Run, answered, final_picture, reverse, sample
from diffusion_core.samplers import levels_at
from diffusion_core.schedule import COSINE
from diffusion_core.unet import UNet

PICTURES = torch.rand((6, 1, 28, 28), generator=torch.Generator().manual_seed(3)) * 2 - 1
IDEAL = IdealDenoiser(PICTURES)


def finish(run: Run) -> torch.Tensor:
    """What the ideal denoiser of PICTURES makes of the run."""
    return final_picture(answered(run, IDEAL))


def request(**changes: object) -> Request:
    return Request(**{"labels": (NO_LABEL,) * 8, "steps": 12, "seed": 5, **changes})  # type: ignore[arg-type]


def test_from_pure_noise_it_is_the_usual_run() -> None:
    usual = final_picture(sample(IDEAL, request()))
    assert torch.equal(finish(run_from(PICTURES[2], 1.0, request())), usual)


def test_under_little_noise_the_picture_comes_back() -> None:
    back = finish(run_from(PICTURES[2], 0.3, request()))
    assert torch.allclose(back, PICTURES[2].expand_as(back), atol=1e-3)


def test_under_much_noise_others_come() -> None:
    ended = finish(run_from(PICTURES[2], 1.0, request(steps=30)))
    nearest = {int((PICTURES - one).square().sum((1, 2, 3)).argmin()) for one in ended}
    assert len(nearest) > 2


def test_each_picture_gets_noise_of_its_own_and_the_seed_decides() -> None:
    first, again, other = (
        next(run_from(PICTURES[0], 0.5, request(seed=seed))) for seed in (1, 1, 2)
    )
    assert isinstance(first, Query) and isinstance(again, Query) and isinstance(other, Query)
    assert torch.equal(first.x_t, again.x_t) and not torch.equal(first.x_t, other.x_t)
    assert not torch.equal(first.x_t[0], first.x_t[1])


@pytest.mark.parametrize("t", [0, -0.1, 1.1, float("nan")])
def test_times_outside_are_refused(t: float) -> None:
    with pytest.raises(RequestError, match="above 0 and at most 1"):
        run_from(PICTURES[0], t, request())


def test_leaps_are_refused() -> None:
    with pytest.raises(RequestError, match="choose another sampler"):
        run_from(PICTURES[0], 0.5, request(labels=(3,), sampler="leap", steps=2))


def test_a_run_wants_as_many_times_as_it_has_steps() -> None:
    with pytest.raises(ValueError, match="12 steps lie between 13 times"):
        reverse(request(), levels=levels_at(np.linspace(1, 0, 12)))


def test_what_is_told_changes_the_answer_and_not_the_picture(tiny_network: UNet) -> None:
    eps = torch.randn((1, 1, 28, 28), generator=torch.Generator().manual_seed(1))
    honest = question(PICTURES[:1], eps, COSINE)
    lying = question(PICTURES[:1], eps, COSINE, told_about=0.5)
    middle = GUESS_LEVELS // 2
    assert torch.equal(lying.x_t, lying.x_t[:1].expand_as(lying.x_t))
    assert torch.allclose(lying.x_t[middle], honest.x_t[middle])
    denoiser = NetworkDenoiser(tiny_network)
    told, truth = (guesses(asked.put(denoiser), eps) for asked in (lying, honest))
    assert np.abs(told.x0_hat[middle].astype(int) - truth.x0_hat[middle]).max() <= 1
    assert np.abs(told.x0_hat[0].astype(int) - told.x0_hat[-1]).max() > 20
