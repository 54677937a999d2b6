"""Who asks: a signed cookie without a name in it, as ASGI middleware.

Places in line, trainings and uploads are counted by visitor, so that one who asks for everything
stands in nobody's way. A visitor is a random number that the server made up and signed; the browser
brings it along, but not on what other sites make it ask for (SameSite). Requests without one count
together, by the address they come from. A school behind one address has as many visitors as
browsers; a program that throws its cookies away does not, since an address gets no more than
MOST_AT_ONCE in a short time.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diffusion_core.service.visitor import Visitor

COOKIE = "fog_visitor"
MOST_AT_ONCE = 1000
"""New visitors from one address: a school in which everybody opens the lesson at once ..."""
A_SECOND = 5.0
"""... and how many more of them may come each second after that."""
ADDRESSES = 4_096
"""So many addresses are remembered, those that were heard of last."""


class Visitors:
    """Puts a Visitor into each request's scope, and gives a cookie to whoever has none.

    secret: what cookies are signed with; FOG_SECRET, or made up at each start, after which
    everybody gets a new one unnoticed. clock: seconds, from any beginning.
    """

    def __init__(
        self, app: ASGIApp, secret: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.app = app
        self._signer = Signer(secret or os.environ.get("FOG_SECRET") or secrets.token_hex(32))
        self._clock = clock
        self._given: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Of each address how many cookies it has had of late, and when that was written down."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        known = self._known(HTTPConnection(scope).cookies.get(COOKIE, ""))
        cookie = None
        if known is None and scope["type"] == "http" and _may_be_given(scope):
            cookie = self._new_cookie(address)
            known = self._known(cookie or "")
        scope["visitor"] = Visitor(known or f"at {address}", address, shared=known is None)
        if cookie is None:
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope.get("scheme") == "https" else ""

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append(
                    "set-cookie", f"{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax{secure}"
                )
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _known(self, cookie: str) -> str | None:
        """The visitor of a cookie that we signed; None for any other."""
        try:
            return self._signer.unsign(cookie).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    def _new_cookie(self, address: str) -> str | None:
        """A cookie, unless this address has had too many of late."""
        now = self._clock()
        count, at = self._given.pop(address, (0.0, now))
        count = max(0.0, count - A_SECOND * (now - at))
        allowed = count + 1 <= MOST_AT_ONCE
        self._given[address] = (count + allowed, now)
        while len(self._given) > ADDRESSES:
            self._given.popitem(last=False)
        return self._signer.sign(secrets.token_hex(16)).decode() if allowed else None


def _may_be_given(scope: Scope) -> bool:
    """Pages give a cookie, and so do our own routes, for pages that were open before a restart."""
    headers = dict(scope["headers"])
    return scope["path"].startswith("/api/") or b"text/html" in headers.get(b"accept", b"")


def visitor_of(connection: HTTPConnection) -> Visitor:
    """Whose request it is. Where no middleware has said so, as in a test of one route: nobody's."""
    return connection.scope.get("visitor", Visitor())
