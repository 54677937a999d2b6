"""What the forward page shows, from its settings: the scene that the stage plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.data.embedded import RECORDED, forward_noise
from diffusion_core.errors import AssetError, RequestError, note
from diffusion_core.files.bundle import bundle
from diffusion_core.schedule import CosineSchedule, LinearBetaSchedule, Schedule, alpha_sigma
from pages.engine.route import sources
from pages.shared.address import refuse_unusable
from pages.shared.asked import given
from pages.shared.digits import source
from pages.shared.words import sentences_by_noise, words
from pages.stage.recordings import diagram_row, recorded_answers
from quizzes.addresses import DIGIT, SCHEDULE, SCHEDULES, SEED, WHICH, T, steps_of
from quizzes.parameters import Whole, table

STAGE = "forward"


@dataclass(frozen=True)
class ForwardSettings:
    """Which digit (class, and which one of it, from 1), which noise, and which schedule."""

    digit: int = DIGIT.usual
    which: int = WHICH.usual
    seed: int = SEED.usual
    schedule: str = SCHEDULE.usual

    def __post_init__(self) -> None:
        if not 0 <= self.digit <= 9:
            raise RequestError("Choose a digit from 0 to 9.")
        if not 0 <= self.seed <= SEED.high:
            raise RequestError(f"The seed must be from 0 to {SEED.high}.")
        if self.schedule not in SCHEDULES:
            raise RequestError(f"Choose a schedule: one of {', '.join(SCHEDULES)}.")
        count = len(source().digits.places[self.digit])
        if not 1 <= self.which <= count:
            raise RequestError(f"There are {count} pictures of a {self.digit}: choose one of them.")

    @classmethod
    def parse(cls, texts: dict[str, str]) -> ForwardSettings:
        """From the words of an address. RequestError for what is out of range or not a number."""
        sentence = "digit, which and seed must be whole numbers."
        return cls(**given(cls, texts, lambda *_: sentence))

    @property
    def steps(self) -> int:
        """T, the number of steps on the timeline."""
        return steps_of(self.schedule)

    def make_schedule(self) -> Schedule:
        return CosineSchedule() if self.schedule == "cosine" else LinearBetaSchedule(self.steps)

    @property
    def amount_left(self) -> float:
        """The amount of digit that is left at the end of the timeline: alpha at t = 1."""
        return float(alpha_sigma(self.make_schedule(), 1.0)[0])

    def noise(self) -> NDArray[np.float32]:
        """eps, shape (28, 28)."""
        return forward_noise(self.seed)


def settings_of_address(params: Mapping[str, str]) -> tuple[ForwardSettings, int | None]:
    """What the forward page shows at this address, and the step on stage if it names one.

    What the address leaves out is as usual. RequestError, in one sentence, for what the page could
    not use either.
    """
    refuse_unusable(params, table(DIGIT, SCHEDULE))
    digit, schedule = DIGIT.of(params), SCHEDULE.of(params)
    last = T.up_to(steps_of(schedule))
    refuse_unusable(params, table(which_of(digit), SEED, last))
    settings = ForwardSettings(digit, WHICH.of(params), SEED.of(params), schedule)
    return settings, last.of(params) if T.name in params else None


def which_of(digit: int) -> Whole:
    """The setting for which of the pictures of a digit it is: there are so many here."""
    return WHICH.up_to(len(source().digits.places[digit]))


def picture(settings: ForwardSettings) -> NDArray[np.uint8]:
    """The chosen digit, uint8 (28, 28)."""
    digits = source().digits
    return digits.images[digits.places[settings.digit][settings.which - 1]]


def _told_words() -> list[str]:
    """What to see when the model is told too small a step, about the true one, too large a one."""
    return [" ".join(words("forward")[f"told {what}"].split()) for what in ("low", "true", "high")]


def forward_scene(
    settings: ForwardSettings,
    stage: str = STAGE,
    rest: int | None = None,
    told_about: int | None = None,
    still: bool = False,
) -> bytes:
    """The scene for the clock.

    rest: the step to open at; by default the lab's. told_about: instead of moving along the
    timeline, the picture stays at this step, and what moves is what the model is told about it.
    still: whether to open at `rest` for everybody instead of playing up to the end first.
    On another stage than the lab's, the position is kept out of the address.
    """
    alpha, sigma = alpha_sigma(settings.make_schedule(), np.linspace(0, 1, settings.steps + 1))
    arrays: dict[str, NDArray[Any]] = {
        "x0": picture(settings).reshape(-1),
        "eps": settings.noise().reshape(-1),
        "alpha": alpha.astype(np.float32),
        "sigma": sigma.astype(np.float32),
    }
    arrays |= diagram_row("reverse")
    mnist = source().mnist
    head: dict[str, Any] = {
        "kind": "forward" if told_about is None else "told",
        "truth": told_about,
        "stage": stage,
        "unlisted": stage != STAGE,
        "still": still,
        "last": settings.steps,
        "seconds": 9,
        "rest": round(0.42 * settings.steps) if rest is None else rest,
        "title": f"{'an' if settings.digit == 8 else 'a'} {settings.digit}",
        "seed": settings.seed,
        "words": sentences_by_noise("forward") if told_about is None else _told_words(),
        "engine": sources(),
        "ask": f"api/guess?digit={settings.digit}&which={settings.which}"
        f"&seed={settings.seed}&schedule={settings.schedule}&mnist={int(mnist)}"
        + (f"&told={told_about}" if told_about is not None else ""),
    }
    if told_about is None and not mnist and settings == ForwardSettings(*RECORDED):
        # What is shown before anybody asked for anything needs no model: it was asked beforehand.
        try:
            arrays |= recorded_answers()
            head["levels"] = len(arrays["error"])
        except AssetError as error:  # The stage asks the model instead, as for any other digit.
            note(error)
    return bundle(head, arrays)
