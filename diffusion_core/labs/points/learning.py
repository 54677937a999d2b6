"""A training in the plane, as work: snapshots of what the network knows by now."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import TrainingDivergedError, UserFacingError
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.labs.points import chance
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.network import PointNetworkConfig
from diffusion_core.labs.points.plan import BATCH, DIVERGED, config_of, moments
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.points.snapshots import Camera
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import Floats, make_schedule
from diffusion_core.service.work import Work
from diffusion_core.training import Chance, Times, new_state, train


def of_step(generator: torch.Generator) -> tuple[int, int]:
    """The seed and the step of a generator that training.step_generator made."""
    return divmod(generator.initial_seed(), 2**32)


def noise_of(points: Tensor, generator: torch.Generator) -> Tensor:
    """The noise of a step's points (N, 2)."""
    return torch.from_numpy(chance.noises(*of_step(generator), len(points)))


def order_of(count: int, generator: torch.Generator) -> Tensor:
    """The order of an epoch's points."""
    return torch.from_numpy(chance.order(*of_step(generator), count))


def times_of(settings: PointSettings) -> Times:
    """Which noise levels are practised."""

    def times(count: int, seed: int) -> Floats:
        t = chance.times(*divmod(seed, 2**32), count)
        if settings.only is not None:
            return np.full(count, settings.only)
        if settings.levels:
            return (np.floor(t * settings.levels) + 1) / settings.levels
        return t

    return times


CHANCE = Chance(noise=noise_of, order=order_of)


def learn(settings: PointSettings) -> Work:
    """Train, and yield the head and the snapshots (snapshots.py); b"" after any other step.

    UserFacingError, in a sentence for the reader, when the loss is no longer a number.
    """
    x_0 = torch.from_numpy(points_of(settings)).float()
    camera = Camera(settings, x_0)
    wanted = moments(settings)
    yield camera.head()
    yield camera.take(IdealDenoiser(x_0), 0, math.nan)
    shape = PointNetworkConfig(settings.width, told=settings.told, seed=settings.seed)
    state = new_state(config_of(settings), shape)
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
        for event in train(state, pool, labels, schedule, times_of(settings), CHANCE):
            losses.append(event.loss)
            if event.step < due:
                yield b""
                continue
            yield camera.take(learned, event.step, sum(losses) / len(losses))
            losses.clear()
            due = next(following, settings.steps)
    except TrainingDivergedError as error:
        said = DIVERGED.format(step=state.step, rate=f"{settings.learning_rate:g}")
        raise UserFacingError(said) from error
