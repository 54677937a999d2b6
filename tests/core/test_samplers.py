"""Samplers, against the exact solution for Gaussian data, against diffusers, and each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

from diffusion_core import samplers
from diffusion_core.denoiser import Denoiser, IdealDenoiser, NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.gaussian import Gaussian
from diffusion_core.guidance import Guided, guided
from diffusion_core.prediction import Prediction, add_noise, velocity
from diffusion_core.request import (
    LEAP_TIMES,
    NO_LABEL,
    SAMPLER_NAMES,
    SAMPLER_TITLES,
    WALKING_SAMPLERS,
    Request,
)
from diffusion_core.run import final_picture, noise_from, picture_generators, sample
from diffusion_core.samplers import (
    SAMPLERS,
    Dialogue,
    Level,
    Question,
    Taken,
    ddim,
    dpmpp,
    grid_of,
    heun,
)
from diffusion_core.schedule import COSINE, Floats, LinearBetaSchedule, alpha_sigma
from diffusion_core.unet import UNet

EVERY_SAMPLER = pytest.mark.parametrize("sampler", WALKING_SAMPLERS)
PICTURE = (1, 28, 28)


def levels_at(times: Floats) -> list[Level]:
    return [Level(float(t), *(float(x) for x in alpha_sigma(COSINE, t))) for t in times]


Ask = Callable[[Tensor, Level], Guided]


def asking(denoiser: Denoiser, labels: Tensor, guidance: float = 1.0) -> Ask:
    def ask(x: Tensor, level: Level) -> Guided:
        each = np.ones(len(x))
        return guided(denoiser, x, level.alpha * each, level.sigma * each, labels, guidance)

    return ask


def led(dialogue: Dialogue, ask: Ask) -> Iterator[Taken]:
    """The steps of a sampler whose questions are answered at once."""
    reply = next(dialogue, None)
    while reply is not None:
        if isinstance(reply, Question):
            reply = dialogue.send(ask(reply.x, reply.level))
        else:
            yield reply
            reply = next(dialogue, None)


def no_noise(like: Tensor) -> Tensor:
    raise AssertionError("A deterministic sampler drew fresh noise.")


@pytest.fixture(scope="module")
def ideal() -> IdealDenoiser:
    """The exact denoiser of thirty blurry pictures of three kinds."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn((30, 1, 7, 7), generator=generator)
    data = torch.nn.functional.interpolate(coarse, size=28, mode="bilinear").clamp(-1, 1)
    return IdealDenoiser(data, torch.arange(30) % 3)


# --- Against diffusers -----------------------------------------------------------------------
#
# Its schedulers take the levels as alphas_cumprod, from almost clean to noisiest, with one last
# step to a level that is clean. On the cosine schedule the noisiest level has alpha exactly 0,
# which it can hold only where the model predicts x_0: from eps it would divide by alpha, and its
# DPM-Solver divides sigma by alpha. In those cases both sides start at t = 0.98 instead.


def their_alphas(levels: list[Level]) -> Tensor:
    """alphas_cumprod for these levels, which go from noise to clean."""
    return torch.tensor([level.alpha**2 for level in reversed(levels[:-1])], dtype=torch.float64)


def run_theirs(
    scheduler: DDPMScheduler,
    x: Tensor,
    levels: list[Level],
    ask: Ask,
    **options: object,
) -> list[Tensor]:
    """What their scheduler makes of the same answers: x after each step."""
    visited = []
    for timestep, level in zip(scheduler.timesteps, levels, strict=False):
        answer = ask(x, level).combined
        output = {
            "sample": answer.x0_hat,
            "epsilon": answer.eps_hat,
            "v_prediction": velocity(answer.x0_hat, answer.eps_hat, level.alpha, level.sigma),
        }[scheduler.config.prediction_type]
        x = scheduler.step(output, timestep, x, **options).prev_sample
        visited.append(x)
    return visited


def their_scheduler(
    kind: type[DDPMScheduler], levels: list[Level], prediction_type: str, **options: object
) -> DDPMScheduler:
    steps = len(levels) - 1
    scheduler = kind(
        num_train_timesteps=steps,
        prediction_type=prediction_type,
        clip_sample=False,
        timestep_spacing="trailing",
        **options,
    )
    scheduler.alphas_cumprod = their_alphas(levels)
    scheduler.set_timesteps(steps)
    assert scheduler.timesteps.tolist() == [*range(steps)][::-1]
    return scheduler


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_ddpm_agrees_with_diffusers(ideal: IdealDenoiser, guidance: float) -> None:
    # The whole of sample(), from pure noise, with the same fresh noise picture by picture.
    request = Request((0, 1, 2), "ddpm", steps=25, guidance=guidance, seed=4)
    ours = [step.x_next for step in sample(ideal, request)]
    generators = picture_generators(4, 3)
    noise = noise_from(generators, PICTURE)
    levels = levels_at(grid_of("ddim", 25))
    scheduler = their_scheduler(DDPMScheduler, levels, "sample")
    ask = asking(ideal, torch.tensor(request.labels), guidance)
    theirs = run_theirs(scheduler, noise, levels, ask, generator=generators)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_ddim_agrees_with_diffusers(ideal: IdealDenoiser, guidance: float) -> None:
    request = Request((0, 1, 2), "ddim", steps=25, guidance=guidance, seed=4)
    ours = [step.x_next for step in sample(ideal, request)]
    levels = levels_at(grid_of("ddim", 25))
    scheduler = their_scheduler(DDIMScheduler, levels, "sample")
    ask = asking(ideal, torch.tensor(request.labels), guidance)
    theirs = run_theirs(scheduler, noise_from(picture_generators(4, 3), PICTURE), levels, ask)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("prediction_type", ["sample", "epsilon", "v_prediction"])
@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_ddim_agrees_with_diffusers_for_every_eta(
    ideal: IdealDenoiser, eta: float, prediction_type: str
) -> None:
    levels = levels_at(np.linspace(0.98, 0, 16))
    ask = asking(ideal, torch.tensor([0, NO_LABEL]))
    ours_from, theirs_from = picture_generators(9, 2), picture_generators(9, 2)
    x = noise_from(ours_from, PICTURE)
    noise_from(theirs_from, PICTURE)
    ours = [
        s.x_next for s in led(ddim(x, levels, lambda x: noise_from(ours_from, PICTURE), eta), ask)
    ]
    scheduler = their_scheduler(DDIMScheduler, levels, prediction_type)
    theirs = run_theirs(scheduler, x, levels, ask, eta=eta, generator=theirs_from)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("prediction_type", ["sample", "epsilon", "v_prediction"])
@pytest.mark.parametrize("steps", [1, 2, 8, 30])
def test_dpmpp_agrees_with_diffusers(
    ideal: IdealDenoiser, steps: int, prediction_type: str
) -> None:
    levels = levels_at(np.linspace(0.98, 0, steps + 1))
    ask = asking(ideal, torch.tensor([0, 2, NO_LABEL]), guidance=1.5)
    x = noise_from(picture_generators(2, 3), PICTURE).double()
    ours = [s.x_next for s in led(dpmpp(x, levels, no_noise), ask)]
    scheduler = DPMSolverMultistepScheduler(
        num_train_timesteps=steps,
        algorithm_type="dpmsolver++",
        solver_order=2,
        solver_type="midpoint",
        lower_order_final=True,
        final_sigmas_type="zero",
        prediction_type=prediction_type,
        timestep_spacing="trailing",
    )
    scheduler.alphas_cumprod = their_alphas(levels)
    scheduler.set_timesteps(steps)
    theirs = run_theirs(scheduler, x, levels, ask)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


# --- Against the exact solution for Gaussian data --------------------------------------------

GAUSSIAN = Gaussian(mean=0.3, std=0.5)


def observed_order(stepper: Callable[..., Dialogue], coarse: int, fine: int) -> float:
    """How many factors of two the error loses when the steps are halved.

    Between t = 0.95 and 0.05: the steps that leave pure noise and reach clean data are of lower
    order by design, and have their own tests.
    """

    def error(steps: int) -> float:
        levels = levels_at(np.linspace(0.95, 0.05, steps + 1))
        generator = torch.Generator().manual_seed(0)
        x = torch.randn((1, 1, 8, 8), generator=generator, dtype=torch.float64)
        ask = asking(GAUSSIAN, torch.tensor([NO_LABEL]))
        *_, last = led(stepper(x, levels, no_noise), ask)
        exact = GAUSSIAN.transported(x, levels[0], levels[-1])
        return float((last.x_next - exact).abs().max())

    return math.log(error(coarse) / error(fine)) / math.log(fine / coarse)


@pytest.mark.parametrize(("stepper", "order"), [(ddim, 1), (heun, 2), (dpmpp, 2)])
@pytest.mark.parametrize("steps", [32, 64, 128])
def test_order_of_convergence(stepper: Callable[..., Dialogue], order: int, steps: int) -> None:
    assert observed_order(stepper, steps, 2 * steps) == pytest.approx(order, abs=0.15)


@pytest.fixture
def even_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenly spaced times: what is said of solvers here is said of these."""
    monkeypatch.setattr(samplers, "GRID_POWER", 1.0)


def test_the_usual_grid_is_finer_where_there_is_more_noise() -> None:
    times = grid_of("dpmpp", 20)
    assert (times[0], times[-1], len(times)) == (1, 0, 21)
    lengths = -np.diff(times)
    assert np.all(np.diff(lengths) > 0)  # each step a little longer than the one before
    np.testing.assert_array_equal(grid_of("leap", 4), [1, 0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize("sampler", ["ddim", "heun", "dpmpp"])
@pytest.mark.parametrize("schedule", [COSINE, LinearBetaSchedule(1000)])
def test_from_pure_noise_to_the_exact_picture(
    sampler: str, schedule: LinearBetaSchedule, even_steps: None
) -> None:
    def error(steps: int) -> float:
        request = Request((NO_LABEL,) * 4, sampler, steps)
        run = [*sample(GAUSSIAN, request, schedule=schedule)]
        start = Level(1.0, run[0].alpha, run[0].sigma)
        exact = GAUSSIAN.transported(run[0].x_t, start, Level(0.0, 1.0, 0.0))
        return float((run[-1].x_next - exact).abs().max())

    errors = [error(steps) for steps in (5, 20, 80, 320)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02


@pytest.mark.parametrize("better", ["heun", "dpmpp"])
def test_second_order_is_worth_it(better: str, even_steps: None) -> None:
    def error(sampler: str, steps: int) -> float:
        run = [*sample(GAUSSIAN, Request((NO_LABEL,), sampler, steps))]
        exact = GAUSSIAN.transported(run[0].x_t, Level(1, 0, 1), Level(0, 1, 0))
        return float((run[-1].x_next - exact).abs().max())

    assert error(better, 20) < error("ddim", 40) / 2


def ddpm_spread(steps: int) -> float:
    """The standard deviation of what DDPM draws in that many steps, which is a little too small.

    Its steps are Gaussian, so the variance follows from the mean and variance of
    q(x_{t-1} | x_t, x_0), as they stand in Ho et al. 2020, eq. 7.
    """
    variance = 1.0
    levels = levels_at(grid_of("ddpm", steps))
    for here, there in pairwise(levels):
        alpha_bar, alpha_bar_next = here.alpha**2, there.alpha**2
        beta = 1 - alpha_bar / alpha_bar_next
        of_x0 = math.sqrt(alpha_bar_next) * beta / (1 - alpha_bar)
        of_x_t = math.sqrt(1 - beta) * (1 - alpha_bar_next) / (1 - alpha_bar)
        x0_hat_slope = here.alpha * GAUSSIAN.std**2 / GAUSSIAN.spread(here) ** 2
        fresh = beta * (1 - alpha_bar_next) / (1 - alpha_bar)
        variance = (of_x0 * x0_hat_slope + of_x_t) ** 2 * variance + fresh
    return math.sqrt(variance)


@pytest.mark.parametrize("steps", [1, 5, 50])
def test_ddpm_draws_from_the_distribution(steps: int) -> None:
    request = Request((NO_LABEL,) * 64, "ddpm", steps, seed=1)
    drawn = final_picture(sample(GAUSSIAN, request))
    # 50,000 independent pixels know their mean to 0.0022 and their spread to 0.0016.
    assert float(drawn.mean()) == pytest.approx(GAUSSIAN.mean, abs=0.007)
    assert float(drawn.std()) == pytest.approx(ddpm_spread(steps), abs=0.005)


def test_ddpm_approaches_the_distribution_at_first_order(even_steps: None) -> None:
    missing = [GAUSSIAN.std - ddpm_spread(steps) for steps in (250, 500, 1000)]
    assert missing[2] == pytest.approx(missing[1] / 2, rel=0.05)
    assert missing[1] == pytest.approx(missing[0] / 2, rel=0.05)
    assert 0 < missing[2] < 0.003


def test_ddpm_forgets_where_it_started_and_ddim_does_not() -> None:
    def likeness(sampler: str) -> float:
        run = [*sample(GAUSSIAN, Request((NO_LABEL,) * 16, sampler, steps=100))]
        both = torch.stack([run[0].x_t.flatten(), run[-1].x_next.flatten()])
        return float(torch.corrcoef(both)[0, 1])

    assert likeness("ddim") > 0.999
    assert abs(likeness("ddpm")) < 0.3


# --- What every sampler promises --------------------------------------------------------------


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
    run = [*sample(ideal, Request((0, 2), sampler, 9, guidance=2), schedule=schedule)]
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
        alone = final_picture(sample(denoiser, replace(request, labels=(label,)), first=i))
        torch.testing.assert_close(alone[0], together[i], rtol=1e-3, atol=1e-4)


def test_the_starting_noise_can_be_given(ideal: IdealDenoiser) -> None:
    x_1 = torch.linspace(-2, 2, 784).reshape(1, 1, 28, 28)
    step = next(sample(ideal, Request((0,)), x_1=x_1))
    assert torch.equal(step.x_t, x_1)


def test_pictures_of_neighbouring_seeds_share_no_noise() -> None:
    seeds = {g.initial_seed() for seed in range(5) for g in picture_generators(seed, 100)}
    assert len(seeds) == 500


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
    assert set(SAMPLER_TITLES) == set(SAMPLER_NAMES)
