"""What can be asked about a training step, taken slowly: requests (service/work.py). No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE, MAX_SEED

if TYPE_CHECKING:
    from diffusion_core.service.work import Networks, Work

NETWORKS = ("new", "digits")
"""Whose copy takes the steps: one of random weights, or the one that ships."""
RATES = (0.003, 0.03, 0.3)
"""Of plain gradient descent: gentle, bold, and far too large."""
BATCHES = (1, 16)
MAX_ROUNDS = 40
"""Further rounds would take longer to do again, when their copy has been forgotten."""


@dataclass(frozen=True)
class TrainingRounds:
    """Round after round of training on a copy of a network; answered by the last of them.

    Everything is drawn from the seed, so equal jobs have equal answers. RequestError, in one
    sentence, for a value that is not offered.
    """

    network: str = "new"
    rate: float = 0.03
    batch: int = 1
    """How many digits each step learns from."""
    seed: int = 0
    rounds: int = 1
    mnist: bool = False
    """Whether the digits are MNIST's test digits, or the embedded ones."""

    size = 10 * 4 * IMAGE_SIZE**2
    width = 16

    def __post_init__(self) -> None:
        for name, offered in (("network", NETWORKS), ("rate", RATES), ("batch", BATCHES)):
            if getattr(self, name) not in offered:
                raise RequestError(f"{name} must be one of {', '.join(map(str, offered))}.")
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"seed must be from 0 to {MAX_SEED}.")
        if not 1 <= self.rounds <= MAX_ROUNDS:
            raise RequestError(f"round must be from 1 to {MAX_ROUNDS}.")

    def work(self, networks: Networks) -> Work:
        """Its work. MnistError if the digits are to be MNIST's, and it is not there."""
        from diffusion_core.labs.one_step.rounds import rounds_done

        return rounds_done(self, networks)


@dataclass(frozen=True)
class LevelCurve:
    """The mean loss of a network, before any of our rounds, at each of some noise levels."""

    network: str = "digits"
    mnist: bool = False

    size = 1_000
    width = 32

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise RequestError(f"network must be one of {', '.join(NETWORKS)}.")

    def work(self, networks: Networks) -> Work:
        """Its work. Errors as of TrainingRounds."""
        from diffusion_core.labs.one_step.rounds import curved

        return curved(self, networks)
