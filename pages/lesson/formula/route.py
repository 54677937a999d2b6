"""GET /api/check?name=...: one formula of the deep dive, computed by two routes, as JSON."""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.service.jobs import Checking
from pages.http.visitors import visitor_of
from pages.stage import inference


async def check(request: HttpRequest) -> Response:
    """name: one of jobs.CHECK_NAMES. The answer has the fields of labs.checks.Check."""
    job = Checking(request.query_params.get("name", ""))
    answer = await inference.service.whole(job, visitor_of(request))
    return Response(answer, media_type="application/json")
