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

from diffusion_core.schedule import Floats
from diffusion_core.training import fast_precision, stratified_times
from diffusion_core.training_config import TrainingConfig
from diffusion_core.unet import UNetConfig

SHAPE = UNetConfig(widths=(24, 48), blocks=1, embedding=128, positions=7 * 7, echo=True)
TOWARDS_NOISE = 0.6
"""The power of u, even in [0, 1), that is the time t of a question."""
FIRST_PLAN = 1_000
"""Steps that are planned before anything is known of the pace."""
PACE_OF = 20
"""Of how many last steps the pace is taken."""


def configuration(seed: int) -> TrainingConfig:
    """How it is trained: as the shipped model, but for a run of minutes."""
    return TrainingConfig(
        steps=FIRST_PLAN,
        batch_size=64,
        adam_rate=4e-3,
        momentum=0.9,
        warmup=30,
        decay=0.25,
        label_dropout=0.05,
        ema_gamma=12.0,
        precision=fast_precision("cpu"),
        seed=seed,
    )


def times(count: int, seed: int) -> Floats:
    """The times that are practised: more of the noisy ones.

    In much noise the shape of a digit is decided, and edges can wait. A run of hours has
    time for both, and practises all times alike.
    """
    return stratified_times(count, seed) ** TOWARDS_NOISE


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


class Threads:
    """On how many threads to compute: on one, or on as many as there are, whichever is faster now.

    Threads wait for each other some hundred times in a step. Where other processes want the
    processors, too, each wait can cost a time slice of theirs, and two threads are many times
    slower than one (docs/measurements.md). So both are tried, and tried again now and then, the
    less often the more clearly many threads have lost.
    """

    STEPS = 2
    """Of each trial."""
    AGAIN = 10.0
    """Seconds until the next."""

    def __init__(self, most: int) -> None:
        self.now = 1
        self._most = most
        self._took: list[float] = []
        self._of_one = math.inf
        self._wait = self.AGAIN
        self._trial_at = 0.0
        self._deciding = most > 1

    def heard(self, now: float, took: float) -> None:
        """A step that ended at `now` took so many seconds; decide on how many to take the next."""
        if not self._deciding:
            if self._most > 1 and now >= self._trial_at:
                self.now, self._deciding, self._took = 1, True, []
            return
        self._took.append(took)
        lost = self.now > 1 and took > 2 * self._of_one
        if len(self._took) < self.STEPS and not lost:
            return
        best, self._took = min(self._took), []
        if self.now == 1:
            self.now, self._of_one = self._most, best
            return
        self._deciding = False
        if best < self._of_one:
            self._wait = self.AGAIN
        else:
            self.now = 1
            self._wait *= 2
        self._trial_at = now + self._wait
