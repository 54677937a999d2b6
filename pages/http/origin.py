"""Requests that another site makes a visitor's browser send are refused, as ASGI middleware.

What /api does costs time, and any page on the web can have an image whose address is ours. Browsers
say where a request comes from (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/), and, where
they do not (an address without https that is not this machine's own), send the origin along with
whatever is not a plain GET. A link to a file that somebody clicked is no such request.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = (
    "This can only be asked for by the lesson itself: open the lesson and press the button there."
)


class OwnPagesOnly:
    """Answers 403 to requests for /api that come from other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        foreign = (
            scope["type"] == "http"
            and scope["path"].startswith("/api/")
            and comes_from_elsewhere(scope["method"], Headers(scope=scope))
        )
        if foreign:
            await PlainTextResponse(REFUSED, status_code=403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def comes_from_elsewhere(method: str, headers: Headers) -> bool:
    """Whether another site than ours made the browser send this."""
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return False
    if site is not None:
        clicked = headers.get("sec-fetch-user") == "?1"
        opened = headers.get("sec-fetch-dest") == "document"
        return not (method in ("GET", "HEAD") and clicked and opened)
    ours = headers.get("host", "")
    said = headers.get("origin") or headers.get("referer")
    return said is not None and urlsplit(said).netloc != ours
