"""What the time machine shows: moments of one recorded run of training, and the shipped model.

Everything comes from assets/scenes/history.npz (`python -m diffusion_core moments`), read once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from numpy.typing import NDArray

from diffusion_core.data.embedded import HISTORY_SCENE
from diffusion_core.files.bundle import bundle
from diffusion_core.files.cards import Card, shipped_card
from diffusion_core.files.shipped import damaged, read_arrays, read_json
from pages.shared.words import LessonError, sentences_by, words

STAGE = "history"
TRAINING_DIGITS = 60_000


@dataclass(frozen=True)
class Planned:
    """How the run was meant."""

    steps: int
    batch_size: int


@dataclass(frozen=True)
class Made:
    """How the record was made."""

    steps_so_far: int
    measured: int
    """Digits for each Fréchet distance."""
    training: Planned


@dataclass(frozen=True)
class History:
    """The record: arrays by name (diffusion_core/commands/moments.py), and how it was made."""

    arrays: dict[str, NDArray[Any]]
    made: Made
    shipped: Card
    """The card of the model that ships."""

    @property
    def stops(self) -> int:
        """How many moments there are, with the model that ships."""
        return len(self.arrays["frechet"])

    @property
    def batch(self) -> int:
        return self.made.training.batch_size

    @property
    def whole(self) -> bool:
        """Whether the run had come to its end when it was told."""
        return self.made.steps_so_far == self.made.training.steps


ARRAYS: dict[str, tuple[str, tuple[int | None, ...]]] = {
    "samples": ("uint8", (None, 2, 10, 28, 28)),
    "guesses": ("uint8", (None, 4, 28, 28)),
    "digit": ("uint8", (28, 28)),
    "noisy": ("uint8", (4, 28, 28)),
    "level_loss": ("float32", (None, None)),
    "levels": ("float64", (None,)),
    "times": ("float64", (4,)),
    "curve": ("float32", (None, 2)),
    "frechet": ("float64", (None,)),
    "test_loss": ("float64", (None,)),
    "steps": ("int64", (None,)),
    "examples": ("int64", (None,)),
    "seconds": ("float64", (None,)),
    "unseen": ("float64", ()),
}


@cache
def history() -> History:
    """The record that is shipped. AssetError if it is not there or not whole."""
    arrays = read_arrays(HISTORY_SCENE, ARRAYS)
    moments, levels = len(arrays["steps"]), len(arrays["levels"])
    of_moments = ("steps", "examples", "seconds")
    of_stops = ("samples", "guesses", "level_loss", "frechet", "test_loss")
    if (
        any(len(arrays[name]) != moments for name in of_moments)
        or any(len(arrays[name]) != moments + 1 for name in of_stops)
        or arrays["level_loss"].shape[1] != levels
    ):
        raise damaged(HISTORY_SCENE)
    made = read_json(HISTORY_SCENE.with_suffix(".json"), Made)
    return History(arrays, made, shipped_card())


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
    epochs, minutes = told.shipped.epochs, told.shipped.minutes
    found.append(
        {
            "place": f"the model that ships: {epochs:.0f} epochs, {minutes:.0f} min",
            "examples": epochs * TRAINING_DIGITS,
            "sentence": " ".join(words("lab-history")["shipped"].split()),
            "loss": told.shipped.test_loss,
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
