"""POST /api/points: a training in the plane, streamed while it happens, for tabs that cannot do it.

The body is a head and snapshots (diffusion_core/labs/points/plan.py), sent as they are taken
(streaming.py). Hanging up ends the training, unless others watch the same one.
"""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.service.jobs import Learning
from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.labs.points.settings import parse
from pages.shared import services as studio


async def points(request: HttpRequest) -> Response:
    """Parameters: shape, word, drawing (base64), count, rate, width, schedule, levels, told, only,
    seed, steps; each as the setting of that name (PointSettings), and as usual if left out."""
    return await streamed(studio.planes, Learning(parse(request.query_params)), visitor_of(request))
