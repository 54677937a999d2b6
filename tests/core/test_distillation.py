"""Distillation: paths end where the teacher does, the student follows, and it resumes."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.distillation import (
    Critic,
    DistillationConfig,
    DistillationState,
    Paths,
    distil,
    new_distillation,
    path_times,
    teacher_paths,
)
from diffusion_core.errors import CheckpointError, TrainingDivergedError
from diffusion_core.files.resuming import (
    load_distillation,
    load_paths,
    save_distillation,
    save_paths,
)
from diffusion_core.guidance import guided
from diffusion_core.request import LEAP_STEPS, LEAP_TIMES
from diffusion_core.samplers import grid_of
from diffusion_core.schedule import COSINE, alpha_sigma
from diffusion_core.unet import UNet
from tests.core.training_runs import pictures

CONFIG = DistillationConfig(
    steps=8, batch_size=16, paths=20, path_steps=4, learning_rate=2e-3, critic_from=3
)


def paths_of(network: UNet, config: DistillationConfig = CONFIG) -> Paths:
    parts = [*teacher_paths(network, config)]
    return Paths(*(torch.cat([getattr(p, k) for p in parts]) for k in ("points", "ends", "labels")))


def weights(state: DistillationState) -> list[Tensor]:
    networks = (state.student, state.average, state.critic)
    return [p.detach().clone() for network in networks for p in network.parameters()]


def test_leaps_begin_only_where_the_student_is_taught() -> None:
    for steps in LEAP_STEPS:
        assert {*grid_of("leap", steps)[:-1]} <= set(LEAP_TIMES)


@pytest.mark.parametrize("steps", [1, 4, 12, 30])
def test_paths_pass_through_every_time_that_a_leap_starts_from(steps: int) -> None:
    times = path_times(steps).tolist()
    assert times[0] == 1 and times[-1] == 0 and times == sorted(times, reverse=True)
    assert all(any(math.isclose(t, stop) for t in times) for stop in LEAP_TIMES)
    assert len(times) - 1 == max(steps, 8) and len(set(times)) == len(times)


def test_paths_lead_from_noise_to_where_the_teacher_ends(tiny_network: UNet) -> None:
    paths = paths_of(tiny_network)
    assert paths.points.shape == (20, len(LEAP_TIMES), 1, 28, 28)
    assert torch.bincount(paths.labels).tolist() == [2] * 10
    assert float(paths.points[:, 0].float().std()) == pytest.approx(1, abs=0.02)
    # The last leap's start and the end belong together: with one step per leap, the teacher's
    # own (first-order) step from there is that end.
    last = paths.points[:, -1].float()
    alpha, sigma = (float(a) for a in alpha_sigma(COSINE, LEAP_TIMES[-1]))
    each = np.ones(20)
    said = guided(
        NetworkDenoiser(tiny_network), last, alpha * each, sigma * each, paths.labels, 1.25
    )
    drawn = said.combined.x0_hat.clamp(-1, 1)
    # The ODE's last step is DDIM's, or extrapolates the guess: near it either way.
    assert float((drawn - paths.ends.float()).abs().mean()) < 0.1


def test_the_student_comes_nearer_to_its_teacher(tiny_network: UNet) -> None:
    config = replace(CONFIG, steps=60, critic_from=1000)
    state = new_distillation(tiny_network, config, "cpu")
    events = [*distil(state, paths_of(tiny_network), *pictures())]
    assert [event.step for event in events] == [*range(1, 61)]
    distances = [event.distance for event in events]
    assert np.mean(distances[-10:]) < 0.8 * np.mean(distances[:5])
    assert {event.told_apart for event in events} == {0.5}


def test_the_critic_learns_to_tell_drawn_from_real(tiny_network: UNet) -> None:
    config = replace(CONFIG, steps=40, critic_from=0, learning_rate=1e-6, critic_rate=2e-3)
    state = new_distillation(tiny_network, config, "cpu")
    events = [*distil(state, paths_of(tiny_network), *pictures())]
    assert np.mean([event.told_apart for event in events[-10:]]) > 0.8


def test_what_the_critic_says_of_a_picture_does_not_depend_on_the_others() -> None:
    critic, generator = Critic(), torch.Generator().manual_seed(0)
    x, label = torch.randn((5, 1, 28, 28), generator=generator), torch.arange(5)
    together = critic(x, label)
    assert together.shape == (5,)
    for i in range(5):
        torch.testing.assert_close(critic(x[i : i + 1], label[i : i + 1])[0], together[i])
    assert not torch.allclose(critic(x, label.flip(0)), together)


@pytest.mark.parametrize("stop", [2, 5])
def test_a_resumed_run_takes_the_same_steps(tiny_network: UNet, tmp_path: Path, stop: int) -> None:
    paths = paths_of(tiny_network)
    whole = new_distillation(tiny_network, CONFIG, "cpu")
    expected = [event.distance for event in distil(whole, paths, *pictures())]

    first = new_distillation(tiny_network, CONFIG, "cpu")
    distances = [event.distance for event in islice(distil(first, paths, *pictures()), stop)]
    save_distillation(tmp_path / "state.safetensors", first)
    save_paths(tmp_path / "paths.safetensors", paths)
    second = load_distillation(tmp_path / "state.safetensors")
    assert (second.step, second.config) == (stop, CONFIG)
    again = load_paths(tmp_path / "paths.safetensors")
    distances += [event.distance for event in distil(second, again, *pictures())]
    assert distances == expected
    for ours, theirs in zip(weights(second), weights(whole), strict=True):
        assert torch.equal(ours, theirs)


def test_a_loss_that_is_no_number_stops_it_before_the_student_is_touched(
    tiny_network: UNet,
) -> None:
    x_0, labels = pictures()
    state = new_distillation(tiny_network, replace(CONFIG, critic_from=0), "cpu")
    before = [p.detach().clone() for p in state.student.parameters()]
    with pytest.raises(TrainingDivergedError, match="another seed"):
        next(distil(state, paths_of(tiny_network), x_0 * torch.nan, labels))
    for then, now in zip(before, state.student.parameters(), strict=True):
        assert torch.equal(then, now)


@pytest.mark.parametrize("load", [load_distillation, load_paths])
def test_a_damaged_state_is_refused_in_a_sentence(load: object, tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    path.write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="delete it to start afresh") as caught:
        load(path)  # type: ignore[operator]
    assert "\n" not in str(caught.value)
