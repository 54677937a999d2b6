"""How our routes answer: what cannot be done is said in one sentence, and nobody who has hung up
is worked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from diffusion_core.errors import RequestError, UserFacingError, note
from diffusion_core.service.answer import TooManyError
from pages.shared.plain import plain

LONGEST = 400
"""Characters of a sentence; some repeat what was asked for."""
Answer = Callable[[HttpRequest], Awaitable[Response]]


async def in_a_sentence(request: HttpRequest, error: UserFacingError) -> Response:
    """What an error that is written for readers is answered with: 400 for a RequestError, 429 for
    a TooManyError, and 503 for whatever else there is (the model cannot be asked, a file that ships
    is damaged), with its sentence."""
    status = 400
    if not isinstance(error, RequestError):
        note(error)
        status = 429 if isinstance(error, TooManyError) else 503
    return PlainTextResponse(plain(str(error), LONGEST), status_code=status)


HANDLERS: dict[Any, Any] = {UserFacingError: in_a_sentence}
"""For the application that has our routes."""


def while_wanted(answer: Answer) -> Answer:
    """A route that is cancelled when its reader hangs up."""

    @wraps(answer)
    async def answered(request: HttpRequest) -> Response:
        return await _while_connected(request, answer(request))

    return answered


async def _while_connected(request: HttpRequest, answer: Awaitable[Response]) -> Response:
    """The answer, or, if the reader hangs up before, an end to the work on it.

    A stream looks after that itself once it has begun (starlette's StreamingResponse).
    """
    working = asyncio.ensure_future(answer)
    listening = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({working, listening}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.wait({working})
        return PlainTextResponse("Nobody is there any more.", status_code=499)
    finally:
        for task in (working, listening):
            task.cancel()


async def _hung_up(request: HttpRequest) -> None:
    """Return when the reader has hung up. Our routes read no bodies, so nothing is lost here."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
