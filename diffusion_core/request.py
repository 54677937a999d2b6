"""What can be asked of the model: which digits, drawn how. Checked without loading torch."""

from __future__ import annotations

from dataclasses import dataclass

from diffusion_core.errors import RequestError

IMAGE_SIZE = 28
NUM_CLASSES = 10
NO_LABEL = NUM_CLASSES
"""The label that stands for "no label": what the network sees when a label is dropped."""
WALKING_SAMPLERS = ("ddpm", "ddim", "heun", "dpmpp")
"""Those that take any number of steps, with the model itself."""
SAMPLER_NAMES = (*WALKING_SAMPLERS, "leap")
LEAP_STEPS = (1, 2, 4)
"""In how many leaps the distilled model can draw."""
LEAP_TIMES = (1.0, 0.75, 0.5, 0.25)
"""The times from which the distilled model leaps; see distillation.py."""
MAX_STEPS = 1000
MAX_GUIDANCE = 5.0
MAX_SEED = 2**31 - 1
GUESS_LEVELS = 101
"""At how many noise levels a digit is asked about; see labs/guess.py."""


@dataclass(frozen=True)
class Request:
    """What to draw, and how: everything that decides the pictures. Checked when made.

    labels: one picture each, 0..9 or NO_LABEL. RequestError, in one sentence, for a value out
    of range.
    """

    labels: tuple[int, ...]
    sampler: str = "dpmpp"
    steps: int = 20
    guidance: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.labels:
            raise RequestError("Choose at least one digit to draw.")
        if not all(0 <= label <= NUM_CLASSES for label in self.labels):
            raise RequestError("Each digit must be from 0 to 9.")
        if self.sampler not in SAMPLER_NAMES:
            known = ", ".join(SAMPLER_NAMES)
            raise RequestError(f"There is no sampler {self.sampler!r}: choose one of {known}.")
        if not 1 <= self.steps <= MAX_STEPS:
            raise RequestError(f"Steps must be from 1 to {MAX_STEPS}; got {self.steps}.")
        if self.sampler == "leap" and self.steps not in LEAP_STEPS:
            raise RequestError(f"Leaps come by 1, 2 or 4: choose one of these; got {self.steps}.")
        if self.sampler == "leap" and (self.guidance != 1 or NO_LABEL in self.labels):
            raise RequestError(
                "The leaping model has its guidance built in and always draws a given digit: "
                "leave guidance at 1 and name the digits."
            )
        if not 0 <= self.guidance <= MAX_GUIDANCE:
            raise RequestError(f"Guidance must be from 0 to {MAX_GUIDANCE:g}; got {self.guidance}.")
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"The seed must be from 0 to {MAX_SEED}; got {self.seed}.")


def network_of(sampler: str) -> str:
    """Which network a sampler asks: "leap", the distilled one, or "digits"."""
    return "leap" if sampler == "leap" else "digits"
