"""Predictions: what the shipped model does is what the quiz says it does.

No outcome is written down here. `python -m diffusion_core assets` finds them out for the model that
is shipped; these tests run the model again and hold assets/predictions.json and the words of
quizzes/predict.yaml to what it does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from diffusion_core.denoiser import Denoiser, NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import MODELS
from diffusion_core.labs.predict import outcomes as measuring
from diffusion_core.labs.predict.experiments import (
    EXPERIMENTS,
    PREDICTIONS,
    Experiment,
    Setup,
    outcomes,
)
from diffusion_core.labs.predict.outcomes import (
    NoOutcomeError,
    Pictures,
    apart,
    derive,
    measure,
    original,
    save_outcomes,
)
from quizzes.predict import to_predict
from quizzes.schema import CONCEPTS

EVERY = pytest.mark.parametrize("name", EXPERIMENTS)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Denoiser]:
    """The models that come with the app."""
    return {name: NetworkDenoiser(load_checkpoint(path)) for name, path in MODELS.items()}


# --- The shipped model -------------------------------------------------------------------------


@EVERY
def test_the_shipped_model_does_what_is_kept(shipped: Mapping[str, Denoiser], name: str) -> None:
    kept = outcomes()[name]
    assert measure(EXPERIMENTS[name], kept.seed, shipped) == kept.outcome


@EVERY
def test_the_words_explain_what_the_model_does(name: str) -> None:
    words = to_predict()[name]
    offered = [guess.outcome for guess in words.options]
    assert words.explains == outcomes()[name].outcome, "rewrite its explanation"
    assert len(set(offered)) == 4 and words.explains in offered
    assert words.concept in CONCEPTS
    question = words.question(words.explains)
    assert words.options[question.answer].outcome == words.explains


def test_every_experiment_has_words_and_an_outcome() -> None:
    assert list(to_predict()) == list(EXPERIMENTS) and set(outcomes()) == set(EXPERIMENTS)
    assert len(EXPERIMENTS) >= 12
    assert {words.difficulty for words in to_predict().values()} == {"easy", "medium", "hard"}


def test_the_two_runs_of_a_comparison_differ_in_their_settings_or_in_nothing() -> None:
    for name, experiment in EXPERIMENTS.items():
        assert len(experiment.lanes) in (1, 2), name
        assert (experiment.measure in ("same", "ink", "alike")) == (len(experiment.lanes) == 2)


# --- The measures ------------------------------------------------------------------------------


def digit() -> Pictures:
    """A drawn digit, (1, 784) from 0 to 1."""
    return (original().numpy().reshape(1, -1) + 1) / 2


def made(kind: str) -> Pictures:
    """Four pictures that nobody could mistake."""
    one = np.repeat(digit(), 4, axis=0)
    if kind == "blur":
        # The mean of a digit that was moved about, as an average of many digits is.
        moves = [(i, j) for i in range(-4, 5) for j in range(-4, 5)]
        plane = digit().reshape(28, 28)
        mean = np.mean([np.roll(plane, move, (0, 1)) for move in moves], axis=0)
        return np.repeat((mean / mean.max()).reshape(1, -1), 4, axis=0)
    if kind == "noise":
        return np.random.default_rng(0).uniform(0, 1, one.shape)
    return one


def told(monkeypatch: pytest.MonkeyPatch, kind: str, first: Pictures, second: Pictures) -> object:
    """What a measure says of these pictures, the model left out."""
    drawn = {1: (first, 7), 2: (second, 7)}
    monkeypatch.setattr(measuring, "draw", lambda setup, seed, denoisers: drawn[setup.steps])
    lanes = (Setup(steps=1), Setup(steps=2))
    return measure(Experiment(kind, lanes), 1, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["sharp", "blur", "noise"])
def test_sharp_blurred_and_noisy_pictures_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert told(monkeypatch, "look", made(kind), made(kind)) == kind


def test_what_the_model_makes_of_a_wrong_noise_level(monkeypatch: pytest.MonkeyPatch) -> None:
    grain = np.clip(made("sharp") + np.random.default_rng(1).normal(0, 0.3, (4, 784)), 0, 1)
    for pictures, outcome in ((grain, "grain"), (made("blur"), "soft"), (made("sharp"), "clean")):
        assert told(monkeypatch, "told", pictures, pictures) == outcome


@pytest.mark.parametrize(
    ("kind", "change", "outcome"),
    [
        ("same", lambda x: x + 0.01, "same"),
        ("same", lambda x: np.roll(x, 5 * 28, axis=1), "different"),
        # Between the two is what one reader would call the same and the other would not.
        ("same", lambda x: x + 0.1, None),
        ("returns", lambda x: x + 0.02, "original"),
        ("returns", lambda x: np.roll(x, 5 * 28, axis=1), "others"),
        ("returns", lambda x: x + 0.16, None),
        ("ink", lambda x: x * 1.3, "more"),
        ("ink", lambda x: x * 0.7, "less"),
        ("ink", lambda x: x * 1.05, None),
        ("calls", lambda x: x, "7"),
    ],
)
def test_what_changed_is_told(
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    change: object,
    outcome: str | None,
) -> None:
    assert callable(change)
    first, second = made("sharp"), change(made("sharp"))
    if kind == "returns":
        first = second
    assert told(monkeypatch, kind, first, second) == outcome


def test_variety_is_how_far_pictures_are_from_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    varied = np.concatenate([np.roll(digit(), 28 * k, axis=1) for k in range(4)])
    close = 0.5 * varied + 0.5 * varied.mean(axis=0)
    assert told(monkeypatch, "alike", varied, close) == "more"
    assert told(monkeypatch, "alike", close, varied) == "less"
    assert told(monkeypatch, "alike", varied, varied) is None


def test_distances_are_those_of_pictures_in_a_row() -> None:
    a, b = np.zeros((3, 784)), np.array([[0.0], [0.5], [1.0]]) * np.ones(784)
    assert apart(a, b) == pytest.approx([0, 0.5, 1])


# --- Finding them out --------------------------------------------------------------------------


def test_the_first_clear_seed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Experiment("look", (Setup(),), first_seed=3)
    monkeypatch.setattr(measuring, "EXPERIMENTS", {"some": one})
    monkeypatch.setattr(measuring, "measure", lambda e, seed, d: "blur" if seed > 4 else None)
    assert derive({}) == {"some": {"seed": 5, "outcome": "blur"}}


def test_an_experiment_without_an_outcome_is_named_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = PREDICTIONS.read_bytes()
    tried: list[int] = []
    monkeypatch.setattr(measuring, "measure", lambda e, seed, d: tried.append(seed))
    first = next(iter(EXPERIMENTS))
    with pytest.raises(NoOutcomeError, match=first) as caught:
        save_outcomes({})
    assert "\n" not in str(caught.value)
    start = EXPERIMENTS[first].first_seed
    assert tried == list(range(start, start + measuring.SEEDS))
    assert PREDICTIONS.read_bytes() == before
