"""What the server adds to the page that it sends first, as ASGI middleware.

Streamlit's index page is empty until a megabyte of scripts has come and run. So it is sent with

- the app's style sheet. Streamlit shows elements before it has fetched what applies an `st.html`,
  so one that is sent as such arrives late, and everything on the page moves. It stands at the end
  of the body: after Streamlit's own rules, which it overrides;
- what is there to see meanwhile (pages/frame/early), at the beginning of the body;
- links to what this page is going to need (preloads.py), so that the browser need not find out one
  script after the other, at a round trip each.

And it is compressed, which Streamlit leaves out for pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.http.gzipped import squeezed, takes_gzip, varies

# A page that was compressed, or answered with "not modified", could not be added to.
UNWANTED = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
FONT = re.compile(rb'<link\s[^>]*\bas="font"[^>]*>\s*')
"""Streamlit asks for the whole of its font at once, before anything else."""


class EarlyPage:
    """Adds to each page; leaves everything else alone.

    style: whole <style> elements. body: what is seen until Streamlit is there. head: for the path
    of a page the links that it needs; where they name a font, Streamlit's is not asked for.
    """

    def __init__(
        self,
        app: ASGIApp,
        style: str,
        body: str = "",
        head: Callable[[str], str] = lambda path: "",
    ) -> None:
        self.app = app
        self._style = style
        self._body = body
        self._head = head
        # A few pages, each the same for everybody.
        self._made = lru_cache(maxsize=32)(self._make)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if "text/html" not in headers.get("accept", ""):
            await self.app(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name not in UNWANTED]
        start: Message | None = None
        body = b""

        async def send_fuller(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                about = MutableHeaders(scope=message)
                if about.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            plain, light = self._made(body, scope["path"].rpartition("/")[2])
            page = light if light is not None and takes_gzip(headers) else plain
            about = MutableHeaders(scope=start)
            about["content-length"] = str(len(page))
            varies(about)
            if page is light:
                about["content-encoding"] = "gzip"
            for name in ("etag", "last-modified", "accept-ranges"):
                del about[name]
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self.app({**scope, "headers": kept}, receive, send_fuller)

    def _make(self, page: bytes, path: str) -> tuple[bytes, bytes | None]:
        """The page with all that is added to it, plain and compressed."""
        head = self._head(path).encode()
        if FONT.search(head):
            page = FONT.sub(b"", page)
        page = page.replace(b"</head>", head + b"</head>", 1)
        page = page.replace(b"<body>", b"<body>" + self._body.encode(), 1)
        page = page.replace(b"</body>", self._style.encode() + b"</body>")
        return page, squeezed(page)


__all__ = ["EarlyPage"]
