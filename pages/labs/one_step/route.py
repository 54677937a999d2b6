"""GET /api/step: one training step, taken slowly. GET /api/levels: a network's loss by level.

The bodies are bundles (files/bundle.py) as the worker sends them; what is in them says
labs/one_step/rounds.py.
"""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.labs.one_step.job import LevelCurve, TrainingRounds
from pages.http.visitors import visitor_of
from pages.labs.one_step.scene import StepSettings
from pages.stage import inference

TYPE = "application/octet-stream"


async def step(request: HttpRequest) -> Response:
    """Parameters as of StepSettings: network, rate, batch, seed, round."""
    # Looking for MNIST takes a moment the first time.
    job = await to_thread.run_sync(_job, dict(request.query_params))
    return Response(await inference.service.whole(job, visitor_of(request)), media_type=TYPE)


async def levels(request: HttpRequest) -> Response:
    """Parameter: network, as of StepSettings."""
    job = await to_thread.run_sync(_curve, dict(request.query_params))
    return Response(await inference.service.whole(job, visitor_of(request)), media_type=TYPE)


def _job(texts: dict[str, str]) -> TrainingRounds:
    return StepSettings.parse(texts).job()


def _curve(texts: dict[str, str]) -> LevelCurve:
    return StepSettings.parse(texts).curve()
