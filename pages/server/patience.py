"""How long a connection may take: for the head of a request, for its body, and to read an answer.

Whoever sends half a request and then nothing, or reads half an answer, would keep their connection
for ever. Connections that wait for their next request are uvicorn's to end, WebSockets answer its
pings, and an answer may take as long as it likes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import ClassVar

import h11
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from diffusion_core.service.answer import SHUTTING_DOWN
from pages.server.descriptors import Door, limit

HEAD = 15.0
"""Seconds for the head of a request, from its first byte, or from when the connection was made."""
TURNED_AWAY = 2.0
"""The same, where there is no room."""
BODY = 15.0
"""Seconds in which ..."""
PROGRESS = 16_000
"""... so many bytes of a body must arrive, unless it ends before."""
READING = 60.0
"""Seconds in which some of an answer must be read."""

TOO_SLOW = "The request did not arrive in time: please try again."
FULL = "So many people are here that there is no room for one more: please try again in a minute."


class Patient(H11Protocol):
    """uvicorn's HTTP/1.1, with an end to its patience."""

    door: ClassVar[Door] = Door(limit())
    """Says who may come in, for all connections of this process."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._timer: asyncio.TimerHandle | None = None
        self._waiting_for: str | None = None
        self._arrived = 0
        """Bytes since the timer was set."""
        self._unread: asyncio.TimerHandle | None = None
        served, peer = self.app, transport.get_extra_info("socket")
        self.admitted = peer is None or self.door.admits(peer.fileno())

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if not self.admitted:
                await say(send, FULL)
                return
            # Who hangs up in the middle of a body breaks nothing, and cannot be answered.
            with suppress(ClientDisconnect):
                try:
                    await served(scope, receive, send)
                except asyncio.CancelledError:
                    # The server ends, and this took too long.
                    if self.cycle.response_started:
                        self.transport.abort()
                    else:
                        await say(send, SHUTTING_DOWN)

        self.app = app
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        if self._unread is not None:
            self._unread.cancel()
        super().connection_lost(exc)

    # --- Requests --------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._arrived += len(data)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def _should_upgrade(self) -> bool:
        return self.admitted and super()._should_upgrade()

    def _expected(self) -> str | None:
        """What the other side is to send now."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return None  # It is over, or a WebSocket by now.
        if self.conn.their_state is h11.IDLE:
            return "head" if self.conn.trailing_data[0] else "request"
        return "body" if self.conn.their_state is h11.SEND_BODY else None

    def _watch(self) -> None:
        """See to it that what is expected comes in time."""
        expected = self._expected()
        if expected != self._waiting_for:
            self._stop_watching()
            if expected is not None:
                self._wait(expected)

    def _wait(self, expected: str) -> None:
        self._waiting_for, self._arrived = expected, 0
        patience = BODY if expected == "body" else HEAD if self.admitted else TURNED_AWAY
        self._timer = self.loop.call_later(patience, self._out_of_patience)

    def _stop_watching(self) -> None:
        self._waiting_for = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _out_of_patience(self) -> None:
        expected = self._waiting_for
        # Where we do not read on, or have not told them to go on, it is not they who are slow.
        unasked = self.flow.read_paused or self.conn.they_are_waiting_for_100_continue
        going_on = expected == "body" and (unasked or self._arrived >= PROGRESS)
        # An idle connection is uvicorn's to end, if it counts the time.
        idle = expected == "request" and self.timeout_keep_alive_task is not None
        if expected is not None and (going_on or idle):
            self._wait(expected)
            return
        self._stop_watching()
        if expected is None or self.transport.is_closing():
            return
        if self.cycle is not None and expected == "body":
            # For the app, they have hung up.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if expected != "request" and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._answer(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)
        self._close()

    def _answer(self, status: HTTPStatus, sentence: str) -> None:
        body = sentence.encode()
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        events: list[h11.Event] = [
            h11.Response(status_code=status, headers=headers, reason=status.phrase),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ]
        for event in events:
            self.transport.write(self.conn.send(event) or b"")

    # --- Answers ---------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READING, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._close()

    def _close(self) -> None:
        """Close it, even if the rest of the last answer is never read."""
        self.transport.close()
        self.loop.call_later(READING, self.transport.abort)


async def say(send: Send, sentence: str) -> None:
    """Answer that this cannot be had now, and why."""
    body = sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"60"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
