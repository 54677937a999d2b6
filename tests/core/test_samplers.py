"""What every sampler promises, and what may be asked of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from diffusion_core.denoiser import Denoiser, NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.noise import PictureNoise
from diffusion_core.prediction import Prediction, add_noise
from diffusion_core.request import (
    LEAP_TIMES,
    NO_LABEL,
    SAMPLER_NAMES,
    WALKING_SAMPLERS,
    Request,
)
from diffusion_core.run import final_picture, sample, start_of
from diffusion_core.samplers import SAMPLERS, grid_of, levels_at
from diffusion_core.schedule import COSINE, Floats, LinearBetaSchedule, alpha_sigma
from diffusion_core.unet import UNet

EVERY_SAMPLER = pytest.mark.parametrize("sampler", WALKING_SAMPLERS)


@dataclass
class Counting:
    """A denoiser that counts: passes, and noise levels."""

    inner: Denoiser
    passes: int = 0
    sigmas: list[float] = field(default_factory=list)

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        self.passes += 1
        self.sigmas.append(float(sigma[0]))
        return self.inner(x_t, alpha, sigma, label)


@EVERY_SAMPLER
@pytest.mark.parametrize("schedule", [COSINE, LinearBetaSchedule(200)])
def test_steps_form_a_chain(
    ideal: IdealDenoiser, sampler: str, schedule: LinearBetaSchedule
) -> None:
    levels = levels_at(grid_of(sampler, 9), schedule)
    run = [*sample(ideal, Request((0, 2), sampler, 9, guidance=2), levels=levels)]
    assert [step.index for step in run] == [*range(9)]
    assert {step.count for step in run} == {9}
    assert run[0].t == 1
    assert run[-1].t_next == 0
    for before, after in pairwise(run):
        assert before.t > before.t_next == after.t
        assert before.log_snr < after.log_snr
        assert torch.equal(before.x_next, after.x_t)
    for step in run:
        alpha, sigma = (float(amount) for amount in alpha_sigma(schedule, step.t))
        assert (step.alpha, step.sigma) == pytest.approx((alpha, sigma))
        log_snr = 2 * math.log(alpha / sigma) if alpha else -math.inf
        assert step.log_snr == pytest.approx(log_snr)
        explained = add_noise(step.x0_hat, step.eps_hat, step.alpha, step.sigma)
        torch.testing.assert_close(explained, step.x_t, rtol=0, atol=1e-5)
        combined = step.unconditional.eps_hat + 2 * (
            step.conditional.eps_hat - step.unconditional.eps_hat
        )
        torch.testing.assert_close(step.eps_hat, combined)


@EVERY_SAMPLER
def test_the_last_step_ends_on_the_last_guess(ideal: IdealDenoiser, sampler: str) -> None:
    *_, last = sample(ideal, Request((0, 2), sampler, 12))
    torch.testing.assert_close(last.x_next, last.x0_hat, rtol=0, atol=1e-6)


@EVERY_SAMPLER
def test_one_step_is_the_mean_of_the_data(ideal: IdealDenoiser, sampler: str) -> None:
    (step,) = sample(ideal, Request((0, NO_LABEL), sampler, steps=1))
    assert ideal.labels is not None
    of_label = ideal.data[ideal.labels == 0].mean(0)
    expected = torch.stack([of_label, ideal.data.mean(0)])
    torch.testing.assert_close(step.x_next, expected, rtol=0, atol=1e-6)


@EVERY_SAMPLER
def test_the_ideal_denoiser_returns_its_pictures(ideal: IdealDenoiser, sampler: str) -> None:
    drawn = final_picture(sample(ideal, Request((0, 1, 2) * 4, sampler, 60)))
    distances = torch.cdist(drawn.flatten(1), ideal.data.flatten(1)) / 28
    assert float(distances.min(dim=1).values.max()) < 0.01
    assert ideal.labels is not None
    assert ideal.labels[distances.argmin(dim=1)].tolist() == [0, 1, 2] * 4


@EVERY_SAMPLER
@pytest.mark.parametrize(("guidance", "cost"), [(0.0, 1), (1.0, 1), (3.0, 2)])
def test_the_number_of_calls(
    ideal: IdealDenoiser, sampler: str, guidance: float, cost: int
) -> None:
    counting = Counting(ideal)
    run = [*sample(counting, Request((0, 1), sampler, 7, guidance))]
    passes = [2, 4, 6, 8, 10, 12, 13] if sampler == "heun" else [1, 2, 3, 4, 5, 6, 7]
    assert [step.calls for step in run] == [cost * n for n in passes]
    # Both halves of a guided call go through the network together.
    assert counting.passes == passes[-1]
    assert min(counting.sigmas) > 0


@EVERY_SAMPLER
def test_nothing_is_computed_before_it_is_asked_for(ideal: IdealDenoiser, sampler: str) -> None:
    counting = Counting(ideal)
    steps = sample(counting, Request((0,), sampler, 1000))
    assert counting.passes == 0
    next(steps)
    assert counting.passes == (2 if sampler == "heun" else 1)


@EVERY_SAMPLER
def test_the_same_seed_draws_the_same_pictures(tiny_network: UNet, sampler: str) -> None:
    denoiser, request = NetworkDenoiser(tiny_network), Request((3, 7), sampler, 5, 2.0, seed=11)
    first, second = (final_picture(sample(denoiser, request)) for _ in range(2))
    other = final_picture(sample(denoiser, replace(request, seed=12)))
    assert torch.equal(first, second)
    assert not torch.allclose(first, other, atol=0.1)


@EVERY_SAMPLER
def test_a_picture_is_the_same_alone_and_in_company(tiny_network: UNet, sampler: str) -> None:
    denoiser, request = NetworkDenoiser(tiny_network), Request((3, 7, 7, 1), sampler, 5, 2.0, 5)
    together = final_picture(sample(denoiser, request))
    assert not torch.allclose(together[1], together[2], atol=0.1)
    for i, label in enumerate(request.labels):
        one = replace(request, labels=(label,))
        alone = final_picture(sample(denoiser, one, start_of(one, first=i)))
        torch.testing.assert_close(alone[0], together[i], rtol=1e-3, atol=1e-4)


def test_the_starting_noise_can_be_given(ideal: IdealDenoiser) -> None:
    x_1 = torch.linspace(-2, 2, 784).reshape(1, 1, 28, 28)
    start = replace(start_of(Request((0,))), x=x_1)
    step = next(sample(ideal, Request((0,)), start))
    assert torch.equal(step.x_t, x_1)


def test_pictures_of_neighbouring_seeds_share_no_noise() -> None:
    drawn = [
        torch.from_numpy(PictureNoise(seed, 100).draw((2, 4))).reshape(100, -1) for seed in range(5)
    ]
    assert len(torch.cat(drawn).unique(dim=0)) == 500
    assert len(torch.cat(drawn).unique()) > 3990  # nor single numbers, but for chance


def test_a_sampler_without_steps_has_no_final_picture() -> None:
    with pytest.raises(ValueError, match="no step"):
        final_picture(iter(()))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"labels": ()}, "at least one digit"),
        ({"labels": (3, 11)}, "from 0 to 9"),
        ({"labels": (-1,)}, "from 0 to 9"),
        ({"sampler": "euler"}, "'euler': choose one of ddpm, ddim, heun, dpmpp, leap"),
        ({"steps": 0}, "from 1 to 1000; got 0"),
        ({"steps": 1001}, "from 1 to 1000; got 1001"),
        ({"guidance": -0.1}, "from 0 to 5; got -0.1"),
        ({"guidance": 5.01}, "from 0 to 5; got 5.01"),
        ({"guidance": math.nan}, "from 0 to 5; got nan"),
        ({"seed": -1}, "from 0 to 2147483647; got -1"),
        ({"seed": 2**31}, "from 0 to 2147483647; got 2147483648"),
    ],
)
def test_a_request_out_of_range_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        Request(**{"labels": (0,), **fields})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "fields", [{"steps": 1}, {"steps": 1000}, {"guidance": 0}, {"guidance": 5}]
)
def test_the_ends_of_the_ranges_are_allowed(fields: dict[str, int]) -> None:
    assert Request((0, 9, NO_LABEL), **fields).labels == (0, 9, NO_LABEL)


def test_the_largest_seed_draws(ideal: IdealDenoiser) -> None:
    request = Request((0,) * 3, "ddpm", 2, seed=2**31 - 1)
    assert final_picture(sample(ideal, request)).isfinite().all()


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_leaps_start_where_the_distilled_model_was_trained_and_keep_its_last_guess(
    tiny_network: UNet, steps: int
) -> None:
    request = Request((3, 7), "leap", steps, seed=2)
    run = [*sample(NetworkDenoiser(tiny_network), request)]
    assert {step.t for step in run} <= set(LEAP_TIMES) and run[0].t == 1
    assert [step.calls for step in run] == [*range(1, steps + 1)]
    assert torch.equal(run[-1].x_next, run[-1].x0_hat)
    for step, following in pairwise(run):
        # What stands between the leaps is the guess, under noise that was not there before.
        fresh = (step.x_next - following.alpha * step.x0_hat) / following.sigma
        assert abs(float(fresh.mean())) < 0.1 and float(fresh.std()) == pytest.approx(1, abs=0.1)
        assert abs(float(torch.corrcoef(torch.stack([fresh, run[0].x_t]).flatten(1))[0, 1])) < 0.1
    again = final_picture(sample(NetworkDenoiser(tiny_network), request))
    assert torch.equal(again, run[-1].x_next)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"steps": 3}, "Leaps come by 1, 2 or 4: choose one of these; got 3."),
        ({"steps": 20}, "got 20"),
        ({"steps": 2, "guidance": 1.5}, "leave guidance at 1"),
        ({"steps": 2, "labels": (3, NO_LABEL)}, "name the digits"),
    ],
)
def test_leaps_that_were_not_learned_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        Request(**{"labels": (0,), "sampler": "leap", **fields})
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_every_sampler_can_be_asked_for() -> None:
    assert tuple(SAMPLERS) == SAMPLER_NAMES
