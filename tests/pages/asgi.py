"""An ASGI app, asked as a server asks it: for tests that hang up, or come from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message


@dataclass
class Asking:
    """One request, and what has been answered so far."""

    address: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    client: str = "198.51.100.7"
    kind: str = "http"
    body: bytes = b""
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[Message] = field(default_factory=list)
    scope: dict[str, Any] = field(default_factory=dict)
    _asked: bool = False

    async def ask(self, app: ASGIApp) -> None:
        """Have it answered."""
        parts = urlsplit(self.address)
        self.scope = {
            "type": self.kind,
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode()) for k, v in self.headers.items()],
            "client": (self.client, 50000),
            "server": ("fog.example.org", 80),
        }

        async def receive() -> Message:
            if not self._asked:
                self._asked = True
                return {"type": "http.request", "body": self.body, "more_body": False}
            await self.hung_up.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.sent.append(message)

        await app(self.scope, receive, send)

    @property
    def status(self) -> int:
        """That of the answer."""
        return next(m["status"] for m in self.sent if m["type"] == "http.response.start")

    @property
    def text(self) -> str:
        """The body of the answer."""
        return b"".join(m.get("body", b"") for m in self.sent).decode()

    def header(self, name: str) -> list[str]:
        """Each header of that name, of the answer."""
        start = next(m for m in self.sent if m["type"] == "http.response.start")
        return [v.decode() for k, v in start["headers"] if k.decode().lower() == name]


def asked(app: ASGIApp, asking: Asking) -> Asking:
    """One request, answered."""
    on_a_loop(asking.ask(app))
    return asking


def on_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it on a loop of its own, in a thread: Playwright's may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
