"""How much one visitor may have of Streamlit's own sessions, as ASGI middleware.

A tab holds a WebSocket, and each message through it may run a page. Beyond what a person can do
with many tabs a further socket is refused, and messages that come faster than hands can click wait
until their time has come: the tabs of others are run meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.api.visitors import visitor_of

MOST = 40
"""Tabs of one browser."""
AT_ONCE = 40
"""Messages that one visitor may send at once, ..."""
A_SECOND = 12.0
"""... and how many more each second after that."""
TRY_AGAIN_LATER = 1013
"""A close code of WebSockets."""


class FairSockets:
    """Bounds sockets and messages of each visitor who has a cookie. Without one, many may be behind
    an address, and are not bounded here.

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
        """For each visitor when all of the messages so far would have come at the even pace."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = visitor_of(HTTPConnection(scope)) if scope["type"] == "websocket" else None
        if visitor is None or not visitor.name or visitor.shared:
            await self.app(scope, receive, send)
            return
        name = visitor.name
        if self._open[name] >= MOST:
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return

        async def paced() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                await self._wait_for_turn(name)
            return message

        self._open[name] += 1
        try:
            await self.app(scope, paced, send)
        finally:
            self._open -= Counter([name])
            if not self._open[name]:
                self._free_at.pop(name, None)

    async def _wait_for_turn(self, name: str) -> None:
        now = self._clock()
        free_at = max(now, self._free_at.get(name, now)) + 1 / A_SECOND
        self._free_at[name] = free_at
        early = free_at - now - AT_ONCE / A_SECOND
        if early > 0:
            await self._pause(early)
