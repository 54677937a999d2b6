"""GET /api/sample: the reverse process, streamed frame by frame as the model computes it.

The body is a recording (diffusion_core/files/frames.py), sent as it grows (streaming.py).
"""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.service.jobs import Drawing
from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.stage import inference
from pages.stage.reverse import ReverseSettings


async def sample(request: HttpRequest) -> Response:
    """Parameters as of ReverseSettings: digit, seed, sampler, steps, guidance, n, origin, until."""
    # Reading MNIST takes a moment the first time.
    drawing = await to_thread.run_sync(_drawing, dict(request.query_params))
    return await streamed(inference.service, drawing, visitor_of(request))


def _drawing(texts: dict[str, str]) -> Drawing:
    return inference.drawing(ReverseSettings.parse(texts))
