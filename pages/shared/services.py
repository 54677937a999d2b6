"""Long work, as pages and routes reach it: a service beside the model's, in a process of its own.

The process is there only while somebody trains or may soon. The trainings of a service take turns;
what does not fit waits in line and hears how many are before it.
"""

from __future__ import annotations

import asyncio

from diffusion_core.service.client import ModelService
from diffusion_core.service.limits import Keeping, Limits, Wording
from pages.shared import own_models

STUDIO = ("-m", "diffusion_core.service.studio")
CROWDED = (
    "{waiting} others are waiting to train just now, which is as many as there is room for: "
    "please try again in a minute."
)
STOPPED = (
    "Nothing can be trained just now, because the process for it does not start: please try again "
    "in a minute."
)
SILENCE = 300
"""Seconds without a word after which a studio is taken to hang: on a machine with much to do, a
process as nice as this one may wait for long."""
TOO_MUCH = "The training stopped several times: try it with smaller settings."

YOURS = (
    "You are training elsewhere already, and another one is waiting: let them end, or stop one, "
    "and then press Train again."
)

planes = ModelService(
    Limits(width=3, size=100_000_000, long=10**9, waiting=30, each=2, kept=16_000_000),
    STUDIO,
    Keeping(idle=120, threads=1, silence=SILENCE),
    Wording(CROWDED, TOO_MUCH, STOPPED, YOURS),
)
"""Trainings in the plane (jobs.Learning): three at a time."""

BROKE_OFF = "The training broke off, because its process ended: press Train to begin again."

digits = ModelService(
    # A run goes by the clock, so a second one is another one: what broke off is not done again.
    # One waits behind one's own, so that a page that was reloaded need not hear that the old one
    # has not been noticed to be gone.
    Limits(width=1, long=1_000_000, waiting=20, each=1, kept=0, deaths=0),
    STUDIO,
    Keeping(idle=20, threads=2, silence=SILENCE),
    Wording(CROWDED, BROKE_OFF, STOPPED, YOURS),
)
"""Trainings of a digit model (jobs.TrainingDigits): one at a time."""

exports = ModelService(
    # How many one visitor may ask for is bounded before (pages/exports/rests.py).
    Limits(width=1, long=10**9, waiting=60, kept=16_000_000),
    ("-m", "pages.exports.studio"),
    Keeping(idle=120, threads=1, silence=SILENCE),
    Wording(
        "Many others are taking pictures home just now: please try again in a moment.",
        "This could not be made: try again with fewer pictures or steps.",
        "Nothing can be taken home just now, because the process that makes it does not start: "
        "please try again in a minute.",
    ),
)
"""What can be taken away from a page (pages/exports/order.Export): one at a time."""

SERVICES = (planes, digits, exports)
"""All of them, started and stopped with the server (app.py)."""


async def start() -> None:
    """Be ready for work. No process is started yet."""
    own_models.open_shelf()
    for service in SERVICES:
        await service.start()


async def stop() -> None:
    """End what is under way."""
    await asyncio.gather(*(service.stop() for service in SERVICES))
    own_models.clear_shelf()
