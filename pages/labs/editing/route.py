"""GET /api/edit: work on a picture, or between two, streamed as the model computes it.

The body is a recording, as that of /api/sample.
"""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.labs.editing.settings import EditSettings
from pages.stage import inference


async def edit(request: HttpRequest) -> Response:
    """Parameters as of EditSettings: kind, and what goes with it."""
    settings = EditSettings.parse(dict(request.query_params))
    return await streamed(inference.service, settings.job(), visitor_of(request))
