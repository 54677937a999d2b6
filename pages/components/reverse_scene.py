"""What the reverse page shows, from its settings: one or two runs of the model on one timeline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from diffusion_core.embedded import REVERSE_SCENE
from diffusion_core.errors import RequestError
from diffusion_core.request import Request, frame_count, kept_frames
from pages.components.stage.bundle import bundle
from pages.components.words import sentences_by_noise

STAGE = "reverse"
SAMPLER_NAMES = {
    "dpmpp": "DPM-Solver++(2M)",
    "ddim": "DDIM",
    "heun": "Heun",
    "ddpm": "DDPM",
    "leap": "leaps (distilled)",
}
LEAP_NAMES = {1: "one leap", 2: "two leaps", 4: "four leaps"}
DIGIT_NAMES = {**{d: d for d in "0123456789"}, "surprise": "surprise me", "all": "all ten"}
MAX_PICTURES = 16
BUDGET = 6_000_000
"""Bytes of recorded frames a run may send; a longer one keeps every k-th step."""


@dataclass(frozen=True)
class ReverseSettings:
    """What to draw. digit: "0" ... "9", "surprise" (any digits) or "all" (0 to 9 in a row)."""

    digit: str = "3"
    seed: int = 7
    sampler: str = "dpmpp"
    steps: int = 20
    guidance: float = 1.5
    n: int = 4

    def __post_init__(self) -> None:
        if self.digit not in DIGIT_NAMES:
            raise RequestError("Choose a digit from 0 to 9, surprise or all.")
        if not 1 <= self.n <= MAX_PICTURES:
            raise RequestError(f"Choose from 1 to {MAX_PICTURES} pictures.")
        self.request()  # which checks the rest

    @classmethod
    def parse(cls, texts: dict[str, str]) -> ReverseSettings:
        """From the words of an address. RequestError for what is out of range or not a number."""
        try:
            numbers = {name: int(texts[name]) for name in ("seed", "steps", "n") if name in texts}
            guidance = float(texts.get("guidance", cls.guidance))
        except ValueError as error:
            raise RequestError("seed, steps, n and guidance must be numbers.") from error
        given = {name: texts[name] for name in ("digit", "sampler") if name in texts}
        return cls(**given, **numbers, guidance=guidance)  # type: ignore[arg-type]

    @property
    def labels(self) -> tuple[int, ...]:
        """The label of each picture. A surprise is one to the reader: the seed decides."""
        if self.digit == "all":
            return tuple(range(10))
        if self.digit == "surprise":
            # A negative seed is refused a moment later, by Request, in better words than numpy's.
            drawn = np.random.default_rng(abs(self.seed)).integers(0, 10, self.n)
            return tuple(drawn.tolist())
        return (int(self.digit),) * self.n

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
            }
        )

    @property
    def caption(self) -> str:
        """The settings in words, to stand beside the picture."""
        if self.sampler == "leap":
            return f"{LEAP_NAMES[self.steps]} of the distilled model · seed {self.seed}"
        steps = f"{self.steps} step" + ("s" if self.steps > 1 else "")
        sampler = SAMPLER_NAMES[self.sampler]
        return f"{sampler} · {steps} · guidance {self.guidance:g} · seed {self.seed}"


HOME_RUN = ReverseSettings("all", 13, "dpmpp", 24, 2.0)
"""The run that the first page shows from its recording."""


def recorded_scene(path: Path, settings: ReverseSettings, stage: str) -> bytes:
    """The scene of a run from the repository, for show: no status line, and not in the address."""
    return _scene([settings], path, {"stage": stage, "quiet": True})


def reverse_scene(lanes: list[ReverseSettings], presses: int) -> bytes:
    """The scene for the clock.

    presses: of Generate; one more runs the model again, also with the same settings. Until the
    first, the usual settings are shown from the recording in the repository.
    """
    recorded = presses == 0 and lanes == [ReverseSettings()]
    head = {"stage": STAGE, "presses": presses}
    return _scene(lanes, REVERSE_SCENE if recorded else None, head)


@cache
def _recorded(path: Path) -> NDArray[np.uint8]:
    with np.load(path) as saved:
        return np.asarray(saved["recording"])


def _scene(lanes: list[ReverseSettings], recording: Path | None, extra: dict[str, Any]) -> bytes:
    last = max(lane.frames for lane in lanes) - 1
    head: dict[str, Any] = {
        "kind": "reverse",
        "last": last,
        "seconds": min(6, 1.2 * last),
        "rest": last,
        "lanes": [
            {
                "address": lane.address,
                "caption": lane.caption,
                "frames": lane.frames,
                "steps": lane.steps,
                "every": lane.every,
                "count": len(lane.labels),
                "labels": list(lane.labels),
            }
            for lane in lanes
        ],
        "words": sentences_by_noise("reverse"),
        **extra,
    }
    arrays = {}
    if recording:
        arrays["recording"] = _recorded(recording)
    return bundle(head, arrays)
