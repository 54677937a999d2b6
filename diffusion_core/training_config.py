"""How a training is set up: plain values without torch, which a page may tell the reader's tab."""

from __future__ import annotations

import math
from dataclasses import dataclass

from diffusion_core.errors import RequestError

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. Times are in steps; one step is one batch.

    The learning rates rise over `warmup` steps, stay, and fall linearly to zero over the last
    `decay` fraction ("warmup, stable, decay": the total may still be changed on resuming, until
    the decay has begun). `precision` is that of the network's passes while training; weights,
    their average and the optimizers' state are float32 in any case.
    """

    steps: int = 20_000
    batch_size: int = 128
    learning_rate: float = 1e-2
    """Of weight matrices, under Muon: how far the strongest direction moves in a step."""
    adam_rate: float = 2e-3
    """Of everything else, under AdamW."""
    momentum: float = 0.95
    """Of Muon: how much of the gradients before counts in a step. A short run wants less."""
    warmup: int = 200
    decay: float = 0.25
    weight_decay: float = 0.01
    label_dropout: float = 0.1
    ema_gamma: float = 16.97
    gradient_clip: float = 1.0
    precision: str = "float32"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_size < 1:
            raise RequestError(
                "Training takes at least one step of at least one picture; "
                f"got {self.steps} of {self.batch_size}."
            )
        if not 0 < self.learning_rate < math.inf:
            raise RequestError(f"The learning rate must be above 0; got {self.learning_rate}.")
        if not 0 <= self.seed < 2**31:
            raise RequestError(f"The seed must be from 0 to {2**31 - 1}; got {self.seed}.")
        if self.precision not in PRECISIONS:
            raise RequestError(f"The precision must be one of {', '.join(PRECISIONS)}.")

    def share_at(self, step: int) -> float:
        """What share of the learning rates this step takes, counted from 0."""
        rise = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        fall = min(1.0, (self.steps - step) / max(1.0, self.decay * self.steps))
        return rise * max(fall, 0.0)

    @property
    def decay_from(self) -> int:
        """The last step, as a count of steps done, before the learning rates begin to fall."""
        return self.steps - math.ceil(self.decay * self.steps)
