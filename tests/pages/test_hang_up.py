"""Whoever hangs up is worked for no longer, on every route that asks the model for anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.applications import Starlette

from pages.http.plainly import HANDLERS
from pages.routes import ROUTES
from pages.shared import services as studio
from pages.stage import inference
from tests.pages.asgi import Asking, on_a_loop

ADDRESSES = {
    "/api/check?name=ddim": "GET",
    "/api/copies?digit=3": "GET",
    "/api/edit?kind=between&from=3.7&to=8.21": "GET",
    "/api/export.gif?page=forward": "GET",
    "/api/export.pdf?page=reverse&steps=1000&n=16&link=https://fog.example.org/": "GET",
    "/api/export.png?page=reverse&compare=true": "GET",
    "/api/guess": "GET",
    "/api/ideal?digit=3": "GET",
    "/api/levels": "GET",
    "/api/points?shape=rings": "POST",
    "/api/sample?digit=1": "GET",
    "/api/sound?melody=C": "GET",
    "/api/spread?digit=3": "GET",
    "/api/step": "GET",
    "/api/train?run=0123456789abcdef": "POST",
}
APP = Starlette(routes=ROUTES, exception_handlers=HANDLERS)
WITHOUT_WORK = {"/api/diagram.svg", "/api/own.zip", "/api/qr", "/api/train/stop"}


class Endless:
    """A service that never answers, and knows who still waits."""

    idle = False

    def __init__(self) -> None:
        self.readers = 0
        self.asked = asyncio.Event()

    def kept(self, job: object) -> bool:
        return False

    async def ask(self, job: object, visitor: object) -> AsyncGenerator[bytes, None]:
        self.readers += 1
        self.asked.set()
        try:
            await asyncio.Event().wait()
            yield b""
        finally:
            self.readers -= 1

    async def whole(self, job: object, visitor: object) -> bytes:
        return b"".join([part async for part in self.ask(job, visitor)])


def test_every_route_that_works_is_looked_at() -> None:
    looked_at = {address.partition("?")[0] for address in ADDRESSES} | WITHOUT_WORK
    assert looked_at == {route.path for route in ROUTES if "{" not in route.path}


@pytest.mark.parametrize("address", ADDRESSES)
def test_work_ends_when_its_reader_has_gone(
    address: str, without_mnist: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang_up() -> None:
        service = Endless()
        monkeypatch.setattr(inference, "service", service)
        for name in ("planes", "digits", "exports"):
            monkeypatch.setattr(studio, name, service)
        asking = Asking(address, ADDRESSES[address])
        answering = asyncio.create_task(asking.ask(APP))
        async with asyncio.timeout(60):
            await service.asked.wait()
            assert service.readers
            asking.hung_up.set()
            await answering
        assert service.readers == 0

    on_a_loop(hang_up())


def test_a_stream_ends_when_its_reader_has_gone_in_the_middle(
    without_mnist: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Trickling(Endless):
        async def ask(self, job: object, visitor: object) -> AsyncGenerator[bytes, None]:
            yield b'{"frames": 5}\n'
            async for part in super().ask(job, visitor):
                yield part

    async def hang_up() -> None:
        service = Trickling()
        monkeypatch.setattr(inference, "service", service)
        asking = Asking("/api/sample?digit=1")
        answering = asyncio.create_task(asking.ask(APP))
        async with asyncio.timeout(60):
            await service.asked.wait()
            assert asking.text == '{"frames": 5}\n'
            asking.hung_up.set()
            await answering
        assert service.readers == 0

    on_a_loop(hang_up())
