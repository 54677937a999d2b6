"""What is asked of the model on the main pages and in the plane: requests (work.py). No torch here;
what does their work is imported when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_core.errors import RequestError
from diffusion_core.files.frames import recording_size
from diffusion_core.labs.forks.turns import Turn
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.request import GUESS_LEVELS, IMAGE_SIZE, NO_LABEL, Request

if TYPE_CHECKING:
    from diffusion_core.service.work import Networks, Work


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
    turns: tuple[Turn, ...] = ()
    """That the run takes on its way; only from noise alone."""

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        return recording_size(self.request, self.every)

    @property
    def width(self) -> int:
        """How many pictures it puts to the network at a time."""
        strengths = {self.request.guidance, *(turn.guidance for turn in self.turns)} - {None}
        both = not strengths <= {0, 1} and set(self.request.labels) != {NO_LABEL}
        return len(self.request.labels) * (2 if both else 1)

    def work(self, networks: Networks) -> Work:
        """Its work. CheckpointError if there are no such weights."""
        from diffusion_core.service.recorded import drawn

        return drawn(self, networks)


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

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.guess import guessed

        return guessed(self, networks)


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

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.checks import checked

        return checked(self.name, networks)


@dataclass(frozen=True)
class Learning:
    """A training in the plane, answered by its snapshots (labs/points/snapshots.py). Work for the
    studio."""

    settings: PointSettings
    size = 4_000_000
    width = 1

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.points.learning import learn

        return learn(self.settings)
