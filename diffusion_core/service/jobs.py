"""What can be asked of the worker. Plain values: they travel between processes, and equal jobs
have equal answers, so that a job is also the key under which its answer is kept. No torch here.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from diffusion_core.errors import RequestError
from diffusion_core.files.frames import recording_size
from diffusion_core.labs.one_step.job import LevelCurve, Practice
from diffusion_core.labs.own.job import EndTraining, TrainingDigits
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.sound.job import Melody
from diffusion_core.request import GUESS_LEVELS, IMAGE_SIZE, NO_LABEL, Request
from diffusion_core.service.edits import Edit, Ideal, Nearest, Spread


@dataclass(frozen=True)
class Drawing:
    """The reverse process, answered by a recording (files/frames.py) as it grows."""

    request: Request
    every: int = 1
    """Every how many steps a frame is kept."""
    origin: bytes | None = None
    """Instead of from noise alone, start from this picture (784 bytes, 0 = background) ..."""
    t: float = 1.0
    """... covered with noise up to this time."""
    weights: str | None = None
    """Draw with these, a path of a checkpoint, instead of the shipped ones."""

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        return recording_size(self.request, self.every)

    @property
    def width(self) -> int:
        """How many pictures it puts to the network at a time."""
        both = self.request.guidance not in (0, 1) and set(self.request.labels) != {NO_LABEL}
        return len(self.request.labels) * (2 if both else 1)


@dataclass(frozen=True)
class Guess:
    """What the model makes of one noisy digit at every noise level, answered all at once."""

    x_0: bytes
    """784 bytes, 0 = background."""
    eps: bytes
    """784 float32."""
    schedule: str
    schedule_steps: int = 1000
    told_about: float | None = None
    """If given, the picture stays as it is at this time, and only what is said of it changes."""

    size = GUESS_LEVELS * (2 * IMAGE_SIZE**2 + 4)
    width = GUESS_LEVELS


CHECK_NAMES = (
    "two-bells",
    "closed-form",
    "step-back",
    "simple-loss",
    "one-answer",
    "score",
    "posterior-mean",
    "one-big-step",
    "ddpm",
    "ddim",
    "ode",
    "sde",
    "guidance",
    "snr",
    "folding",
)
"""The checks of the deep dive (diffusion_core/checks), in the order of its page."""


@dataclass(frozen=True)
class Checking:
    """One formula computed by two routes, answered all at once as JSON. RequestError for a name
    that no check has."""

    name: str
    size = 1_000
    width = 1

    def __post_init__(self) -> None:
        if self.name not in CHECK_NAMES:
            raise RequestError(
                f"There is no check {self.name[:40]!r}: choose one of {', '.join(CHECK_NAMES)}."
            )


@dataclass(frozen=True)
class Learning:
    """A training in the plane, answered by its snapshots (labs/points/snapshots.py). Work for the
    studio."""

    settings: PointSettings
    size = 4_000_000
    width = 1


Job = (
    Drawing
    | Guess
    | Checking
    | Edit
    | Ideal
    | Nearest
    | Spread
    | Melody
    | Learning
    | Practice
    | LevelCurve
    | TrainingDigits
    | EndTraining
)
"""Anything that the worker does."""


class Asked(Hashable, Protocol):
    """What the client of a process (client.py) has to know of a job."""

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""

    @property
    def width(self) -> int:
        """How much of what the process has room for it takes up."""
