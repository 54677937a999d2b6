"""What the reverse page shows, from its settings: one or two runs of the model on one timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import numpy as np

from diffusion_core.data.embedded import REVERSE_SCENE
from diffusion_core.errors import RequestError
from diffusion_core.files.frames import frame_count, kept_frames
from diffusion_core.request import (
    MAX_GUIDANCE,
    MAX_SEED,
    MAX_STEPS,
    SAMPLER_TITLES,
    Request,
)
from pages.shared import own_models
from pages.shared.address import Check, number, one_of, refuse_unusable, whole
from pages.shared.numbers import number_of, whole_of
from pages.shared.words import sentences_by_noise, words
from pages.stage.forward import ForwardSettings
from pages.stage.lanes import lanes_scene

Key = TypeVar("Key", str, int)
STAGE = "reverse"
LEAP_NAMES = {1: "one leap", 2: "two leaps", 4: "four leaps"}
DIGIT_NAMES = {**{d: d for d in "0123456789"}, "surprise": "surprise me", "all": "all ten"}
MAX_PICTURES = 16
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

    digit: str = "3"
    seed: int = 7
    sampler: str = "dpmpp"
    steps: int = 20
    guidance: float = 1.5
    n: int = 4
    origin: str = ""
    """Start from this digit of the forward page ("3.2": the second 3) instead of pure noise ..."""
    until: int = 1000
    """... covered with noise up to this step of 1000."""
    model: str = ""
    """The name of a model that was trained here (own_models.py); the shipped one, if none."""

    def __post_init__(self) -> None:
        if self.digit not in DIGIT_NAMES and not is_number(self.digit):
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
        self.request()  # which checks the rest

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
        try:
            whole = ("seed", "steps", "n", "until")
            numbers = {name: whole_of(texts[name]) for name in whole if name in texts}
            guidance = number_of(texts.get("guidance", str(cls.guidance)))
        except ValueError as error:
            raise RequestError("seed, steps, n and guidance must be numbers.") from error
        words = ("digit", "sampler", "origin", "model")
        given = {name: texts[name] for name in words if name in texts}
        return cls(**given, **numbers, guidance=guidance)  # type: ignore[arg-type]

    @property
    def labels(self) -> tuple[int, ...]:
        """The label of each picture. A surprise is one to the reader: the seed decides."""
        if self.digit == "all":
            return tuple(range(10))
        if len(self.digit) > 1 and is_number(self.digit):
            return tuple(int(digit) for digit in self.digit)
        if self.digit == "surprise":
            # A negative seed is refused a moment later, by Request, in better words than numpy's.
            drawn = np.random.default_rng(abs(self.seed)).integers(0, 10, self.n)
            return tuple(drawn.tolist())
        return (int(self.digit),) * self.n

    @property
    def told(self) -> bool:
        """Whether the model is told which digit to draw."""
        return self.guidance > 0

    def request(self) -> Request:
        """The same, in the terms of the core."""
        # The distilled model has its guidance built in.
        guidance = 1.0 if self.sampler == "leap" else self.guidance
        return Request(self.labels, self.sampler, self.steps, guidance, self.seed)

    @property
    def every(self) -> int:
        """Every how many steps a frame is kept."""
        return kept_frames(self.request(), BUDGET)

    @property
    def frames(self) -> int:
        """How many frames the recording has: the kept steps, and the finished picture."""
        return frame_count(self.request(), self.every)

    @property
    def address(self) -> str:
        """Where the stage fetches this run."""
        return "api/sample?" + urlencode(
            {
                "digit": self.digit,
                "seed": self.seed,
                "sampler": self.sampler,
                "steps": self.steps,
                "guidance": f"{self.guidance:g}",
                "n": self.n,
                **({"origin": self.origin, "until": self.until} if self.origin else {}),
                **({"model": self.model} if self.model else {}),
            }
        )

    @property
    def caption(self) -> str:
        """The settings in words, to stand beside the picture."""
        if self.sampler == "leap":
            return f"{LEAP_NAMES[self.steps]} of the distilled model · seed {self.seed}"
        steps = f"{self.steps} step" + ("s" if self.steps > 1 else "")
        sampler = SAMPLER_TITLES[self.sampler]
        whose = "your model · " if self.model else ""
        return f"{whose}{sampler} · {steps} · guidance {self.guidance:g} · seed {self.seed}"


SECOND = ReverseSettings(steps=5)
"""What the usual settings are compared with, until the reader chooses something else."""


def settings_of_address(params: Mapping[str, str]) -> tuple[list[ReverseSettings], int | None]:
    """The one or two runs that the reverse page shows at this address, and the step on stage.

    What the address leaves out is as usual. RequestError, in one sentence, for what the page could
    not use either.
    """
    checks: dict[str, Check] = {
        "draw": one_of([*DIGIT_NAMES.values()]),
        "start": whole(0, MAX_SEED),
        "n": whole(1, MAX_PICTURES),
        "compare": one_of(["true", "false"]),
        "step": whole(0, MAX_STEPS),
    }
    for which in ("", "2"):
        checks[f"sampler{which}"] = one_of([*SAMPLER_TITLES.values()])
        checks[f"steps{which}"] = whole(1, MAX_STEPS)
        checks[f"leaps{which}"] = one_of([*LEAP_NAMES.values()])
        checks[f"guidance{which}"] = number(0, MAX_GUIDANCE)
        checks[f"model{which}"] = own_models.check
    refuse_unusable(params, checks)
    usual = ReverseSettings()
    digit = _named(DIGIT_NAMES, params.get("draw"), usual.digit)
    seed, n = int(params.get("start", usual.seed)), int(params.get("n", usual.n))
    ways = [("", usual), ("2", SECOND)] if params.get("compare") == "true" else [("", usual)]
    lanes = []
    for which, preset in ways:
        sampler = _named(SAMPLER_TITLES, params.get(f"sampler{which}"), preset.sampler)
        steps = int(params.get(f"steps{which}", preset.steps))
        guidance = float(params.get(f"guidance{which}", preset.guidance))
        if sampler == "leap":
            steps, guidance = _named(LEAP_NAMES, params.get(f"leaps{which}"), 2), 1.0
        own = own_models.name_in(params.get(f"model{which}", ""))
        lanes.append(ReverseSettings(digit, seed, sampler, steps, guidance, n, model=own))
    # A step of a run that was longer a moment ago is where this one ends.
    last = max(lane.steps for lane in lanes)
    return lanes, min(last, int(params["step"])) if "step" in params else None


def _named(names: Mapping[Key, str], shown: str | None, usual: Key) -> Key:
    """The key of a shown name; without a name, the usual one."""
    return next((key for key, name in names.items() if name == shown), usual)


HOME_RUN = ReverseSettings("all", 13, "dpmpp", 24, 2.0)
"""The run that the first page shows from its recording."""


def recorded_scene(path: Path, settings: ReverseSettings, stage: str) -> bytes:
    """The scene of a run from the repository, for show: no status line, and not in the address."""
    return lanes_scene([settings], path, {"stage": stage, "quiet": True})


def reverse_words(lanes: Sequence[ReverseSettings]) -> list[tuple[float, str]]:
    """What to see at each noise level of the first of them, as of sentences_by_noise."""
    said = sentences_by_noise("reverse", "leaps, " if lanes[0].sampler == "leap" else "")
    if len(lanes) == 1:
        return said
    return [(limit, f"{words('reverse')['first']} {text}") for limit, text in said]


def reverse_scene(lanes: list[ReverseSettings], presses: int, stage: str = STAGE) -> bytes:
    """The scene for the clock.

    presses: of Generate; one more runs the model again, also with the same settings. Until the
    first, the usual settings are shown from the recording in the repository. On another stage than
    the lab's, the position is kept out of the address.
    """
    recorded = presses == 0 and lanes == [ReverseSettings()]
    head = {
        "stage": stage,
        "presses": presses,
        "unlisted": stage != STAGE,
        "words": reverse_words(lanes),
    }
    return lanes_scene(lanes, REVERSE_SCENE if recorded else None, head)
