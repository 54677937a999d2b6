"""What cannot be done is said in one sentence, with the status that fits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from diffusion_core.errors import RequestError, UserFacingError, note

Answer = Callable[[HttpRequest], Awaitable[Response]]


def plainly(answer: Answer) -> Answer:
    """A route that answers 400 to a RequestError, and 503 to whatever else is written for readers
    (the model cannot be asked, a file that ships with the app is damaged), with its sentence."""

    @wraps(answer)
    async def answered(request: HttpRequest) -> Response:
        try:
            return await answer(request)
        except RequestError as error:
            return PlainTextResponse(str(error), status_code=400)
        except UserFacingError as error:
            note(error)
            return PlainTextResponse(str(error), status_code=503)

    return answered
