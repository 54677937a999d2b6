"""What nobody has foreseen is answered in a sentence, too: ASGI middleware around all others."""

from __future__ import annotations

import logging

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.faults import NOT_NOW

log = logging.getLogger("through-the-fog")
UNFORESEEN = (
    "Something went wrong here that nobody had foreseen: please try again. If it happens again, "
    "tell whoever runs this site."
)


class InASentence:
    """An answer to each request, whatever goes wrong. An answer that has begun is broken off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            raise
        except (OSError, MemoryError) as error:
            # No descriptor or no memory is free, say: no reason to fill the log.
            if begun or scope["type"] != "http":
                raise
            log.warning("%s could not be answered: %s", scope["path"], error)
            again = {"Retry-After": "10"}
            await PlainTextResponse(NOT_NOW, 503, again)(scope, receive, send)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            log.exception("%s could not be answered.", scope["path"])
            await PlainTextResponse(UNFORESEEN, 500)(scope, receive, send)
