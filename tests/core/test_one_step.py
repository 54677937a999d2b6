"""Training steps, taken slowly: they are gradient descent, and equal jobs have equal answers."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from diffusion_core.errors import RequestError, TrainingDivergedError
from diffusion_core.labs.one_step import rounds as one_step
from diffusion_core.labs.one_step.descent import descend, level_losses, shuffled_times
from diffusion_core.labs.one_step.job import MAX_ROUNDS, LevelCurve, TrainingRounds
from diffusion_core.labs.one_step.rounds import RoundKeeper, mosaic
from diffusion_core.training import diffusion_losses, step_generator, stratified_times
from diffusion_core.unet import UNet, UNetConfig
from tests.core.training_runs import pictures

GENTLE = 0.003


def learner(config: UNetConfig, seed: int = 0) -> UNet:
    """A small network that has left its zeros behind."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = config.build()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter), alpha=0.05)
    return network.double()


def loss_of(network: UNet, seed: int = 1) -> torch.Tensor:
    x_0, labels = pictures()
    generator = step_generator(seed, 3)
    asked = diffusion_losses(network, x_0[:2].double(), labels[:2], generator, times=shuffled_times)
    return asked.squared.mean()


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    """Finite differences need more digits than float32 has, also for the noise."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def test_the_step_goes_down_the_slope(tiny_config: UNetConfig) -> None:
    """theta' = theta - rate * dL/dtheta, where dL/dtheta is found by moving single weights."""
    network, rate, tiny = learner(tiny_config), 0.1, 1e-4
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    slopes = {}
    for name in ("leave.weight", "fine_down.0.conv1.weight", "noise_level.mlp.0.bias"):
        weight = network.get_parameter(name).view(-1)
        with torch.no_grad():
            kept = weight[0].item()
            weight[0] = kept + tiny
            above = loss_of(network).item()
            weight[0] = kept - tiny
            below = loss_of(network).item()
            weight[0] = kept
        slopes[name] = (above - below) / (2 * tiny)
    x_0, labels = pictures()
    _, losses, norm = descend(network, x_0[:2].double(), labels[:2], step_generator(1, 3), rate)
    for name, slope in slopes.items():
        moved = (network.get_parameter(name) - before[name]).view(-1)[0].item()
        assert moved == pytest.approx(-rate * slope, rel=1e-3, abs=2e-6)
        assert slope != 0
    length = sum(
        float((network.get_parameter(name).detach() - was).square().sum())
        for name, was in before.items()
    )
    assert norm == pytest.approx(length**0.5 / rate, rel=1e-6)
    assert losses.shape == (2,)


def test_a_small_step_lowers_the_loss(tiny_config: UNetConfig) -> None:
    network = learner(tiny_config)
    before = loss_of(network).item()
    x_0, labels = pictures()
    t, losses, norm = descend(network, x_0[:2].double(), labels[:2], step_generator(1, 3), GENTLE)
    assert float(losses.mean()) == pytest.approx(before)
    # To first order the loss falls by rate * |slope|^2.
    assert before - loss_of(network).item() == pytest.approx(GENTLE * norm**2, rel=0.1)
    assert ((t >= 0) & (t < 1)).all()


def test_a_loss_that_is_no_number_changes_nothing(tiny_config: UNetConfig) -> None:
    network = learner(tiny_config)
    with torch.no_grad():
        network.get_parameter("leave.bias")[0] = torch.inf
    before = [p.detach().clone() for p in network.parameters()]
    x_0, labels = pictures()
    with pytest.raises(TrainingDivergedError, match="smaller step size") as caught:
        descend(network, x_0[:2].double(), labels[:2], step_generator(1, 3), GENTLE)
    assert "\n" not in str(caught.value)
    assert all(torch.equal(p, was) for p, was in zip(network.parameters(), before, strict=True))


def test_shuffled_times_are_the_stratified_ones() -> None:
    times = shuffled_times(16, 5)
    np.testing.assert_array_equal(np.sort(times), stratified_times(16, 5))
    firsts = [shuffled_times(16, seed)[0] for seed in range(200)]
    assert 0.4 < np.mean(firsts) < 0.6
    assert min(firsts) < 0.1 < 0.9 < max(firsts)


def test_an_untrained_network_scores_as_a_blank_answer_does(tiny_config: UNetConfig) -> None:
    """Its last layer is zero, so its loss is the mean square of v itself."""
    x_0, labels = pictures()
    network, levels = tiny_config.build().double(), np.array([0.0, 0.5, 1.0])
    losses = [*level_losses(network, x_0.double(), labels, levels)]
    eps = torch.randn(x_0.shape, generator=step_generator(0, 0))
    half = (eps - x_0) / 2**0.5
    expected = [eps.square().mean(), half.square().mean(), x_0.double().square().mean()]
    np.testing.assert_allclose(losses, [float(value) for value in expected])


def test_a_mosaic_shows_each_kernel_whole() -> None:
    kernels = torch.arange(16 * 9).reshape(16, 3, 3)
    picture = mosaic(kernels)
    assert picture.shape == (6, 24)
    assert torch.equal(picture[:3, 3:6], kernels[1])
    assert torch.equal(picture[3:, :3], kernels[8])


# --- Rounds --------------------------------------------------------------------------------------


@pytest.fixture
def keeper(tiny_config: UNetConfig, monkeypatch: pytest.MonkeyPatch) -> RoundKeeper:
    torch.set_default_dtype(torch.float32)
    monkeypatch.setattr(one_step, "UNetConfig", lambda: tiny_config)
    shipped = learner(tiny_config).float()
    return RoundKeeper(lambda: shipped)


def answer(keeper: RoundKeeper, job: TrainingRounds) -> dict[str, Any]:
    """The head of the answer, with its arrays by name."""
    head, _, rest = b"".join(keeper.work(job)).partition(b"\n")
    found = json.loads(head)
    offset = 0
    for listed in found.pop("arrays"):
        count = int(np.prod(listed["shape"]))
        found[listed["name"]] = np.frombuffer(rest, "<f4", count, offset).reshape(listed["shape"])
        offset += 4 * count
    assert offset == len(rest)
    return found


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {*one} == {*other} and all(np.array_equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("network", ["new", "digits"])
@pytest.mark.parametrize("batch", [1, 16])
def test_the_step_helps_with_the_same_question(
    keeper: RoundKeeper, network: str, batch: int
) -> None:
    told = answer(keeper, TrainingRounds(network, GENTLE, batch, seed=3))
    assert told["batch_loss_after"] < told["batch_loss"]
    assert told["gradient"] > 0 < told["furthest"]
    assert len(told["dots"]) == batch
    assert told["dots"][0] == pytest.approx([told["t"], told["loss"]])


def test_what_is_shown_is_what_was_computed(keeper: RoundKeeper) -> None:
    told = answer(keeper, TrainingRounds("digits", GENTLE, 1, seed=3))
    alpha, sigma = told["alpha"], told["sigma"]
    assert alpha == pytest.approx(np.cos(np.pi / 2 * told["t"]))
    np.testing.assert_allclose(told["x_t"], alpha * told["x0"] + sigma * told["eps"], atol=1e-5)
    for when in ("", "_after"):
        np.testing.assert_allclose(
            told["x_t"],
            alpha * told[f"x0_hat{when}"] + sigma * told[f"eps_hat{when}"],
            atol=1e-4,
        )
        wrong = np.square(told[f"eps_hat{when}"] - told["eps"]).mean()
        assert wrong == pytest.approx(alpha**2 * told[f"loss{when}"], rel=1e-4)
        wrong = np.square(told[f"x0_hat{when}"] - told["x0"]).mean()
        assert wrong == pytest.approx(sigma**2 * told[f"loss{when}"], rel=1e-4)
    assert not np.array_equal(told["filter"], told["filter_after"])


def test_an_untrained_network_answers_nothing_at_first(keeper: RoundKeeper) -> None:
    told = answer(keeper, TrainingRounds("new", GENTLE, 1, seed=3))
    assert not told["filter"].any()
    np.testing.assert_allclose(told["eps_hat"], told["sigma"] * told["x_t"], atol=1e-6)


def test_equal_jobs_have_equal_answers_however_they_were_reached(
    keeper: RoundKeeper, tiny_config: UNetConfig
) -> None:
    job = TrainingRounds("new", 0.03, 1, seed=5, rounds=6)
    walked = [answer(keeper, replace(job, rounds=n)) for n in range(1, 7)][-1]
    assert walked["round"] == 6
    assert len(walked["dots"]) == 6
    fresh = RoundKeeper(lambda: learner(tiny_config).float())
    assert same(answer(fresh, job), walked)
    assert same(answer(keeper, job), walked)
    # Another visitor's rounds in between change nothing.
    answer(keeper, replace(job, seed=6, rounds=3))
    assert same(answer(keeper, job), walked)


def test_rounds_differ_and_go_on_from_one_another(keeper: RoundKeeper) -> None:
    job = TrainingRounds("new", 0.03, 1, seed=5)
    one, two = answer(keeper, job), answer(keeper, replace(job, rounds=2))
    assert one["t"] != two["t"]
    assert two["others"] == one["others_after"]
    np.testing.assert_array_equal(two["filter"], one["filter_after"])
    assert two["dots"][0] == one["dots"][0]


def test_only_a_few_copies_are_kept(keeper: RoundKeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    copies: list[weakref.ref[torch.nn.Module]] = []
    begun = one_step.new_network

    def watched(seed: int) -> torch.nn.Module:
        network = begun(seed)
        copies.append(weakref.ref(network))
        return network

    monkeypatch.setattr(one_step, "new_network", watched)
    jobs = [TrainingRounds("new", GENTLE, 1, seed) for seed in range(9)]
    first = answer(keeper, jobs[0])
    for job in jobs[1:]:
        answer(keeper, job)
    gc.collect()
    assert [copy() is not None for copy in copies] == [False] * 3 + [True] * 6
    # What was forgotten is done again.
    assert same(answer(keeper, jobs[0]), first)


def test_the_shipped_network_stays_as_it_is(keeper: RoundKeeper) -> None:
    before = [p.detach().clone() for p in keeper._shipped().parameters()]
    answer(keeper, TrainingRounds("digits", 0.3, 1, rounds=2))
    after = keeper._shipped().parameters()
    assert all(torch.equal(p, was) for p, was in zip(after, before, strict=True))


def test_a_step_that_is_far_too_large_is_said_in_a_sentence(keeper: RoundKeeper) -> None:
    with torch.no_grad():
        keeper._shipped().get_parameter("leave.weight").mul_(1e18)
    with pytest.raises(TrainingDivergedError, match="choose a smaller step size"):
        answer(keeper, TrainingRounds("digits", 0.3, 1, rounds=9))


def test_work_is_done_in_turns(keeper: RoundKeeper) -> None:
    parts = [*keeper.work(TrainingRounds("new", GENTLE, 1, rounds=4))]
    assert parts[:3] == [b"", b"", b""]
    assert len(parts) == 4


def test_the_curve_of_a_network(keeper: RoundKeeper) -> None:
    head = json.loads(b"".join(keeper.curve(LevelCurve("new"))))
    assert len(head["levels"]) == len(head["losses"]) == 21
    # An untrained network's answer is blank, and at t = 0 the right one is the noise itself.
    assert head["losses"][0] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    "settings",
    [
        {"network": "leap"},
        {"rate": 1.0},
        {"rate": float("nan")},
        {"batch": 2},
        {"seed": -1},
        {"rounds": 0},
        {"rounds": MAX_ROUNDS + 1},
    ],
)
def test_what_is_not_offered_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        TrainingRounds(**settings)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
