"""GET /api/sample: the reverse process, streamed frame by frame as the model computes it.

The body is a recording (diffusion_core/recording.py), sent as it grows. Lines of JSON without
"frames" may stand before it: {"before": n} while n others are in line, {"kept": true} if the
pictures had been drawn already. Where it breaks off, {"problem": "..."} stands after it. Hanging up
is all it takes to stop.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from diffusion_core.service.client import Before, ServiceError
from diffusion_core.service.jobs import Drawing
from pages.api.plainly import plainly
from pages.components import model
from pages.components.reverse_scene import ReverseSettings


@plainly
async def sample(request: HttpRequest) -> Response:
    """Parameters as of ReverseSettings: digit, seed, sampler, steps, guidance, n, origin, until."""
    # Reading MNIST takes a moment the first time.
    drawing = await to_thread.run_sync(_drawing, dict(request.query_params))
    kept = model.service.kept(drawing)
    answer = model.service.ask(drawing)
    # A refusal has a status of its own as long as nothing has been sent.
    first = await anext(answer)

    async def body() -> AsyncIterator[bytes]:
        async with aclosing(answer):
            if kept:
                yield _note(kept=True)
            yield _as_bytes(first)
            try:
                async for part in answer:
                    yield _as_bytes(part)
            except ServiceError as error:
                # The answer is shorter than its head says, and its last line says why.
                yield _note(problem=str(error))

    return StreamingResponse(
        body(),
        media_type="application/octet-stream",
        # "identity" keeps compression, which would hold frames back, away from the stream.
        headers={"Content-Encoding": "identity", "Cache-Control": "no-store"},
    )


def _drawing(texts: dict[str, str]) -> Drawing:
    return model.drawing(ReverseSettings.parse(texts))


def _as_bytes(part: bytes | Before) -> bytes:
    return _note(before=part.count) if isinstance(part, Before) else part


def _note(**words: Any) -> bytes:
    return json.dumps(words).encode() + b"\n"
