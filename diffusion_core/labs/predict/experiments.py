"""Experiments whose outcome nobody wrote down: what the model does is the answer.

Each is one or two runs and a way to tell the outcomes apart. `python -m diffusion_core assets` runs
them on the shipped model, looks for a seed at which the outcome is unmistakable, and keeps seed and
outcome (assets/predictions.json); outcomes.py measures. No torch here: pages read this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from diffusion_core.files.shipped import ASSETS, damaged, read_json

PREDICTIONS = ASSETS / "predictions.json"
Measure = Literal["look", "same", "returns", "ink", "alike", "calls", "told"]


@dataclass(frozen=True)
class Setup:
    """One run: which digit, drawn how.

    until: cover the embedded digit with noise up to this step of 1000 instead of starting from
    noise alone. told: the step that the model is told about a picture that is at step 500.
    """

    digit: int = 3
    sampler: str = "dpmpp"
    steps: int = 20
    guidance: float = 1.5
    n: int = 4
    until: int | None = None
    told: int | None = None


@dataclass(frozen=True)
class Experiment:
    """Runs, the way to tell what came of them, and the first seed to try."""

    measure: Measure
    lanes: tuple[Setup, ...]
    first_seed: int = 1


ONE_STEP = Setup(sampler="ddim", steps=1, guidance=1.0)
EXPERIMENTS: dict[str, Experiment] = {
    "one-big-step": Experiment("look", (ONE_STEP,), 7),
    "twenty-steps": Experiment("look", (Setup(sampler="ddim", guidance=2.0),), 7),
    "two-leaps": Experiment("look", (Setup(sampler="leap", steps=2, guidance=1.0),), 3),
    "ddim-and-dpmpp": Experiment("same", (Setup(4, "ddim", 50), Setup(4, "dpmpp", 50)), 2),
    "ddim-and-ddpm": Experiment("same", (Setup(4, "ddim", 50), Setup(4, "ddpm", 50)), 2),
    "ddpm-twice": Experiment("same", (Setup(6, "ddpm", 30), Setup(6, "ddpm", 30)), 5),
    "steps-20-and-100": Experiment("same", (Setup(5), Setup(5, steps=100)), 1),
    "little-fog": Experiment("returns", (Setup(guidance=0.0, n=8, until=300),), 7),
    "all-fog": Experiment("returns", (Setup(guidance=0.0, n=8, until=1000),), 7),
    "strong-guidance": Experiment("ink", (Setup(2, n=8), Setup(2, guidance=5.0, n=8)), 1),
    "guidance-and-variety": Experiment(
        "alike", (Setup(7, guidance=1.0, n=8), Setup(7, guidance=5.0, n=8)), 1
    ),
    "told-too-little": Experiment("told", (Setup(told=150),)),
    "told-too-much": Experiment("told", (Setup(told=1000),)),
    "heun-calls": Experiment("calls", (Setup(8, "heun", 10, 1.5),), 1),
}


@dataclass(frozen=True)
class Outcome:
    """What came of an experiment, from this seed."""

    seed: int
    outcome: str


@cache
def outcomes() -> dict[str, Outcome]:
    """What the shipped model did, by the experiment's name. AssetError if that cannot be read."""
    found = read_json(PREDICTIONS, dict[str, Outcome])
    if found.keys() != EXPERIMENTS.keys():
        raise damaged(PREDICTIONS)
    return found
