"""What the lab "Is it copying?" shows: the model and the ideal denoiser, from the same noises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffusion_core.errors import RequestError
from diffusion_core.files.frames import frame_count
from diffusion_core.request import Request
from diffusion_core.service.edits import Ideal
from pages.shared.asked import given, query_of
from pages.stage.lanes import Lane, edit_scene
from pages.stage.reverse import ReverseSettings

STAGE = "copying"
MAX_COPIES = 8
STEPS = 20


@dataclass(frozen=True)
class CopySettings:
    """Digits to look for copies of. RequestError, in one sentence, for what is out of range."""

    digit: str = "3"
    seed: int = 7
    guidance: float = 1.0
    n: int = MAX_COPIES

    def __post_init__(self) -> None:
        if len(self.digit) != 1 or self.digit not in "0123456789":
            raise RequestError("Choose a digit from 0 to 9.")
        if not 1 <= self.n <= MAX_COPIES:
            raise RequestError(f"Choose from 1 to {MAX_COPIES} pictures.")
        self.drawn()  # which checks the rest

    @classmethod
    def parse(cls, texts: dict[str, str]) -> CopySettings:
        """From the words of an address. RequestError for what is out of range or not a number."""
        sentence = "seed, n and guidance must be numbers."
        return cls(**given(cls, texts, lambda *_: sentence))

    def drawn(self) -> ReverseSettings:
        """How the model draws them."""
        return ReverseSettings(self.digit, self.seed, "dpmpp", STEPS, self.guidance, self.n)

    @property
    def address(self) -> str:
        """Where the nearest training pictures are fetched."""
        return "api/copies?" + self.words

    @property
    def words(self) -> str:
        """The settings, as an address has them."""
        return query_of(self, ["digit", "seed", "guidance", "n"])


@dataclass(frozen=True)
class IdealLane:
    """The ideal denoiser's run: a lane of the stage (pages/stage/lanes.py)."""

    settings: CopySettings
    steps: int = STEPS
    every: int = 1
    told: bool = True
    surprise: bool = False
    seed: int | None = None
    """The noises are those of the lane beside it."""

    def in_the_tab(self) -> None:
        """Only the server has all of the training set."""

    def job(self) -> Ideal:
        """What the worker is asked: as the model, from the same noises, without guidance."""
        drawn = self.settings.drawn().request()
        return Ideal(Request(drawn.labels, drawn.sampler, drawn.steps, 1.0, drawn.seed))

    @property
    def address(self) -> str:
        """Where the stage fetches it."""
        return "api/ideal?" + self.settings.words

    @property
    def frames(self) -> int:
        """How many frames the recording has."""
        return frame_count(self.job().request, self.every)

    @property
    def labels(self) -> tuple[int, ...]:
        """The label of each picture."""
        return self.job().request.labels

    @property
    def manner(self) -> str:
        """The settings in words."""
        return f"The ideal denoiser · {STEPS} steps · the same noises"


def copying_scene(settings: CopySettings, **extra: Any) -> bytes:
    """The scene for the clock; scene.nearest is where copies.js fetches what is nearest."""
    lanes: list[Lane] = [settings.drawn(), IdealLane(settings)]
    return edit_scene(lanes, STAGE, nearest=settings.address, **extra)
