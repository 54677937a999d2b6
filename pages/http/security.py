"""Security headers for every response, as ASGI middleware.

Scripts may come from this server alone. Streamlit's components are modules made in the browser
(blob:), its Arrow reader is WebAssembly, and its index page has inline scripts, one of them ours
(pages/frame/early), which are allowed by the hash of what they are now: computed at start, so that
an update of Streamlit does not break the app.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def inline_script_hashes(page: str) -> list[str]:
    """CSP sources for the inline scripts of an HTML page."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy(ours: str = "") -> str:
    """The policy for the installed Streamlit, and for what we add to its index page."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    hashes = " ".join(inline_script_hashes(index.read_text("utf-8") + ours))
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' blob: 'wasm-unsafe-eval' {hashes}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' ws: wss:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {sources.strip()}" for name, sources in rules.items())


class SecurityHeaders:
    """Adds the headers to each HTTP response; leaves bodies and WebSockets alone.

    ours: HTML with the inline scripts that we add to Streamlit's index page.
    """

    def __init__(self, app: ASGIApp, ours: str = "") -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_security_policy(ours),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if scope["path"].startswith("/media/") and message["status"] == 200:
                    # Named by their contents; without this the icon is fetched at every step.
                    headers["Cache-Control"] = "public, max-age=31536000, immutable"
            await send(message)

        await self.app(scope, receive, send_with_headers)
