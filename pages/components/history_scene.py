"""What the time machine shows: moments of one recorded run of training, and the shipped model.

Everything comes from assets/scenes/history.npz (`python -m diffusion_core moments`), read once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.embedded import CARD, HISTORY_SCENE
from pages.components.stage.bundle import bundle
from pages.components.words import LessonError, sentences_by, words

STAGE = "history"
TRAINING_DIGITS = 60_000


@dataclass(frozen=True)
class History:
    """The record: arrays by name (diffusion_core/commands/moments.py), and how it was made."""

    arrays: dict[str, NDArray[Any]]
    card: dict[str, Any]
    shipped: dict[str, Any]
    """The card of the model that ships."""

    @property
    def stops(self) -> int:
        """How many moments there are, with the model that ships."""
        return len(self.arrays["frechet"])

    @property
    def batch(self) -> int:
        return int(self.card["training"]["batch_size"])

    @property
    def whole(self) -> bool:
        """Whether the run had come to its end when it was told."""
        return bool(self.card["steps_so_far"] == self.card["training"]["steps"])


@cache
def history() -> History:
    """The record that is shipped."""
    with np.load(HISTORY_SCENE) as file:
        arrays = {name: file[name] for name in file.files}
    card = json.loads(HISTORY_SCENE.with_suffix(".json").read_text("utf-8"))
    return History(arrays, card, json.loads(CARD.read_text("utf-8")))


def sentences_by_loss() -> list[tuple[float, str]]:
    """What it has learned by a loss on test digits: the sections "loss down to X", falling."""
    found = sentences_by("lab-history", prefix := "loss down to ")
    if not found or found[-1][0] > 0:
        raise LessonError(f"assets/lesson/lab-history.md: the last “## {prefix}X” must be at 0.")
    return found


def time_of(seconds: float) -> str:
    """A stretch of training time, in words: "40 s", "12 min"."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def epochs_of(examples: float) -> str:
    """How many times it saw each training digit, on the average: "0.05", "1.9", "36"."""
    epochs = examples / TRAINING_DIGITS
    return f"{epochs:.0f}" if epochs >= 10 else f"{epochs:.1f}" if epochs >= 1 else f"{epochs:.2f}"


def stops(told: History) -> list[dict[str, Any]]:
    """Each moment as the stage needs it; the last is the model that ships."""
    arrays, limits = told.arrays, sentences_by_loss()
    found = []
    for i, step in enumerate(arrays["steps"].tolist()):
        examples, loss = int(arrays["examples"][i]), float(arrays["test_loss"][i])
        place = (
            "this run: random weights"
            if step == 0
            else f"this run: step {step:,}, {epochs_of(examples)} epochs, "
            f"{time_of(float(arrays['seconds'][i]))}"
        )
        sentence = next(said for limit, said in limits if loss >= limit)
        found.append({"place": place, "examples": examples, "sentence": sentence, "loss": loss})
    epochs, minutes = told.shipped["epochs"], told.shipped["minutes"]
    found.append(
        {
            "place": f"the model that ships: {epochs:.0f} epochs, {minutes:.0f} min",
            "examples": epochs * TRAINING_DIGITS,
            "sentence": " ".join(words("lab-history")["shipped"].split()),
            "loss": float(told.shipped["test_loss"]),
        }
    )
    for stop, frechet in zip(found, arrays["frechet"].tolist(), strict=True):
        stop["frechet"] = frechet
    return found


def history_scene() -> bytes:
    """The scene for the clock."""
    told = history()
    arrays = told.arrays
    head = {
        "kind": "history",
        "stage": STAGE,
        "seconds": 1.4 * told.stops,
        "rest": told.stops - 2,
        "stops": stops(told),
        "batch": told.batch,
        "unseen": float(arrays["unseen"]),
        "times": arrays["times"].tolist(),
        "levels": arrays["levels"].tolist(),
    }
    names = ("samples", "guesses", "noisy", "level_loss", "curve")
    return bundle(head, {name: arrays[name] for name in names})
