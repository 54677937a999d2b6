"""Trainings in the plane: what they learn, what breaks them, and what the page is sent."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch

from diffusion_core.errors import UserFacingError
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.learning import learn, times_of
from diffusion_core.labs.points.network import PointNetworkConfig
from diffusion_core.labs.points.plan import moments, sampling_times
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.points.snapshots import Camera
from tests.core.plane_runs import Received, energy_distance, whole

STEPS = 300


@cache
def trained(**changes: object) -> Received:
    """A training of moons, changed so."""
    settings = PointSettings(**{"steps": STEPS, **changes})  # type: ignore[arg-type]
    return whole(learn(settings))


def distance(run: Received, index: int, shape: str = "moons") -> float:
    """Of a snapshot's samples to points of the shape that training has not seen."""
    fresh = points_of(PointSettings(shape), 1000, draw=7)
    return energy_distance(run.snapshots[index]["paths"][-1], fresh)


# --- What is learned ------------------------------------------------------------------------------


def test_samples_come_to_lie_on_the_shape() -> None:
    run = trained()
    first, last = run.snapshots[0], run.snapshots[-1]
    assert first["on"] < 0.4 and last["on"] > 0.85
    assert last["reached"] > 0.95
    assert distance(run, -1) < 0.25 * distance(run, 0)


def test_the_loss_falls_towards_what_is_possible() -> None:
    run = trained()
    losses = [shot["loss"] for shot in run.snapshots if shot["step"]]
    assert np.mean(losses[-5:]) < 0.95 * np.mean(losses[:5])
    excess = [shot["levels"] - run.ideal["levels"] for shot in run.snapshots]
    assert np.mean(excess[-1]) < 0.25 * np.mean(excess[0])
    # On the points that it knows, nothing beats the ideal denoiser by more than chance.
    assert np.mean(excess[-1]) > -0.01


def test_a_snapshot_tells_what_it_says_it_tells() -> None:
    run = trained()
    assert [shot["step"] for shot in run.snapshots] == moments(PointSettings(steps=STEPS))
    assert run.head["frames"] == len(run.snapshots)
    assert math.isnan(run.snapshots[0]["loss"]) and math.isfinite(run.snapshots[1]["loss"])
    assert run.data == pytest.approx(points_of(PointSettings())[:1000], abs=1e-3)
    ways = [shot["paths"] for shot in [run.ideal, *run.snapshots]]
    # Everybody starts from the same noise.
    assert all(np.array_equal(way[0], ways[0][0]) for way in ways)
    assert 0.9 < ways[0][0].std() < 1.1
    size = sum(array.nbytes for array in (run.ideal["numbers"], run.ideal["levels"]))
    assert size + 2 * run.ideal["paths"].size + run.ideal["field"].size < 30_000


def test_arrows_point_to_the_middle_in_noise_and_to_the_shape_near_it() -> None:
    run = trained()
    fresh = points_of(PointSettings(), 1000, draw=7)
    field, middle = run.snapshots[-1]["field"], points_of(PointSettings()).mean(axis=0)
    side, reach = run.head["field"]["side"], run.head["field"]["reach"]
    line = np.linspace(-reach, reach, side)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    # At t = 1 only the mean can be known, wherever one stands that noise often comes to.
    common = np.linalg.norm(grid, axis=1) < 1.5
    assert np.linalg.norm(field[-1] - middle, axis=1)[common].mean() < 0.25
    near = np.linalg.norm(grid[:, None] - fresh[None], axis=-1).min(axis=1) < 0.3
    level = run.head["field"]["times"].index(0.2)
    before = np.linalg.norm(grid[near][:, None] - fresh[None], axis=-1).min(axis=1)
    after = np.linalg.norm(field[level][near][:, None] - fresh[None], axis=-1).min(axis=1)
    assert after.mean() < 0.6 * before.mean()


def test_the_same_training_has_the_same_snapshots() -> None:
    # So that one which was cut off can be begun again where it was, in another process.
    settings = PointSettings("smiley", steps=12, seed=5)
    assert b"".join(learn(settings)) == b"".join(learn(settings))


def test_it_gives_up_its_turn_after_every_step() -> None:
    assert sum(1 for _ in learn(PointSettings(steps=40))) >= 40


# --- Broken on purpose ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [{"told": False}, {"only": 0.5}, {"levels": 2}, {"learning_rate": 1.0}],
    ids=lambda broken: next(iter(broken)),
)
def test_what_is_broken_on_purpose_is_worse(broken: dict[str, object]) -> None:
    usual, other = trained(), trained(**broken)
    assert other.snapshots[-1]["on"] < usual.snapshots[-1]["on"] - 0.1


def test_one_noise_level_is_learned_and_the_others_are_not() -> None:
    usual, only = trained(), trained(only=0.5)
    here, there = 5, [0, 1, 8, 9]  # of the ten parts of the time
    assert only.snapshots[-1]["levels"][here] < usual.snapshots[-1]["levels"][here] + 0.1
    assert (
        only.snapshots[-1]["levels"][there].mean()
        > usual.snapshots[-1]["levels"][there].mean() + 0.1
    )


def test_a_network_that_is_not_told_the_time_answers_alike_at_all_times() -> None:
    x, label = torch.randn(8, 2), torch.zeros(8, dtype=torch.int64)
    for told in (True, False):
        torch.manual_seed(1)
        network = PointNetworkConfig(16, told=told).build()
        torch.nn.init.normal_(network.leave.weight)
        early, late = network(x, torch.full((8,), 0.1), label), network(x, torch.ones(8), label)
        assert torch.equal(early, late) is not told


def test_twenty_points_are_learned_by_heart() -> None:
    few = trained(count=20)
    points = points_of(PointSettings(count=20))
    samples = few.snapshots[-1]["paths"][-1]
    near = np.linalg.norm(samples[:, None] - points[None], axis=-1).min(axis=1) < 0.1
    others = trained().snapshots[-1]["paths"][-1]
    by_chance = np.linalg.norm(others[:, None] - points[None], axis=-1).min(axis=1) < 0.1
    assert near.mean() > by_chance.mean() + 0.25
    assert few.snapshots[-1]["copied"] > 0.5 > few.snapshots[0]["copied"]


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence() -> None:
    work, chunks = learn(PointSettings(learning_rate=1000.0)), []
    with pytest.raises(UserFacingError, match=r"learning rate 1000 is too high\. Choose") as error:
        chunks.extend(work)
    assert "\n" not in str(error.value)
    # What was learned until then has been sent, and nothing in it upsets a browser.
    run = whole(chunks)
    assert len(run.snapshots) > 3
    assert all(np.isfinite(shot["paths"]).all() for shot in run.snapshots)


# --- Times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [2, 3, 10, 14, 15, 100, 1000])
def test_only_trained_levels_are_visited(levels: int) -> None:
    settings = PointSettings(levels=levels)
    visited = sampling_times(settings)
    assert visited[0] == 1 and visited[-1] == 0 and (np.diff(visited) < 0).all()
    assert min(levels, 12) < len(visited) <= min(levels, 14) + 1
    assert np.allclose(visited * levels, np.rint(visited * levels))
    practised = np.unique(times_of(settings)(4096, 3))
    assert len(practised) == levels or levels == 1000
    assert practised.min() > 0 and practised.max() == 1


def test_all_levels_are_practised_unless_told_otherwise() -> None:
    assert len(np.unique(times_of(PointSettings())(512, 1))) == 512
    assert set(times_of(PointSettings(only=0.3))(512, 1)) == {0.3}


def test_the_ideal_denoiser_samples_its_own_points() -> None:
    x_0 = torch.from_numpy(points_of(PointSettings("spiral", count=50))).float()
    camera = Camera(PointSettings("spiral", count=50), x_0)
    ends = camera.paths(IdealDenoiser(x_0))[-1]
    # In so few strides a sample between two points may not quite arrive.
    far = torch.cdist(ends, x_0).min(dim=1).values
    assert far.median() < 0.02 and (far < 0.1).float().mean() > 0.95


def test_the_linear_schedule_learns_too() -> None:
    assert trained(schedule="linear").snapshots[-1]["on"] > 0.75
