"""The style sheet is in the page before anything is painted."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.http.early_page import EarlyPage

STYLE = "<style>h1 { color: teal; } /* α */</style>"
PAGE = "<html><body><h1>Digits</h1></body></html>"
STYLED = PAGE.replace("</body>", STYLE + "</body>")
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip", "if-none-match": '"old"'}


def whole(request: object) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"etag": '"old"', "last-modified": "yesterday"})


def in_parts(request: object) -> StreamingResponse:
    return StreamingResponse(iter([PAGE[:9], PAGE[9:40], PAGE[40:]]), media_type="text/html")


def no_page(request: object) -> PlainTextResponse:
    return PlainTextResponse(PAGE)


client = TestClient(
    Starlette(
        routes=[Route("/", whole), Route("/parts", in_parts), Route("/text", no_page)],
        middleware=[
            Middleware(EarlyPage, style=STYLE),
            Middleware(GZipMiddleware, minimum_size=1),
        ],
    )
)


def test_a_page_gets_it_at_the_end_of_its_body() -> None:
    for path in ("/", "/parts"):
        answer = client.get(path, headers=BROWSER)
        assert answer.text == STYLED
        assert answer.headers["content-length"] == str(len(STYLED.encode()))
        # What is not the file on the disk must not be remembered as that.
        assert not {"etag", "last-modified"} & {*answer.headers}


def test_all_else_stays_as_it_is() -> None:
    assert client.get("/text", headers=BROWSER).text == PAGE
    answer = client.get("/", headers={"accept": "*/*", "accept-encoding": "gzip"})
    assert answer.text == PAGE and answer.headers["content-encoding"] == "gzip"
