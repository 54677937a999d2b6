"""GET /api/check?name=...: one formula of the deep dive, computed by two routes, as JSON."""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from diffusion_core.errors import RequestError
from diffusion_core.service.client import ServiceError
from diffusion_core.service.jobs import Checking
from pages.components import model


async def check(request: HttpRequest) -> Response:
    """name: one of jobs.CHECK_NAMES. The answer has the fields of diffusion_core.checks.Check."""
    try:
        job = Checking(request.query_params.get("name", ""))
    except RequestError as error:
        return PlainTextResponse(str(error), status_code=400)
    try:
        answer = await model.service.whole(job)
    except ServiceError as error:
        return PlainTextResponse(str(error), status_code=503)
    return Response(answer, media_type="application/json")
