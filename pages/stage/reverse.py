"""What the reverse page shows, from its settings: one or two runs of the model on one timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffusion_core.data.embedded import REVERSE_SCENE
from diffusion_core.errors import RequestError
from diffusion_core.files.frames import frame_count, kept_frames
from diffusion_core.labs.forks.turns import checked, read_turns
from diffusion_core.noise import digits
from diffusion_core.request import NO_LABEL, Request
from pages.engine import jobs
from pages.shared import own_models
from pages.shared.address import refuse_unusable
from pages.shared.asked import given, query_of
from pages.shared.words import sentences_by_noise, words
from pages.stage.forward import ForwardSettings, picture
from pages.stage.lanes import lanes_scene
from quizzes.addresses import (
    COMPARE,
    COUNT,
    DRAW,
    FIRST,
    FORKS,
    LEAPS,
    MAX_PICTURES,
    RECIPES,
    REVERSE,
    SAMPLERS,
    START,
    STEP,
    Recipe,
)
from quizzes.numerals import whole_of
from quizzes.parameters import table

STAGE = "reverse"
MAX_LENGTH = 8
"""Digits that a number may have."""
BUDGET = 6_000_000
"""Bytes of recorded frames a run may send; a longer one keeps every k-th step."""


def is_number(text: str) -> bool:
    """Whether it is one to MAX_LENGTH digits and nothing else."""
    return text.isascii() and text.isdecimal() and len(text) <= MAX_LENGTH


@dataclass(frozen=True)
class ReverseSettings:
    """What to draw. digit: "0" ... "9", "surprise" (any digits), "all" (0 to 9 in a row), or a
    number of up to MAX_LENGTH digits, which are drawn once each."""

    digit: str = DRAW.usual
    seed: int = START.usual
    sampler: str = FIRST.sampler.usual
    steps: int = FIRST.steps.usual
    guidance: float = FIRST.guidance.usual
    n: int = COUNT.usual
    origin: str = ""
    """Start from this digit of the forward page ("3.2": the second 3) instead of pure noise ..."""
    until: int = 1000
    """... covered with noise up to this step of 1000."""
    turns: str = ""
    """What is different from some steps on, as "8d5" (labs/forks/turns.py)."""
    model: str = ""
    """The name of a model that was trained here (own_models.py); the shipped one, if none."""

    def __post_init__(self) -> None:
        if self.digit not in DRAW.names and not is_number(self.digit):
            raise RequestError("Choose a digit from 0 to 9, a number, surprise or all.")
        if not 1 <= self.n <= MAX_PICTURES:
            raise RequestError(f"Choose from 1 to {MAX_PICTURES} pictures.")
        if not 1 <= self.until <= 1000:
            raise RequestError("Cover the digit up to a step from 1 to 1000.")
        if self.origin:
            self.start()
            if self.sampler == "leap":
                raise RequestError("Leaps start from pure noise: choose another sampler.")
        if self.model and self.sampler == "leap":
            raise RequestError("A model of your own cannot leap: choose another sampler for it.")
        request = self.request()  # which checks the rest
        turns = read_turns(self.turns)
        checked(request, turns)
        if self.turns and (self.origin or self.model):
            raise RequestError("A run takes turns only from pure noise, with the shipped model.")

    def start(self) -> ForwardSettings:
        """The digit to start from. RequestError if there is no such digit."""
        digit, _, which = self.origin.partition(".")
        try:
            return ForwardSettings(whole_of(digit), whole_of(which))
        except RequestError:
            raise
        except ValueError as error:
            sentence = "Name the digit to start from as in 3.2: the second 3."
            raise RequestError(sentence) from error

    @classmethod
    def parse(cls, texts: dict[str, str]) -> ReverseSettings:
        """From the words of an address. RequestError for what is out of range or not a number."""
        sentence = "seed, steps, n and guidance must be numbers."
        return cls(**given(cls, texts, lambda *_: sentence))

    @property
    def labels(self) -> tuple[int, ...]:
        """What each picture ends as: the label that it begins with, or that of a turn."""
        turned = [turn.label for turn in read_turns(self.turns) if turn.label is not None]
        return (turned[-1],) * len(self._labels) if turned else self._labels

    @property
    def _labels(self) -> tuple[int, ...]:
        """The label that each picture begins with. A surprise is one to the reader: the seed
        decides."""
        if self.digit == "all":
            return tuple(range(10))
        if len(self.digit) > 1 and is_number(self.digit):
            return tuple(int(digit) for digit in self.digit)
        if self.digit == "surprise":
            # A seed out of range is refused a moment later, by Request, in better words.
            return digits(self.seed % 2**32, self.n)
        return (int(self.digit),) * self.n

    @property
    def told(self) -> bool:
        """Whether the model is told which digit to draw, at the end at least."""
        turned = [turn.guidance for turn in read_turns(self.turns) if turn.guidance is not None]
        return [self.guidance, *turned][-1] > 0 and NO_LABEL not in self.labels

    @property
    def surprise(self) -> bool:
        """Whether the seed decides which digits they are."""
        return self.digit == "surprise"

    def request(self) -> Request:
        """The same, in the terms of the core."""
        # The distilled model has its guidance built in.
        guidance = 1.0 if self.sampler == "leap" else self.guidance
        return Request(self._labels, self.sampler, self.steps, guidance, self.seed)

    @property
    def every(self) -> int:
        """Every how many steps a frame is kept."""
        return kept_frames(self.request(), BUDGET)

    @property
    def frames(self) -> int:
        """How many frames the recording has: the kept steps, and the finished picture."""
        return frame_count(self.request(), self.every)

    def in_the_tab(self) -> jobs.TabJob | None:
        """How the tab makes it itself; None for a model that only the server has."""
        if self.model:
            return None
        if not self.origin:
            return jobs.drawing(self.request(), read_turns(self.turns))
        start = picture(self.start()).tobytes()
        return jobs.from_picture(self.request(), start, self.until / 1000)

    @property
    def address(self) -> str:
        """Where the stage fetches this run."""
        names = ["digit", "seed", "sampler", "steps", "guidance", "n"]
        names += ["origin", "until"] if self.origin else []
        names += ["turns"] if self.turns else []
        names += ["model"] if self.model else []
        return "api/sample?" + query_of(self, names)

    @property
    def caption(self) -> str:
        """The settings in words, to stand beside the picture."""
        return f"{self.manner} · seed {self.seed}"

    @property
    def manner(self) -> str:
        """All of that but the seed."""
        return " · ".join([self._way, *(turn.manner for turn in read_turns(self.turns))])

    @property
    def _way(self) -> str:
        if self.sampler == "leap":
            return f"{LEAPS[self.steps]} of the distilled model"
        steps = f"{self.steps} step" + ("s" if self.steps > 1 else "")
        sampler = SAMPLERS[self.sampler]
        whose = "your model · " if self.model else ""
        return f"{whose}{sampler} · {steps} · guidance {self.guidance:g}"


MODELS = {way.suffix: own_models.ModelChoice(f"model{way.suffix}") for way in RECIPES}
"""The setting for the model of each way to draw."""
SETTINGS = {**REVERSE, **table(*MODELS.values())}


def settings_of_address(params: Mapping[str, str]) -> tuple[list[ReverseSettings], int | None]:
    """The one or two runs that the reverse page shows at this address, and the step on stage.

    What the address leaves out is as usual. RequestError, in one sentence, for what the page could
    not use either.
    """
    refuse_unusable(params, SETTINGS)
    lanes = [_lane_of(params, way) for way in (RECIPES if COMPARE.of(params) else [FIRST])]
    if can_fork(lanes) and (forks := FORKS.of(params)):
        # Of several, the first: there is room for two.
        lanes.append(replace(lanes[0], turns=forks[0]))
    # A step of a run that was longer a moment ago is where this one ends.
    last = max(lane.steps for lane in lanes)
    return lanes, min(last, STEP.of(params)) if STEP.name in params else None


def _lane_of(params: Mapping[str, str], way: Recipe) -> ReverseSettings:
    sampler = way.sampler.of(params)
    steps, guidance = way.steps.of(params), way.guidance.of(params)
    if sampler == "leap":
        steps, guidance = way.leaps.of(params), 1.0
    digit, seed, n = DRAW.of(params), START.of(params), COUNT.of(params)
    own = MODELS[way.suffix].of(params)
    return ReverseSettings(digit, seed, sampler, steps, guidance, n, model=own)


def can_fork(lanes: Sequence[ReverseSettings]) -> bool:
    """Whether what is on stage can take a turn on its way: one run, which does not leap, from noise
    alone and with the shipped model."""
    first = lanes[0]
    return len(lanes) == 1 and not (first.sampler == "leap" or first.origin or first.model)


HOME_RUN = ReverseSettings("all", 13, "dpmpp", 24, 2.0)
"""The run that the first page shows from its recording."""


def recorded_scene(path: Path, settings: ReverseSettings, stage: str) -> bytes:
    """The scene of a run from the repository, for show: no status line, and not in the address."""
    return lanes_scene([settings], path, {"stage": stage}, quiet=True)


def reverse_words(lanes: Sequence[ReverseSettings]) -> list[tuple[float, str]]:
    """What to see at each noise level of the first of them, as of sentences_by_noise."""
    said = sentences_by_noise("reverse", "leaps, " if lanes[0].sampler == "leap" else "")
    if len(lanes) == 1:
        return said
    return [(limit, f"{words('reverse')['first']} {text}") for limit, text in said]


def reverse_scene(lanes: list[ReverseSettings], stage: str = STAGE) -> bytes:
    """The scene for the clock.

    On the lab's stage the usual settings are shown from the recording in the repository. On
    another, the model draws at once, and the position is kept out of the address.
    """
    recorded = stage == STAGE and lanes == [ReverseSettings()]
    head: dict[str, Any] = {
        "stage": stage,
        "unlisted": stage != STAGE,
        "words": reverse_words(lanes),
    }
    if stage == STAGE and can_fork(lanes):
        head["kind"] = "forked"
    return lanes_scene(lanes, REVERSE_SCENE if recorded else None, head)
