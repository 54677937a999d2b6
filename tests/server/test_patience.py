"""What is never finished is ended: requests half sent, and answers half read. Nothing else is.

The server's patience is short here. No test depends on how short: where something must live on, a
connection that came later and is known to be ended is what is waited for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

from pages.server import patience
from pages.server.descriptors import Door
from pages.server.patience import FULL, TOO_SLOW, Patient
from tests.server.app import run, until

LARGE = 30_000_000
"""Bytes, more than the system buffers."""


@dataclass
class Served:
    """An application behind a Patient, and what became of its requests."""

    address: tuple[str, int] = ("", 0)
    errors: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    going_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(sent)
        return reader, writer

    async def a_later_one_is_ended(self) -> None:
        """Until a connection that is made now, and never says a word, has been ended."""
        reader, writer = await self.call(b"")
        assert await reader.read() == b""
        writer.close()


@asynccontextmanager
async def served(keep_alive: int = 5) -> AsyncIterator[Served]:
    it = Served()

    async def echo(request: Request) -> Response:
        try:
            return PlainTextResponse(await request.body())
        finally:
            it.finished.append("body")

    async def slow(request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun "
            await it.going_on.wait()
            yield b"done"

        return StreamingResponse(parts())

    async def large(request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            try:
                for _ in range(LARGE // 100_000):
                    yield bytes(100_000)
            finally:
                it.finished.append("large")

        return StreamingResponse(parts())

    async def chat(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    routes = [
        Route("/", echo, methods=["GET", "POST"]),
        Route("/slow", slow),
        Route("/large", large),
        WebSocketRoute("/chat", chat),
    ]
    config = uvicorn.Config(
        Starlette(routes=routes), timeout_keep_alive=keep_alive, ws="websockets-sansio"
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: it.errors.append(context["message"]))
    server = await loop.create_server(lambda: Patient(config, state, {}, loop), "127.0.0.1", 0)
    it.address = server.sockets[0].getsockname()[:2]
    async with server:
        yield it
        for connection in [*state.connections]:
            connection.transport.abort()
        await until(lambda: not state.connections)
    assert not it.errors


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD", 1.0)
    monkeypatch.setattr(patience, "BODY", 1.0)
    monkeypatch.setattr(patience, "READING", 1.0)
    monkeypatch.setattr(Patient, "door", Door(1_000_000))


def with_served(test: Callable[[Served], Awaitable[None]], keep_alive: int = 5) -> None:
    async def whole() -> None:
        async with served(keep_alive) as it:
            await test(it)

    run(whole)


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\nHost: fog\r\n"])
def test_half_a_head_is_answered_with_a_sentence(begun: bytes) -> None:
    async def test(it: Served) -> None:
        reader, _writer = await it.call(begun)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        assert b" 408 " in head and b"connection: close" in head.lower()
        assert body.decode() == TOO_SLOW

    with_served(test)


def test_a_head_that_trickles_in_is_ended() -> None:
    async def test(it: Served) -> None:
        reader, writer = await it.call(b"GET / HTTP/1.1\r\nX-Long: ")

        async def trickle() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        assert b" 408 " in await reader.readline()
        trickling.cancel()

    with_served(test)


def test_a_second_head_is_waited_for_no_longer() -> None:
    async def test(it: Served) -> None:
        reader, _writer = await it.call(b"GET / HTTP/1.1\r\nHost: fog\r\n\r\nGET / HT")
        said = await reader.read()
        assert b" 200 " in said and said.endswith(TOO_SLOW.encode())

    with_served(test)


@pytest.mark.parametrize("framing", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_half_a_body_is_ended_and_the_app_hears_of_it(
    framing: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(it: Served) -> None:
        reader, _writer = await it.call(
            b"POST / HTTP/1.1\r\nHost: fog\r\n" + framing + b"\r\n\r\n2\r\nab"
        )
        said = await reader.read()
        assert b" 408 " in said and said.endswith(TOO_SLOW.encode())
        await until(lambda: it.finished == ["body"])

    with_served(test)
    # They hung up, in effect: that is no fault of ours, and none is reported.
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_body_that_trickles_in_is_ended() -> None:
    async def test(it: Served) -> None:
        reader, writer = await it.call(
            b"POST / HTTP/1.1\r\nHost: fog\r\nContent-Length: 99999\r\n\r\n"
        )

        async def trickle() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        assert b" 408 " in await reader.readline()
        trickling.cancel()

    with_served(test)


def test_a_body_that_makes_progress_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    extended: asyncio.Queue[str] = asyncio.Queue()
    wait = Patient._wait

    def noted(connection: Patient, expected: str) -> None:
        extended.put_nowait(expected)
        wait(connection, expected)

    monkeypatch.setattr(Patient, "_wait", noted)
    monkeypatch.setattr(patience, "PROGRESS", 1)

    async def test(it: Served) -> None:
        head = b"POST / HTTP/1.1\r\nHost: fog\r\nContent-Length: 5\r\n\r\n"
        reader, writer = await it.call(head)
        assert await extended.get() == "request"
        # A byte for each time that it is waited for, and at last the rest.
        for _ in range(3):
            assert await extended.get() == "body"
            writer.write(b"x")
        writer.write(b"yz")
        assert b" 200 " in await reader.readline()

    with_served(test)


def test_who_says_nothing_is_let_go_without_a_word() -> None:
    with_served(Served.a_later_one_is_ended)


def test_long_answers_websockets_and_idle_connections_live_on() -> None:
    async def test(it: Served) -> None:
        host, port = it.address
        reader, writer = await it.call(
            b"GET /slow HTTP/1.1\r\nHost: fog\r\nConnection: close\r\n\r\n"
        )
        await reader.readuntil(b"begun ")
        idle, asking = await it.call(b"GET / HTTP/1.1\r\nHost: fog\r\n\r\n")
        await idle.readuntil(b"\r\n\r\n")
        async with connect(f"ws://{host}:{port}/chat") as socket:
            for _ in range(3):
                await it.a_later_one_is_ended()
            await socket.send("still here")
            assert await socket.recv() == "still here"
        asking.write(b"GET / HTTP/1.1\r\nHost: fog\r\nConnection: close\r\n\r\n")
        assert b" 200 " in await idle.read()
        it.going_on.set()
        assert b"done" in await reader.read()
        writer.close()

    # uvicorn ends idle connections: here, not so soon.
    with_served(test, keep_alive=1000)


def test_an_answer_that_is_not_read_is_ended() -> None:
    async def test(it: Served) -> None:
        # A socket that nobody reads from: asyncio's streams would.
        with socket.create_connection(it.address) as asking:
            asking.sendall(b"GET /large HTTP/1.1\r\nHost: fog\r\n\r\n")
            await until(lambda: it.finished == ["large"])

    with_served(test)


def test_where_there_is_no_room_everybody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Patient, "door", Door(1))

    async def test(it: Served) -> None:
        reader, _writer = await it.call(b"GET / HTTP/1.1\r\nHost: fog\r\n\r\n")
        said = (await reader.read()).decode()
        assert " 503 " in said and FULL in said and "retry-after: 60" in said.lower()

    with_served(test)
