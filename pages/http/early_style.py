"""The app's style sheet inside the index page, as ASGI middleware.

Streamlit shows elements before it has fetched what applies an `st.html`, so a style sheet that is
sent as one arrives late, and everything on the page moves. In the index page it is there before
the first paint. It stands at the end of the body: after Streamlit's own rules, which it overrides.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A page that was compressed, or answered with "not modified", could not be added to.
UNWANTED = {b"accept-encoding", b"if-none-match", b"if-modified-since"}


class EarlyStyle:
    """Adds `style`, a whole <style> element, to each page; leaves everything else alone."""

    def __init__(self, app: ASGIApp, style: str) -> None:
        self.app = app
        self.style = style.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name not in UNWANTED]
        start: Message | None = None
        body = b""

        async def send_styled(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            styled = body.replace(b"</body>", self.style + b"</body>")
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(styled))
            for name in ("etag", "last-modified", "accept-ranges"):
                del headers[name]
            await send(start)
            await send({"type": "http.response.body", "body": styled})

        await self.app({**scope, "headers": kept}, receive, send_styled)
