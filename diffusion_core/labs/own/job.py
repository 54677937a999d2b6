"""What can be asked about a model that a visitor trains: requests (service/work.py). No torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_SEED

if TYPE_CHECKING:
    from diffusion_core.service.work import Networks, Work

LONGEST = 180
"""Seconds."""
SHORTEST = 1
TOKEN = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True)
class TrainingDigits:
    """A model from random weights to digits, answered by events (own/learning.py) as it learns.

    RequestError, in one sentence, for what cannot be trained.
    """

    token: str
    """Of the page that asks, lower-case hexadecimal: no two visitors share a run."""
    folder: str
    """Where the finished model is put (own/shelf.py)."""
    digits: str = "0123456789"
    """Which of them it learns to draw."""
    seconds: float = LONGEST
    """How long it may learn. Preparing and judging come on top of that."""
    seed: int = 0
    owner: str = ""
    """Whose model it will be: the shelf keeps a few of each owner's."""

    size = 2_000_000
    width = 1

    def __post_init__(self) -> None:
        _check_token(self.token)
        known = self.digits.isascii() and self.digits.isdecimal()
        if not known or len(set(self.digits)) != len(self.digits):
            raise RequestError("digits must be some of 0123456789, each once, as in 38.")
        if not SHORTEST <= self.seconds <= LONGEST:
            raise RequestError(f"seconds must be from {SHORTEST} to {LONGEST}.")
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"The seed must be from 0 to {MAX_SEED}.")

    def work(self, networks: Networks) -> Work:
        """Its work. Errors as of train_digits."""
        from diffusion_core.labs.own.learning import train_digits

        return train_digits(self)


@dataclass(frozen=True)
class EndTraining:
    """Bring a TrainingDigits to its end within a few seconds, with a model that can be used.

    It is a short job and no training, so it does not wait in their line.
    """

    token: str
    """Of the run."""

    size = 1
    width = 0

    def __post_init__(self) -> None:
        _check_token(self.token)

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.own.learning import end_training

        return end_training(self)


def _check_token(token: str) -> None:
    if not TOKEN.fullmatch(token):
        raise RequestError("run must be 16 to 64 of the characters 0123456789abcdef.")
