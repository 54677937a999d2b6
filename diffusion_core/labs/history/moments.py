"""Moments of a training run, kept while it trains: the averaged weights, and how long it took.

Learning is quick at first and slow later, so the moments lie evenly in the logarithm of the step:
step 0 (random weights), the first at `FIRST` steps, and the last at the end of the run. What the
network could draw at each of them is found out afterwards (`python -m diffusion_core moments`,
portrait.py), so that recording costs a run no more than writing a file a dozen times.

The folder holds NNNNNN.safetensors and its card for each moment, and losses.npy, the training loss
of every step so far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import read_card, save_checkpoint
from diffusion_core.files.whole import replacing
from diffusion_core.schedule import Floats
from diffusion_core.training import TrainingEvent, TrainingState
from diffusion_core.unet import UNet

MOMENTS = 12
FIRST = 25
"""The first moment after random weights, in steps."""
LOSSES = "losses.npy"


def moment_steps(steps: int, count: int = MOMENTS, first: int = FIRST) -> tuple[int, ...]:
    """The steps, rising from 0 to `steps`, after which a run of so many steps is looked at.

    At most `count` of them: 0, and from `first` on in equal ratios, rounded; fewer where rounding
    makes two equal, as it does in a very short run.
    """
    if steps <= first:
        return (*range(0, steps, max(1, steps // 2)), steps)
    later = np.geomspace(first, steps, count - 1).round().astype(int)
    return (0, *sorted({*later.tolist()}))


@dataclass(frozen=True)
class Moment:
    """A network as it was at one moment of its training, and what was noted of it then."""

    path: Path
    """Its averaged weights, .safetensors."""
    step: int
    examples: int
    """How many pictures it had seen, counted each time."""
    seconds: float
    """Of training so far."""
    loss: float | None
    """Mean training loss since the moment before; None at step 0."""
    test_loss: float


class Recorder:
    """Keeps the moments of one run in `folder`; a resumed run goes on where it was.

    `test_loss` measures the state's average; it is called at each moment.
    """

    def __init__(
        self,
        folder: Path,
        state: TrainingState[UNet],
        test_loss: Callable[[], float],
    ) -> None:
        self.folder, self._test_loss = folder, test_loss
        self._steps = {*moment_steps(state.config.steps)}
        self._losses = [] if state.step == 0 else _read_losses(folder, state.step)
        for moment in read_moments(folder):
            # What an earlier run left here, or one that was further than what it is resumed from.
            if moment.step > state.step or state.step == 0:
                moment.path.unlink()
                moment.path.with_suffix(".json").unlink()
        if state.step == 0:
            self._keep(state)

    def hear(self, event: TrainingEvent, state: TrainingState[UNet]) -> None:
        """Note what a step did; keep the state's average if it is one of the moments."""
        self._losses.append(event.loss)
        if event.step in self._steps:
            self._keep(state)

    def save(self) -> None:
        """Write the losses so far: to be called whenever the state is saved."""
        with replacing(self.folder / LOSSES) as temporary, temporary.open("wb") as file:
            np.save(file, np.array(self._losses, np.float32))

    def _keep(self, state: TrainingState[UNet]) -> None:
        before = max((m.step for m in read_moments(self.folder)), default=0)
        since = self._losses[before - state.step :] if before < state.step else []
        card: dict[str, Any] = {
            "step": state.step,
            "examples": state.step * state.config.batch_size,
            "seconds": round(state.seconds, 1),
            "loss": float(np.nanmean(since)) if np.isfinite(since).any() else None,
            "test_loss": self._test_loss(),
        }
        save_checkpoint(self.folder / f"{state.step:06d}.safetensors", state.average, card)
        self.save()


def read_moments(folder: Path) -> list[Moment]:
    """The moments that are kept in `folder`, in order."""
    paths = sorted(folder.glob("[0-9]*.safetensors"))
    return [Moment(path, **read_card(path)) for path in paths]


def read_losses(folder: Path) -> Floats:
    """The training loss of each step of the run whose moments are in `folder`: float64 (steps,).

    RequestError if there are none.
    """
    path = folder / LOSSES
    if not path.is_file():
        raise RequestError(f"There are no moments of a run in {folder}: `make train` keeps them.")
    return np.asarray(np.load(path, allow_pickle=False), np.float64)


def _read_losses(folder: Path, step: int) -> list[float]:
    """The losses of the steps before `step`.

    A run that was begun before moments were kept has none: those of its early steps are nan.
    """
    known: list[float] = []
    if (folder / LOSSES).is_file():
        known = read_losses(folder).tolist()[:step]
    return [float("nan")] * (step - len(known)) + known
