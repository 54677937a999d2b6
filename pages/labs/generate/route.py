"""GET /api/spread?digit=3&seed=7: what guidance does to fidelity and variety, measured meanwhile.

The body is lines of JSON, one for each guidance scale as it is done (labs/tradeoff.py),
between notes as of every stream (streaming.py): whoever reads skips lines without "guidance".
"""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.errors import RequestError
from diffusion_core.service.edits import Spread
from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.labs.editing.checks import label_of
from pages.stage import inference
from quizzes.numerals import whole_of


async def spread(request: HttpRequest) -> Response:
    """digit: 0 to 9; seed: that of the noises, 0 or more."""
    try:
        seed = whole_of(request.query_params.get("seed", "7"))
    except ValueError as error:
        raise RequestError("The seed must be a whole number.") from error
    label = label_of(request.query_params.get("digit", ""))
    return await streamed(inference.service, Spread(label, seed), visitor_of(request))
