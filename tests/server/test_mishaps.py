"""Whatever goes wrong in an answer is said in a sentence, and never as Python would say it."""

from __future__ import annotations

import logging

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import app as app_module
from pages.server.mishaps import UNFORESEEN, InASentence
from pages.shared.faults import NOT_NOW


def asked(error: Exception, begun: bool = False) -> Response:
    async def broken(request: HttpRequest) -> Response:
        async def half() -> object:
            yield b"half"
            raise error

        if begun:
            return StreamingResponse(half())  # type: ignore[arg-type]
        raise error

    site = Starlette(routes=[Route("/", broken)], middleware=[Middleware(InASentence)])
    return TestClient(site).get("/")  # type: ignore[return-value]


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), MemoryError()])
def test_no_room_is_said_and_logged_in_one_line(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    answer = asked(error)
    assert (answer.status_code, answer.text) == (503, NOT_NOW)  # type: ignore[attr-defined]
    assert answer.headers["Retry-After"]
    (line,) = [record for record in caplog.records if record.name == "through-the-fog"]
    assert line.levelno == logging.WARNING and not line.exc_info


def test_what_nobody_foresaw_is_said_and_logged_in_full(caplog: pytest.LogCaptureFixture) -> None:
    answer = asked(ZeroDivisionError("a secret"))
    assert (answer.status_code, answer.text) == (500, UNFORESEEN)  # type: ignore[attr-defined]
    (line,) = [record for record in caplog.records if record.name == "through-the-fog"]
    assert line.exc_info


def test_an_answer_that_has_begun_is_broken_off() -> None:
    with pytest.raises(OSError, match="disk"):
        asked(OSError("disk"), begun=True)


def test_who_has_hung_up_is_not_answered() -> None:
    with pytest.raises(ClientDisconnect):
        asked(ClientDisconnect())


def test_it_stands_around_everything() -> None:
    assert app_module.app._user_middleware[0].cls is InASentence
