"""The figures of the evaluation, on sets for which the right answer is known."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from diffusion_core.commands import evaluate as command
from diffusion_core.commands.card import known_limits, model_card
from diffusion_core.data.mnist import Digits
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import read_card, write_card
from diffusion_core.measure.classifiers import FeatureNet, JudgeNet
from diffusion_core.measure.evaluation import (
    Moments,
    accuracy_per_label,
    density_coverage,
    evaluate,
    frechet_distance,
    manifold,
    moments,
    nearest_distances,
    share_inside,
    some_of,
)
from diffusion_core.schedule import Floats


def cloud(count: int, dimensions: int = 8, at: float = 0.0, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(at, 1.0, (count, dimensions))


def random_covariance(dimensions: int, seed: int) -> Floats:
    half = np.random.default_rng(seed).normal(size=(dimensions, dimensions))
    return half @ half.T


def smudges(count: int, seed: int) -> Digits:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Digits(images, np.arange(count) % 10)


# The Frechet distance


@pytest.mark.parametrize("turned", [False, True])
def test_frechet_of_gaussians_along_the_same_axes(turned: bool) -> None:
    mu_a, mu_b = np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, 5.0])
    var_a, var_b = np.array([1.0, 4.0, 9.0]), np.array([4.0, 4.0, 1.0])
    expected = np.square(mu_a - mu_b).sum() + np.square(np.sqrt(var_a) - np.sqrt(var_b)).sum()
    q = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0] if turned else np.eye(3)
    a = Moments(q @ mu_a, q @ np.diag(var_a) @ q.T)
    b = Moments(q @ mu_b, q @ np.diag(var_b) @ q.T)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_frechet_of_covariances_that_do_not_commute(seed: int) -> None:
    """In two dimensions tr (S_a S_b)^(1/2) = sqrt(tr S_a S_b + 2 sqrt(det S_a S_b))."""
    s_a, s_b = random_covariance(2, seed), random_covariance(2, seed + 100)
    root = np.sqrt(np.trace(s_a @ s_b) + 2 * np.sqrt(np.linalg.det(s_a) * np.linalg.det(s_b)))
    a, b = Moments(np.zeros(2), s_a), Moments(np.zeros(2), s_b)
    assert frechet_distance(a, b) == pytest.approx(np.trace(s_a) + np.trace(s_b) - 2 * root)
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b))


def test_frechet_survives_features_that_are_copies_of_each_other() -> None:
    """Rank one: along u the variances are 4 and 9, everywhere else nothing varies."""
    u = np.ones(20) / np.sqrt(20)
    a, b = Moments(np.zeros(20), 4 * np.outer(u, u)), Moments(np.zeros(20), 9 * np.outer(u, u))
    assert frechet_distance(a, b) == pytest.approx((3 - 2) ** 2, abs=1e-6)


def test_frechet_of_a_set_and_itself_is_zero() -> None:
    a = moments(cloud(500, 96) * np.logspace(-3, 1, 96))
    # A square root of a covariance is found to about 1e-8 of its size, on some processors.
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-7 * np.trace(a.covariance))


def test_frechet_of_samples_approaches_that_of_their_distributions() -> None:
    a, b = cloud(200_000, 4), cloud(200_000, 4, at=0.5, seed=1) * 2
    expected = 4 * 1.0**2 + 4 * (2 - 1) ** 2  # b is around 1 with a spread of 2
    assert frechet_distance(moments(a), moments(b)) == pytest.approx(expected, rel=0.02)


def test_moments_need_two_pictures() -> None:
    with pytest.raises(ValueError, match="two"):
        moments(cloud(1))


def test_with_labels_each_label_counts_the_same() -> None:
    """As if the rarer label had been repeated until both were as many."""
    few, many = cloud(50, 3, at=2.0), cloud(200, 3, seed=1)
    weighted = moments(np.concatenate([few, many]), np.repeat([3, 7], [50, 200]))
    repeated = np.concatenate([np.tile(few, (4, 1)), many])
    np.testing.assert_allclose(weighted.mean, repeated.mean(axis=0))
    expected = np.cov(repeated, rowvar=False)
    np.testing.assert_allclose(weighted.covariance, expected, rtol=0.01, atol=0.01)
    plain, even = moments(many), moments(many, np.arange(200) % 10)
    np.testing.assert_allclose(plain.mean, even.mean)
    np.testing.assert_allclose(plain.covariance, even.covariance)


def test_a_different_mix_of_labels_is_not_held_against_a_set() -> None:
    digits = {3: cloud(4000, 3, at=5.0), 7: cloud(4000, 3, seed=1)}
    mixed = [(3, 4000), (7, 1000)], [(3, 1000), (7, 4000)]
    sides = [
        (np.concatenate([digits[k][:n] for k, n in mix]), np.concatenate([[k] * n for k, n in mix]))
        for mix in mixed
    ]
    assert frechet_distance(*(moments(features) for features, _ in sides)) > 10
    assert frechet_distance(*(moments(*side) for side in sides)) < 0.02


# Precision and recall, density and coverage


def test_a_set_against_itself_is_perfect() -> None:
    x = cloud(1200)
    assert share_inside(x, manifold(x, 3)) == 1
    density, coverage = density_coverage(x, manifold(x, 5), 5)
    assert density == pytest.approx(1) and coverage == 1


def test_far_apart_sets_have_nothing_in_common() -> None:
    real, drawn = cloud(700), cloud(700, at=100)
    assert share_inside(drawn, manifold(real, 3)) == 0
    assert share_inside(real, manifold(drawn, 3)) == 0
    assert density_coverage(drawn, manifold(real, 5), 5) == (0, 0)


def test_two_samples_of_one_distribution_score_high_but_not_perfectly() -> None:
    real, drawn = cloud(1000, 4), cloud(1000, 4, seed=1)
    density, coverage = density_coverage(drawn, manifold(real, 5), 5)
    assert 0.7 < share_inside(drawn, manifold(real, 3)) < 1
    assert density == pytest.approx(1, abs=0.1)
    # A ball has no drawn picture if the k = 5 nearest of all others happen to be real. Of two equal
    # samples each is real with probability 1/2, nearly independently, which leaves 1 - 2^-5.
    assert coverage == pytest.approx(1 - 2**-5, abs=0.02)


def test_a_forgotten_mode_costs_recall_and_coverage_but_not_precision() -> None:
    """Four islands; the drawn pictures know three of them."""
    islands = [cloud(300, at=50 * i, seed=i) for i in range(4)]
    known = [cloud(400, at=50 * i, seed=10 + i) for i in range(3)]
    real, drawn = np.concatenate(islands), np.concatenate(known)
    density, coverage = density_coverage(drawn, manifold(real, 5), 5)
    assert share_inside(drawn, manifold(real, 3)) > 0.6
    assert density > 0.8
    assert coverage == pytest.approx(0.75, abs=0.05)
    assert share_inside(real, manifold(drawn, 3)) < 0.75


def test_an_added_mode_costs_precision_but_not_recall() -> None:
    real = cloud(600, 2)
    drawn = np.concatenate([cloud(600, 2, seed=1), cloud(600, 2, at=100, seed=2)])
    assert share_inside(drawn, manifold(real, 3)) < 0.51
    assert share_inside(real, manifold(drawn, 3)) > 0.8


def test_neighbours_are_counted_by_hand() -> None:
    """On a line: 0, 1, 3, 7. First neighbours are at 1, 1, 2, 4; a picture at 2.5 is inside
    the balls of 3 and, since open balls end before it, of nobody else."""
    line = np.array([[0.0], [1.0], [3.0], [7.0]])
    balls = manifold(line, 1)
    np.testing.assert_allclose(balls.radii.numpy(), [1, 1, 2, 4])
    assert density_coverage(np.array([[2.5]]), balls, 1) == (1, 0.25)
    assert share_inside(np.array([[2.5], [-1.5]]), balls) == 0.5


def test_a_manifold_needs_more_pictures_than_neighbours() -> None:
    with pytest.raises(ValueError, match="more than 5"):
        manifold(cloud(5), 5)


# Accuracy and memorisation


def test_accuracy_of_each_label() -> None:
    asked = np.array([0, 0, 0, 0, 1, 1, 9])
    seen = np.array([0, 0, 0, 5, 1, 2, 9])
    each = accuracy_per_label(seen, asked)
    assert (each[0], each[1], each[9]) == (0.75, 0.5, 1.0)
    assert each[2:9] == (None,) * 7


def test_nearest_distance_is_euclidean_with_pixels_from_0_to_1() -> None:
    training = smudges(900, seed=0).images.copy()
    pictures = training[[700, 3, 899]].copy()
    pictures[1, 0, 0] ^= 255  # One pixel of the second ...
    change = abs(int(pictures[1, 0, 0]) - int(training[3, 0, 0])) / 255
    np.testing.assert_allclose(nearest_distances(pictures, training), [0, change, 0], atol=1e-6)
    assert nearest_distances(pictures, training)[0] == 0


def test_nearest_distance_agrees_with_the_plain_computation() -> None:
    pictures, training = smudges(30, seed=1).images, smudges(40, seed=2).images
    a, b = pictures.reshape(30, 1, -1) / 255, training.reshape(1, 40, -1) / 255
    plain = np.sqrt(np.square(a - b).sum(axis=2)).min(axis=1)
    np.testing.assert_allclose(nearest_distances(pictures, training), plain, rtol=1e-5)


def test_copies_are_caught_and_new_pictures_are_not() -> None:
    training, unseen = smudges(400, seed=0), smudges(300, seed=1)
    networks = FeatureNet().eval(), JudgeNet().eval()
    half = np.concatenate([training.images[:100], smudges(100, seed=2).images])
    report = evaluate(Digits(half, np.arange(200) % 10), unseen, training, *networks)
    assert report.count == 200
    assert report.drawn.suspiciously_near == pytest.approx(0.5, abs=0.05)
    assert report.unseen.suspiciously_near == pytest.approx(0.01, abs=0.006)
    copies = evaluate(some_of(training, 200, seed=3), unseen, training, *networks)
    assert copies.drawn.suspiciously_near == 1 and copies.drawn.nearest == 0
    assert copies.drawn.frechet < copies.unseen.frechet and copies.frechet_ratio < 1


# The command and the card


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> Path:
    """A model of noise, with a data set of 300 smudges instead of MNIST. Returns its weights."""
    sets = {"train": smudges(300, seed=0), "test": smudges(200, seed=1)}
    monkeypatch.setattr(command, "load_mnist", sets.__getitem__)
    return tiny_model


def test_the_command_writes_card_and_page(
    small_world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--per-label", "2", "--steps", "3", "--sampler", "heun", "--guidance", "2")
    command.run(arguments("--model", str(small_world), *words, "--device", "cpu", "--write-card"))
    card = read_card(small_world)
    entry = card["evaluation"]
    assert card["name"] == "tiny" and card["minutes"] == 0.5
    assert entry["count"] == 20
    # Heun asks twice a step, but for the last; guidance doubles it.
    assert entry["network_calls"] == 2 * (2 + 2 + 1)
    assert (entry["sampler"], entry["steps"], entry["guidance"]) == ("heun", 3, 2)
    assert entry["frechet_ratio"] == pytest.approx(
        entry["drawn"]["frechet"] / entry["unseen"]["frechet"], abs=1e-2
    )
    page = (small_world.parent / "README.md").read_text("utf-8")
    assert page == model_card(card)
    assert "| accuracy" in page and "| accuracy" in capsys.readouterr().out
    assert str(small_world.parent) not in page


def test_the_distilled_model_has_a_card_of_its_own_and_a_section_on_the_page(
    small_world: Path,
) -> None:
    path = small_world.rename(small_world.with_name("leap.safetensors"))
    write_card(path, {"name": "leap", "training": {"paths": 120}})
    for steps in ("4", "2"):
        words = ("--per-label", "1", "--sampler", "leap", "--steps", steps, "--device", "cpu")
        command.run(arguments("--model", str(path), *words, "--write-card"))
    card = read_card(path)
    assert {k: e["network_calls"] for k, e in card["evaluations"].items()} == {"2": 2, "4": 4}
    page = (path.parent / "README.md").read_text("utf-8")
    two, four = (page.index(f"| {n} | {card['evaluations'][n]['frechet_ratio']:.2f}") for n in "24")
    assert page.index("## The distilled model") < two < four
    assert "120 paths" in page and "goal" in page


def test_everything_is_measured_unless_one_way_is_named(
    small_world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.run(arguments("--model", str(small_world), "--per-label", "1", "--device", "cpu"))
    said = capsys.readouterr().out
    for way in ("dpmpp, 20 steps", "leap, 1 steps", "leap, 2 steps", "leap, 4 steps"):
        assert way in said
    assert "goal: at most 1.5" in said and "goal: at most 3" in said and "inf" not in said


def test_the_command_leaves_another_models_card_alone(small_world: Path) -> None:
    words = ("--per-label", "1", "--sampler", "ddim", "--steps", "1", "--device", "cpu")
    command.run(arguments("--model", str(small_world), *words))
    assert "evaluation" not in read_card(small_world)
    assert not (small_world.parent / "README.md").exists()


@pytest.mark.parametrize("count", ["0", "1001"])
def test_the_command_refuses_counts_without_a_floor(count: str) -> None:
    with pytest.raises(RequestError, match="from 1 to 1000"):
        command.run(arguments("--per-label", count))


def good_entry(**changes: float) -> dict[str, object]:
    figures = {
        "frechet": 1.0,
        "precision": 0.9,
        "recall": 0.9,
        "density": 1.0,
        "coverage": 0.95,
        "accuracy": 0.995,
        "accuracy_per_label": [0.995] * 10,
        "nearest": 5.0,
        "suspiciously_near": 0.01,
    }
    ratio = changes.pop("frechet_ratio", 1.0)
    setup = {"date": "2026-01-01", "count": 10, "sampler": "dpmpp", "steps": 20, "guidance": 1.0}
    return setup | {
        "seed": 0,
        "network_calls": 5.0,
        "frechet_ratio": ratio,
        "drawn": figures | changes,
        "unseen": figures,
    }


def test_a_perfect_model_has_no_measured_limit() -> None:
    assert known_limits(good_entry()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frechet_ratio": 4.2}, "4.2 times that of unseen real digits, more than the 1.5 times"),
        ({"frechet_ratio": 1.4}, "1.4 times"),
        ({"accuracy": 0.97}, "3.0%"),
        ({"precision": 0.8}, "20.0%"),
        ({"recall": 0.7}, "recall is 70.0%"),
        ({"coverage": 0.7}, "coverage is 70.0%"),
        ({"suspiciously_near": 0.3}, "30.0%"),
    ],
)
def test_each_shortfall_is_said_on_the_page(change: dict[str, float], words: str) -> None:
    limits = known_limits(good_entry(**change))
    assert len(limits) == 1 and words in limits[0]
    assert limits[0] in model_card({"evaluation": good_entry(**change)})


def test_a_card_that_says_nothing_still_makes_a_page() -> None:
    page = model_card(json.loads("{}"))
    assert "Not measured yet" in page and "MIT" in page and "None" not in page


def test_what_was_tried_stands_on_the_page() -> None:
    tried = {"how": "Each row: 300 steps.", "rows": [["AdamW", 0.1377, 317], ["Muon", 0.1233, 469]]}
    page = model_card({"tried": tried})
    assert "Each row: 300 steps." in page
    assert "| AdamW | 0.1377 | 317 |\n| Muon | 0.1233 | 469 |" in page
