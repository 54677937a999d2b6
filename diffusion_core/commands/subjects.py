"""What `train` can teach: digits, or notes. They differ in data, in shape and in their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from diffusion_core.files.shipped import MODELS
from diffusion_core.labs.sound.training import (
    BATCH_SIZE,
    NOTES,
    STEPS,
    TRAINING_SEED,
    UNSEEN,
    UNSEEN_SEED,
    times_learned,
    waves_for,
)
from diffusion_core.training import Times, stratified_times
from diffusion_core.training_config import TrainingConfig
from diffusion_core.unet import UNetConfig

Examples = tuple[Tensor, Tensor]
"""x_0 (N, ...) float32 as the network takes it, and labels (N,) int64."""


@dataclass(frozen=True)
class Subject:
    """One of the things that can be learned."""

    shape: Callable[[], UNetConfig]
    load: Callable[[], tuple[Examples, Examples]]
    """What is learned from, and what is kept aside to test with."""
    out: Path
    state: Path
    steps: int
    batch_size: int
    card: dict[str, Any]
    """name, what, data: for the model's card."""
    times: Times = stratified_times
    """Which times are learned."""


def sound(shape: Callable[[], UNetConfig]) -> Subject:
    """Notes that we synthesise, as waves."""
    return Subject(
        shape,
        lambda: (waves_for(NOTES, TRAINING_SEED), waves_for(UNSEEN, UNSEEN_SEED)),
        MODELS["sound"],
        Path("runs/sound"),
        STEPS,
        BATCH_SIZE,
        {
            "name": "sound",
            "what": "Pitch-conditional diffusion model of notes, waves of 4,096 samples at 8 kHz, "
            "velocity prediction.",
            "data": f"{NOTES:,} notes that the project synthesises itself "
            "(diffusion_core/labs/sound/synth.py): plucked strings and struck bars, C4 to C5",
        },
        times_learned,
    )


def digits(
    shape: Callable[[], UNetConfig], load: Callable[[], tuple[Examples, Examples]]
) -> Subject:
    """MNIST, as `load` reads it."""
    default = TrainingConfig()
    return Subject(
        shape,
        load,
        MODELS["digits"],
        Path("runs/digits"),
        default.steps,
        default.batch_size,
        {
            "name": "digits",
            "what": "Class-conditional diffusion model of MNIST digits, 28x28, velocity "
            "prediction.",
            "data": "MNIST, the 60,000 training images",
        },
    )
