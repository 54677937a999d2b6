"""What the sound model is and what it is trained on, for `python -m diffusion_core train`."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from diffusion_core.labs.sound.notes import LENGTH
from diffusion_core.labs.sound.synth import notes
from diffusion_core.samplers import time_grid
from diffusion_core.schedule import Floats
from diffusion_core.training import stratified_times
from diffusion_core.unet import UNetConfig

SIZE = (1, LENGTH)
"""Of one wave."""
SHAPE = UNetConfig(
    widths=(96, 112),
    embedding=128,
    dimensions=1,
    fold=64,
    shrink=2,
    positions=LENGTH // 128,
    echo=True,
)
"""64 samples (8 ms) become one of 64 cells with 96 channels; the coarse grid has 32 cells.

The wave enters as it is. Its cosine transform, in which a tone is a narrow peak, would be the same
process, since it is orthonormal; after as many steps it had learned less (docs/measurements.md).
"""
NOTES, UNSEEN = 16_000, 1_000
"""How many notes are learned from, and how many are kept aside to test with."""
TRAINING_SEED, UNSEEN_SEED = 1, 2
"""Of the notes; different seeds have no note in common."""


def waves_for(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Notes as the network takes them: (count, 1, LENGTH) float32 and labels (count,) int64."""
    waves, labels = notes(count, seed)
    return torch.from_numpy(waves)[:, None], torch.from_numpy(labels.astype(np.int64))


STEPS, BATCH_SIZE = 2_400, 64
EARLIEST = 0.1
"""Below this time nothing is learned. The last step of a sampler begins later (GRID_POWER), and
the loss of v weighs what is heard least there most: to tell a little hiss from none, exactly."""
GRID_POWER = 0.4
"""Of the times at which notes are made (samplers.time_grid): in 20 steps the last one begins at
t = 0.3. The guess from there is cleaner than one from nearer to the end (docs/measurements.md)."""


def times_learned(count: int, seed: int) -> Floats:
    """`count` times in [EARLIEST, 1), spread evenly."""
    return EARLIEST + (1 - EARLIEST) * stratified_times(count, seed)


def note_times(steps: int) -> Floats:
    """The times that a sampler of notes visits, falling from 1 to 0, (steps + 1,)."""
    return time_grid(steps, GRID_POWER)
