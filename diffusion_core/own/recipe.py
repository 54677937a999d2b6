"""What a visitor's model looks like and how it is trained: readable digits in three minutes.

Chosen by trial (docs/measurements.md, "A model of one's own"). A run lasts a given time and not a
given number of steps, on a machine that may be busy with others, so it is planned anew before each
step: at the pace of late, how many steps will there have been? The learning rates fall towards
that number (training.py), and a run that is told to end soon lets them fall soon.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from torch.nn.attention import SDPBackend, sdpa_kernel

from diffusion_core.training import TrainingConfig, fast_precision
from diffusion_core.unet import UNetConfig

SHAPE = UNetConfig(widths=(32, 64), blocks=1, embedding=128)
FIRST_PLAN = 1_000
"""Steps that are planned before anything is known of the pace."""
PACE_OF = 20
"""Of how many last steps the pace is taken."""


def configuration(seed: int) -> TrainingConfig:
    """How it is trained: as the shipped model, but for a run of minutes."""
    return TrainingConfig(
        steps=FIRST_PLAN,
        batch_size=128,
        warmup=50,
        decay=0.4,
        ema_gamma=6.94,
        precision=fast_precision("cpu"),
        seed=seed,
    )


@contextmanager
def plain_attention() -> Iterator[None]:
    """Within it, attention is computed as it is written down.

    torch's fused attention saves memory where pictures have thousands of cells. These have 49,
    and on a processor its way back takes longer than all convolutions of this network together.
    """
    with sdpa_kernel(SDPBackend.MATH):
        yield


class Plan:
    """How many steps a run will have, by the time that is left and the pace of late."""

    def __init__(self) -> None:
        self._ended: deque[float] = deque(maxlen=PACE_OF + 1)

    def heard(self, now: float) -> None:
        """A step ended, or the first begins, at this time in seconds."""
        self._ended.append(now)

    def steps(self, done: int, left: float) -> int:
        """Steps in all: those that are done, and as many as `left` seconds are good for; at least
        one more."""
        if len(self._ended) < 2:
            return max(FIRST_PLAN, done + 1)
        pace = (self._ended[-1] - self._ended[0]) / (len(self._ended) - 1)
        return done + max(1, math.ceil(left / max(pace, 1e-6)))
