"""Streamlit's own files, compressed on their way, as ASGI middleware.

Streamlit sends its scripts and styles as they are, 3 MB of them to a first visitor, and leaves
compression to a proxy that most who run this do not have. Starlette's GZipMiddleware would compress
each anew for everybody. Their names hold a hash of their contents, so here each is compressed
once, when it is first asked for, and kept: 1 MB for what our pages use, 6 MB for all there is. It
is kept in memory, since a server may run where it can write nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util

from pages.http.gzipped import squeezed, takes_gzip, varies
from pages.http.modules import FOR_GOOD

GET = ("GET", "HEAD")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""What is worth compressing; pictures and fonts are so already."""


@dataclass(frozen=True)
class _Light:
    content: bytes
    etag: str
    media_type: str


class LightFiles:
    """Answers for files below /static/ with their compressed form, where it is wanted.

    All else is left to Streamlit: another method, a part of a file (Range), one that compression
    does not make smaller, one that is not there. folder: what lies at /static/.
    """

    def __init__(self, app: ASGIApp, folder: Path | None = None) -> None:
        self.app = app
        bases = (config.get_option("server.baseUrlPath") or "").strip("/")
        self._base = f"/{bases}" if bases else ""
        self._folder = folder or Path(file_util.get_static_dir()) / "static"
        # Only what stands in this list is read, whatever an address says.
        self._known = {
            path.relative_to(self._folder).as_posix(): path
            for path in self._folder.glob("*/*")
            if path.suffix in TYPES
        }
        self._light: dict[str, asyncio.Future[_Light | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._name(scope) if scope["type"] == "http" and scope["method"] in GET else ""
        if name not in self._known:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        light = None
        if takes_gzip(headers) and "range" not in headers:
            light = await self._compressed(name)
        if light is None:
            await self.app(scope, receive, _varying(send))
            return
        about = {"Cache-Control": FOR_GOOD, "ETag": light.etag, "Vary": "Accept-Encoding"}
        if headers.get("if-none-match") == light.etag:
            await Response(status_code=304, headers=about)(scope, receive, send)
            return
        about["Content-Encoding"] = "gzip"
        answer = Response(light.content, headers=about, media_type=light.media_type)
        if scope["method"] == "HEAD":
            answer.body = b""
        await answer(scope, receive, send)

    def _name(self, scope: Scope) -> str:
        """The part of the path below /static/, wherever the app lies; "" if there is none."""
        path: str = scope["path"]
        for base in (scope.get("root_path", "").rstrip("/"), f"{self._base}/static"):
            if not path.startswith(f"{base}/"):
                return ""
            path = path.removeprefix(base)
        return path.removeprefix("/")

    async def _compressed(self, name: str) -> _Light | None:
        """The file; None if it is better left as it is. Many may ask at once: it is made once."""
        if name not in self._light:
            self._light[name] = asyncio.ensure_future(run_in_threadpool(_read, self._known[name]))
        try:
            # Whoever hangs up does not take it away from the others.
            return await asyncio.shield(self._light[name])
        except OSError:
            # It may be there again in a moment; Streamlit says what is wrong with it.
            self._light.pop(name, None)
            return None


def _read(path: Path) -> _Light | None:
    content = squeezed(path.read_bytes())
    if content is None:
        return None
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return _Light(content, etag, TYPES[path.suffix])


def _varying(send: Send) -> Send:
    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            varies(MutableHeaders(scope=message))
        await send(message)

    return send_varying


__all__ = ["LightFiles"]
