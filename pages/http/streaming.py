"""A job's answer over HTTP, part by part as the worker computes it.

The body is what the worker sends. Lines of JSON may stand before it: {"before": n} while n others
are in line, {"kept": true} if the answer was there already. Where it breaks off,
{"problem": "..."} stands after it. Hanging up is all it takes to stop.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.responses import Response, StreamingResponse

from diffusion_core.service.answer import Before, ServiceError
from diffusion_core.service.client import ModelService
from diffusion_core.service.visitor import Visitor
from diffusion_core.service.work import Asked


async def streamed(service: ModelService, job: Asked, visitor: Visitor) -> Response:
    """The answer of `service` to `job`. ServiceError if it is refused before anything was sent."""
    kept = service.kept(job)
    answer = service.ask(job, visitor)
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
        # "identity" keeps compression, which would hold parts back, away from the stream.
        headers={"Content-Encoding": "identity", "Cache-Control": "no-store"},
    )


def _as_bytes(part: bytes | Before) -> bytes:
    return _note(before=part.count) if isinstance(part, Before) else part


def _note(**words: Any) -> bytes:
    return json.dumps(words).encode() + b"\n"
