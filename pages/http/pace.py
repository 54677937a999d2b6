"""How fast one visitor may ask, as ASGI middleware.

A tab holds a WebSocket, each message through it may run a page, and each request to /api is work
even if it is refused. What comes faster than hands can click, in however many tabs, waits until its
time has come, and what would have to wait for long is refused: the others are served meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.http.visitors import visitor_of

MOST_TABS = 40
"""Sockets of one browser."""
AT_ONCE = 60
"""Messages, or requests, that one visitor may send at once, ..."""
A_SECOND = 12.0
"""... and how many more each second after that."""
LONGEST = 5.0
"""Seconds that a request waits at most; beyond, it is refused after so long."""
TRY_AGAIN_LATER = 1013
"""A close code of WebSockets."""
TOO_FAST = (
    "So much has been asked for from your browser at once that this had to be left out: "
    "wait a moment and try again."
)


class FairPace:
    """Bounds sockets, messages and requests of each visitor who has a cookie. Without one, many may
    be behind an address, and are not bounded here.

    clock: seconds, from any beginning; pause: waits for so many.
    """

    def __init__(
        self,
        app: ASGIApp,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.app = app
        self._clock = clock
        self._pause = pause
        self._open: Counter[str] = Counter()
        self._free_at: dict[str, float] = {}
        """For each visitor when all that was sent so far would have come at the even pace."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        paced = scope["type"] == "websocket" or (
            scope["type"] == "http" and scope["path"].startswith("/api/")
        )
        visitor = visitor_of(HTTPConnection(scope)) if paced else None
        if visitor is None or not visitor.name or visitor.shared:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(visitor.name, scope, receive, send)
        else:
            await self._socket(visitor.name, scope, receive, send)

    async def _request(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        early = self._early(name)
        if early > LONGEST:
            # Slowly, too: who asks again at once is not to have an answer at once.
            await self._pause(LONGEST)
            await PlainTextResponse(TOO_FAST, status_code=429)(scope, receive, send)
            return
        self._count(name)
        if early > 0:
            await self._pause(early)
        await self.app(scope, receive, send)

    async def _socket(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        if self._open[name] >= MOST_TABS:
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return

        async def paced() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                early = self._early(name)
                self._count(name)
                if early > 0:
                    await self._pause(early)
            return message

        self._open[name] += 1
        try:
            await self.app(scope, paced, send)
        finally:
            self._open -= Counter([name])

    def _early(self, name: str) -> float:
        """How many seconds before its time something comes now; below 0 if there is none to wait.

        Who has sent nothing for a while has AT_ONCE in hand.
        """
        now = self._clock()
        return self._free_at.get(name, now) + 1 / A_SECOND - now - AT_ONCE / A_SECOND

    def _count(self, name: str) -> None:
        now = self._clock()
        self._free_at[name] = max(now, self._free_at.get(name, now)) + 1 / A_SECOND
        if len(self._free_at) > 1000:
            self._free_at = {who: at for who, at in self._free_at.items() if at > now}
