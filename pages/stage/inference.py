"""The model, as pages and routes reach it: one service for everybody, in a process of its own.

Nothing here, nor on any page, imports torch: the worker does, beside the server.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace

from diffusion_core.labs.forks.turns import read_turns
from diffusion_core.labs.one_step.job import LevelCurve, TrainingRounds
from diffusion_core.service.answer import ServiceError
from diffusion_core.service.client import ModelService
from diffusion_core.service.jobs import Drawing
from pages.labs.one_step.scene import StepSettings
from pages.shared import own_models
from pages.stage.forward import picture
from pages.stage.reverse import ReverseSettings

service = ModelService()
"""Started and stopped with the server (app.py)."""


def drawing(settings: ReverseSettings) -> Drawing:
    """What is asked of the model for these settings. RequestError if they name one that is gone."""
    own = str(own_models.shelf().path_of(settings.model)) if settings.model else None
    if not settings.origin:
        turns = read_turns(settings.turns)
        return Drawing(settings.request(), settings.every, weights=own, turns=turns)
    start = picture(settings.start()).tobytes()
    return Drawing(settings.request(), settings.every, start, settings.until / 1000, own)


def favourites() -> list[Drawing]:
    """What everybody asks for first: each digit with the usual settings, and all ten."""
    usual = ReverseSettings()
    digits = [replace(usual, digit=digit) for digit in "0123456789"]
    return [drawing(settings) for settings in [*digits, replace(usual, digit="all")]]


def first_lessons() -> list[TrainingRounds | LevelCurve]:
    """What the lab of one training step asks for when it is opened."""
    usual = StepSettings()
    return [usual.job(), usual.curve(), replace(usual, network="digits").curve()]


async def prepare_favourites() -> None:
    """Have them drawn while nobody wants anything else; not where FOG_PREPARE is 0."""
    if os.environ.get("FOG_PREPARE") == "0":
        return
    with suppress(ServiceError):  # Whoever asks for a picture will be told.
        await service.prepare([*favourites(), *first_lessons()])
