"""Streamlit's own files travel compressed, and browsers keep them for good."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from streamlit import config, file_util
from streamlit.web.server.starlette.starlette_app import create_streamlit_middleware
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from pages.http import light_files
from pages.http.early_page import EarlyPage
from pages.http.light_files import LightFiles
from tests.pages.asgi import Asking, on_a_loop

STATIC = Path(file_util.get_static_dir())
INDEX = (STATIC / "index.html").read_text("utf-8")
NAMED = re.findall(r'(?:href|src)="\./(static/[^"]+)"', INDEX)
"""What a page asks for at once."""
LARGE = next(name for name in NAMED if "protobuf" in name)
GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
FOR_GOOD = {"public", "immutable", "max-age=31536000"}


def kept_for(answer: object) -> set[str]:
    return set(answer.headers["cache-control"].split(", "))  # type: ignore[attr-defined]


def app(base: str = "") -> Starlette:
    return Starlette(
        routes=create_streamlit_static_assets_routes(base),
        middleware=[Middleware(LightFiles), *create_streamlit_middleware()],
    )


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(app())


@pytest.mark.parametrize("name", NAMED)
def test_what_a_page_needs_is_compressed_and_kept(client: TestClient, name: str) -> None:
    # httpx has read it as a browser does.
    answer = client.get(f"/{name}", headers=GZIP)
    content = (STATIC / name).read_bytes()
    assert answer.content == content
    assert kept_for(answer) == FOR_GOOD
    if not name.endswith(".woff2") and len(content) > 1000:
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < 0.7 * len(content)


def test_all_of_a_first_visit_is_less_than_a_third_of_what_it_was(client: TestClient) -> None:
    scripts = [name for name in NAMED if name.endswith((".js", ".css"))]
    sent = [int(client.get(f"/{n}", headers=GZIP).headers["content-length"]) for n in scripts]
    assert 3 * sum(sent) < sum((STATIC / name).stat().st_size for name in scripts)


@pytest.mark.parametrize("accept", ["identity", "", "br", "gzip;q=0", "deflate, gzip; q=0.0"])
def test_whoever_cannot_read_it_compressed_gets_it_plain(client: TestClient, accept: str) -> None:
    answer = client.get(f"/{LARGE}", headers={"Accept-Encoding": accept})
    assert "content-encoding" not in answer.headers
    assert answer.content == (STATIC / LARGE).read_bytes()
    assert kept_for(answer) == FOR_GOOD


def test_caches_on_the_way_keep_both(client: TestClient) -> None:
    answers = [client.get(f"/{LARGE}", headers=headers) for headers in (GZIP, PLAIN)]
    assert [answer.headers["vary"] for answer in answers] == ["Accept-Encoding"] * 2
    assert answers[0].headers["etag"] != answers[1].headers["etag"]


def test_what_a_browser_has_already_is_not_sent_again(client: TestClient) -> None:
    for headers in (GZIP, PLAIN):
        etag = client.get(f"/{LARGE}", headers=headers).headers["etag"]
        again = client.get(f"/{LARGE}", headers={**headers, "If-None-Match": etag})
        assert again.status_code == 304 and again.content == b""
        assert again.headers["etag"] == etag
        other = client.get(f"/{LARGE}", headers={**headers, "If-None-Match": '"other"'})
        assert other.status_code == 200


def test_head_tells_the_same_without_the_file(client: TestClient) -> None:
    for headers in (GZIP, PLAIN):
        whole, head = (client.request(m, f"/{LARGE}", headers=headers) for m in ("GET", "HEAD"))
        assert head.content == b"" and head.status_code == 200
        assert dict(head.headers) == dict(whole.headers)


def test_a_part_is_a_part_of_the_file_itself(client: TestClient) -> None:
    answer = client.get(f"/{LARGE}", headers={**GZIP, "Range": "bytes=10-29"})
    assert answer.status_code == 206 and "content-encoding" not in answer.headers
    assert answer.content == (STATIC / LARGE).read_bytes()[10:30]


@pytest.mark.parametrize("path", ["/", "/index.html", "/reverse", "/static/js/nothing.js"])
def test_pages_are_asked_for_each_time(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=GZIP)
    assert answer.text == INDEX and answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/../index.html", "/static/js/../../index.html"])
def test_nothing_but_streamlits_files_is_to_be_had(path: str) -> None:
    asking = Asking(path, headers={"accept-encoding": "gzip"})
    on_a_loop(asking.ask(app()))
    assert asking.sent[0]["status"] in (400, 404)


def test_nothing_is_to_be_put_there(client: TestClient) -> None:
    assert client.post(f"/{LARGE}", headers=GZIP).status_code == 405


def test_below_a_base_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def base(name: str) -> object:
        return "fog" if name == "server.baseUrlPath" else get_option(name)

    get_option = config.get_option
    monkeypatch.setattr(config, "get_option", base)
    configured = TestClient(app("fog"))
    assert configured.get(f"/{LARGE}", headers=GZIP).status_code == 404
    monkeypatch.undo()
    mounted = TestClient(Starlette(routes=[Mount("/fog", app())]))
    for below in (configured, mounted):
        answer = below.get(f"/fog/{LARGE}", headers=GZIP)
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == (STATIC / LARGE).read_bytes()


def test_it_is_compressed_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    compressed = []

    def counting(content: bytes) -> bytes:
        compressed.append(len(content))
        return gzip.compress(content)

    monkeypatch.setattr(light_files, "squeezed", counting)
    served = app()

    async def ask_together() -> list[Asking]:
        asked = [Asking(f"/{LARGE}", headers={"accept-encoding": "gzip"}) for _ in range(5)]
        await asyncio.gather(*(one.ask(served) for one in asked))
        return asked

    asked = on_a_loop(ask_together())
    assert compressed == [(STATIC / LARGE).stat().st_size]
    assert len({one.sent[1]["body"] for one in asked}) == 1


def test_a_file_that_cannot_be_read_is_left_to_streamlit(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    file = tmp_path / "js" / "a.js"
    file.write_text("let a = 1;\n" * 100)
    client = TestClient(
        Starlette(
            routes=create_streamlit_static_assets_routes(""),
            middleware=[Middleware(LightFiles, folder=tmp_path)],
        )
    )
    assert client.get("/static/js/none.js", headers=GZIP).text == INDEX
    file.rename(tmp_path / "b.js")
    assert client.get("/static/js/a.js", headers=GZIP).text == INDEX
    (tmp_path / "b.js").rename(file)
    assert client.get("/static/js/a.js", headers=GZIP).text == file.read_text()


def test_streams_go_by_part_after_part() -> None:
    """As browsers ask for them, through all that could hold them back."""

    async def parts() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number * 1000

    async def stream(request: Request) -> StreamingResponse:
        kind = {"media_type": "application/octet-stream"}
        return StreamingResponse(parts(), headers={"Content-Encoding": "identity"}, **kind)

    served = Starlette(
        routes=[Route("/api/sample", stream)],
        middleware=[
            Middleware(LightFiles),
            Middleware(EarlyPage, style="<style></style>"),
            *create_streamlit_middleware(),
        ],
    )
    headers = {"accept-encoding": "gzip, br", "accept": "text/html,*/*"}
    asking = Asking("/api/sample", headers=headers)
    on_a_loop(asking.ask(served))
    bodies = [message["body"] for message in asking.sent[1:] if message.get("body")]
    assert bodies == [b"%d" % number * 1000 for number in range(3)]
