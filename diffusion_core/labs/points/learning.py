"""A training in the plane, as work: snapshots of what the network knows by now."""

from __future__ import annotations

import math

import numpy as np
import torch

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import TrainingDivergedError, UserFacingError
from diffusion_core.exact import IdealDenoiser
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.network import PointNetworkConfig
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.points.snapshots import Camera
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import Floats, make_schedule
from diffusion_core.service.work import Work
from diffusion_core.training import (
    Times,
    TrainingConfig,
    new_state,
    stratified_times,
    train,
)

BATCH = 512
ADAM_SHARE = 0.2
"""The rate of AdamW as a share of Muon's."""


def config_of(settings: PointSettings) -> TrainingConfig:
    """How the network is trained. The average follows quickly: a run is a few hundred steps."""
    return TrainingConfig(
        steps=settings.steps,
        batch_size=BATCH,
        learning_rate=settings.learning_rate,
        adam_rate=ADAM_SHARE * settings.learning_rate,
        warmup=20,
        decay=0.3,
        label_dropout=0.0,
        ema_gamma=5.0,
        seed=settings.seed,
    )


def times_of(settings: PointSettings) -> Times:
    """Which noise levels are practised."""

    def times(count: int, seed: int) -> Floats:
        t = stratified_times(count, seed)
        if settings.only is not None:
            return np.full(count, settings.only)
        if settings.levels:
            return (np.floor(t * settings.levels) + 1) / settings.levels
        return t

    return times


def moments(settings: PointSettings) -> list[int]:
    """After which steps a snapshot is taken: often at first, when most is learned, and at the end.

    They follow from the settings and not from the clock, so that the same training has the same
    snapshots on any machine. A step of a wide network takes longer, so it has more of them.
    """
    pace = {256: 2, 128: 4}.get(settings.width, 8)
    early = [*range(0, 24, 2), *range(24, 64, 4)]
    wanted = sorted({*early, *range(64, settings.steps, pace), settings.steps})
    return [step for step in wanted if step <= settings.steps]


def learn(settings: PointSettings) -> Work:
    """Train, and yield the head and the snapshots (snapshots.py); b"" after any other step.

    UserFacingError, in a sentence for the reader, when the loss is no longer a number.
    """
    x_0 = torch.from_numpy(points_of(settings)).float()
    camera = Camera(settings, x_0)
    wanted = moments(settings)
    yield camera.head(wanted)
    yield camera.take(IdealDenoiser(x_0), 0, math.nan)
    state = new_state(config_of(settings), PointNetworkConfig(settings.width, told=settings.told))
    learned = NetworkDenoiser(state.average)
    yield camera.take(learned, 0, math.nan)
    # An epoch of few points would be a batch of few, and learn little a step.
    pool = x_0.repeat(math.ceil(BATCH / len(x_0)), 1)
    labels = torch.full((len(pool),), NO_LABEL)
    schedule = make_schedule(settings.schedule)
    losses: list[float] = []
    following = iter(wanted[1:])
    due = next(following)
    try:
        for event in train(state, pool, labels, schedule, times_of(settings)):
            losses.append(event.loss)
            if event.step < due:
                yield b""
                continue
            yield camera.take(learned, event.step, sum(losses) / len(losses))
            losses.clear()
            due = next(following, settings.steps)
    except TrainingDivergedError as error:
        raise UserFacingError(
            f"After {state.step} steps the loss is no longer a number: the learning rate "
            f"{settings.learning_rate:g} is too high. Choose a smaller one and train again."
        ) from error
