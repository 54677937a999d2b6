"""The frontier: how good the pictures are against what they cost, for every way of drawing them.

Measured by `python -m diffusion_core benchmark`, kept in assets/frontier.npz with digits of each
way, and shown by the README's figure and the page of that name. No torch here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from diffusion_core.files.shipped import ASSETS, damaged, read_arrays
from diffusion_core.files.whole import replacing
from diffusion_core.request import SAMPLER_NAMES

FRONTIER = ASSETS / "frontier.npz"
SHOWN = 20
"""Digits that are kept of each way: two of each label."""


@dataclass(frozen=True)
class Point:
    """One way of drawing, and what came of it."""

    sampler: str
    steps: int
    calls: int
    """Network calls for one picture."""
    milliseconds: float
    """For one picture, when sixteen are drawn at once."""
    frechet_ratio: float
    """Frechet distance to the training digits, over that of as many unseen real digits."""
    accuracy: float
    """How often an independent classifier sees the digit that was asked for."""


@dataclass(frozen=True)
class Frontier:
    """All ways that were measured; digits[i] are some that points[i] drew."""

    points: tuple[Point, ...]
    digits: NDArray[np.uint8]
    """(len(points), SHOWN, 28, 28)"""
    count: int
    """How many digits each figure rests on."""
    unseen_accuracy: float
    """What the classifier makes of real digits."""
    date: str
    machine: str


def save_frontier(frontier: Frontier, path: Path = FRONTIER) -> None:
    """Write it, whole or not at all."""
    about = {name: value for name, value in asdict(frontier).items() if name != "digits"}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, digits=frontier.digits, about=np.array(json.dumps(about)))


def load_frontier(path: Path = FRONTIER) -> Frontier:
    """What save_frontier wrote. AssetError if it is missing, damaged, or something else."""
    digits = read_arrays(path, {"digits": ("uint8", (None, SHOWN, 28, 28))})["digits"]
    try:
        with np.load(path) as saved:
            about = json.loads(str(saved["about"]))
        points = TypeAdapter(tuple[Point, ...]).validate_python(about.pop("points"))
        frontier = Frontier(points=points, digits=digits, **about)
        for name, kind in (("count", int), ("unseen_accuracy", float), ("date", str)):
            if not isinstance(getattr(frontier, name), kind):
                raise TypeError(name)
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        raise damaged(path) from error
    if len(points) != len(digits) or any(p.sampler not in SAMPLER_NAMES for p in points):
        raise damaged(path)
    return frontier


def best(points: tuple[Point, ...], cost: str) -> list[Point]:
    """The frontier proper: points of which no other is both cheaper and better, cheapest first."""
    chosen: list[Point] = []
    for point in sorted(points, key=lambda p: (getattr(p, cost), p.frechet_ratio)):
        if not chosen or point.frechet_ratio < chosen[-1].frechet_ratio:
            chosen.append(point)
    return chosen
