"""What the server adds to the page that it sends first is there before anything is painted."""

from __future__ import annotations

import base64
import io
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from diffusion_core.data.embedded import recorded_digit
from diffusion_core.errors import AssetError
from pages.frame import early as early_room
from pages.frame.early import FRAMES, early, strip
from pages.http import preloads
from pages.http.early_page import EarlyPage
from pages.http.modules import SCRIPTS, VERSION
from pages.http.preloads import MODULES, WIDGETS, links
from pages.http.security import content_security_policy, inline_script_hashes
from pages.shared.modes import EVERY

STYLE = "<style>h1 { color: teal; } /* α */</style>"
PAGE = "<html><head><title>Fog</title></head><body><h1>Digits</h1></body></html>"
STYLED = PAGE.replace("</body>", STYLE + "</body>")
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip", "if-none-match": '"old"'}
INDEX = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
PAGES = ["", *(mode.slug for mode in EVERY)]


def whole(request: object) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"etag": '"old"', "last-modified": "yesterday"})


def long(request: object) -> HTMLResponse:
    return HTMLResponse(PAGE.replace("Digits", "Digits " * 200))


def in_parts(request: object) -> StreamingResponse:
    return StreamingResponse(iter([PAGE[:9], PAGE[9:40], PAGE[40:]]), media_type="text/html")


def no_page(request: object) -> PlainTextResponse:
    return PlainTextResponse(PAGE)


def index(request: Request) -> HTMLResponse:
    return HTMLResponse(INDEX, headers={"cache-control": "no-cache"})


ROUTES = [
    Route("/", whole),
    Route("/long", long),
    Route("/parts", in_parts),
    Route("/text", no_page),
    Route("/index", index),
]

client = TestClient(
    Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(EarlyPage, style=STYLE),
            Middleware(GZipMiddleware, minimum_size=1),
        ],
    )
)
fuller = TestClient(
    Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(
                EarlyPage,
                style=STYLE,
                body="<p>Wait.</p>",
                head=lambda page: f'<link rel="preload" as="font" href="{page}">',
            )
        ],
    )
)


def test_a_page_gets_its_style_at_the_end_of_its_body() -> None:
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


def test_what_is_seen_first_stands_first_and_links_in_the_head() -> None:
    text = fuller.get("/parts", headers=BROWSER).text
    assert text.index('href="parts"') < text.index("</head>")
    assert "<body><p>Wait.</p><h1>" in text and text.endswith(STYLE + "</body></html>")


def test_a_page_is_compressed_for_whoever_reads_that() -> None:
    answer = fuller.get("/long", headers=BROWSER)
    plain = fuller.get("/long", headers={**BROWSER, "accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert answer.text == plain.text and "Digits Digits" in plain.text
    assert 5 * int(answer.headers["content-length"]) < int(plain.headers["content-length"])
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    # Said once, also where somebody further in says it.
    assert client.get("/long", headers=BROWSER).headers["vary"] == "Accept-Encoding"


def test_streamlits_page_is_not_kept_and_does_not_ask_for_its_whole_font() -> None:
    answer = fuller.get("/index", headers=BROWSER)
    assert answer.headers["cache-control"] == "no-cache"
    assert 'as="font"' in INDEX and "SourceSans" in INDEX
    assert "SourceSans" not in answer.text and 'href="index"' in answer.text
    # Without a font of ours, Streamlit's is asked for as ever.
    assert "SourceSans" in client.get("/index", headers=BROWSER).text


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_what_is_there(page: str) -> None:
    addresses = re.findall(r'rel="modulepreload"[^>]* href="\./([^"]+)"', links(page))
    assert len(addresses) == len(set(addresses)) > 10
    for address in addresses:
        assert address not in INDEX
        if address.startswith("static/"):
            assert (Path(file_util.get_static_dir()) / address).is_file()
        else:
            assert address.removeprefix(f"js/{VERSION}/") in SCRIPTS


def test_every_widget_and_page_that_is_named_exists() -> None:
    """Streamlit may have renamed one: pages would only be slower."""
    assert {*MODULES, *WIDGETS} <= {*PAGES}
    folder = Path(file_util.get_static_dir()) / "static" / "js"
    for name in {"BidiComponent"}.union(*WIDGETS.values()):
        assert len(list(folder.glob(f"{name}.*.js"))) == 1, name


def test_a_page_that_is_unknown_gets_what_all_get() -> None:
    assert "BidiComponent" in links("nowhere") and links("nowhere") != links("reverse")
    assert links("home") == links("")


def test_imports_are_found_and_not_what_is_loaded_later(tmp_path: Path) -> None:
    script = tmp_path / "a.js"
    script.write_text(
        'import{a as b}from"./b.A-1_x.js";import"./c.js";import d from"./d.js";'
        'const e=()=>import("./later.js"),f=[`./listed.js`];export{e,f};'
    )
    assert preloads._imports(script) == ("b.A-1_x.js", "c.js", "d.js")


def test_the_picture_goes_from_noise_to_the_digit() -> None:
    with Image.open(io.BytesIO(strip())) as picture:
        pixels = np.asarray(picture.convert("L")).astype(float)
    assert pixels.shape == (28, 28 * FRAMES) and len(strip()) < 8000
    frames = np.split(pixels, FRAMES, axis=1)
    apart = [float(np.abs(frame - recorded_digit()).mean()) for frame in frames]
    assert all(later < sooner for sooner, later in pairwise(apart[1:]))
    assert apart[-1] < 6 < 60 < apart[0]  # of 255; the rest is 16 greys for 256


def test_its_script_is_allowed_by_its_hash_alone() -> None:
    [ours] = inline_script_hashes(early())
    rules = dict(rule.split(" ", 1) for rule in content_security_policy(early()).split("; "))
    assert ours in rules["script-src"] and "'unsafe-inline'" not in rules["script-src"]
    assert ours not in content_security_policy()
    assert "data:" in rules["font-src"] and "data:" in rules["img-src"]


def test_without_a_digit_there_is_still_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise AssetError("The digits are damaged.")

    monkeypatch.setattr(early_room, "recorded_digit", damaged)
    early.cache_clear()
    try:
        assert "Through the Fog" in early() and "<img" not in early()
    finally:
        monkeypatch.undo()
        early.cache_clear()
    source = re.search(r'src="data:image/png;base64,([^"]+)"', early())
    assert source and base64.b64decode(source[1]) == strip()
