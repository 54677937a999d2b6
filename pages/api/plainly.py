"""What cannot be done is said in one sentence, with the status that fits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from diffusion_core.errors import RequestError
from diffusion_core.service.answer import ServiceError
from pages.components.plain import plain

LONGEST = 400
"""Characters of a sentence; some repeat what was asked for."""
Answer = Callable[[HttpRequest], Awaitable[Response]]


def plainly(answer: Answer) -> Answer:
    """A route that answers 400 to a RequestError and 503 to a ServiceError, with its sentence."""

    @wraps(answer)
    async def answered(request: HttpRequest) -> Response:
        try:
            return await answer(request)
        except RequestError as error:
            return PlainTextResponse(plain(str(error), LONGEST), status_code=400)
        except ServiceError as error:
            return PlainTextResponse(plain(str(error), LONGEST), status_code=503)

    return answered
