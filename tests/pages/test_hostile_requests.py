"""Whatever our own routes are asked, they answer: with what was asked for, or in one sentence.

The model is not asked: a service that is busy stands in for it, which takes jobs as the real one
does. So this is about everything that happens before.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from diffusion_core.service.answer import ServiceError
from pages.http.plainly import HANDLERS
from pages.labs.editing.pad.ready import mask, sketch
from pages.routes import ROUTES
from pages.shared import services as studio
from pages.shared.packed import packed, packed_mask
from pages.stage import inference
from tests.pages.hostile import MARKUP, NUMBERS, TEXTS, fuzz, values

BUSY = "The model is busy: please try again in a moment."
DIGIT = packed(sketch("a crooked 4").tobytes())
SMALL = packed(np.arange(49, dtype=np.uint8).tobytes())
EDIT = {"digit": "4", "n": "3", "seed": "1", "steps": "5", "guidance": "1.5"}
REVERSE = {"draw": "3", "start": "7", "n": "4", "steps": "20", "guidance": "1.5", "step": "3"}
SECOND = {
    "compare": "true",
    "steps2": "5",
    "guidance2": "2",
    "sampler2": "DDIM",
    "model2": "shipped",
}
FORWARD = {"digit": "3", "which": "2", "seed": "7", "schedule": "cosine", "t": "5", "chain": "true"}
PAGES = ({"page": "forward", **FORWARD}, {"page": "reverse", **REVERSE, **SECOND})
LINK = {"link": "https://example.org/forward?t=5"}
GOOD: dict[str, tuple[dict[str, str], ...]] = {
    "/api/check": ({"name": "ddim"},),
    "/api/copies": ({"digit": "3", "seed": "7", "guidance": "1", "n": "8"},),
    "/api/diagram.svg": ({},),
    "/api/edit": (
        {"kind": "repair", **EDIT, "x": DIGIT, "mask": packed_mask(mask("the left half"))},
        {"kind": "restore", **EDIT, "how": "small7", "low": SMALL},
        {"kind": "restore", **EDIT, "how": "blur", "x": DIGIT, "width": "2", "noise": "1"},
        {"kind": "sketch", **EDIT, "x": DIGIT, "strength": "0.5", "again": "2"},
        {"kind": "between", **EDIT, "way": "noise", "from": "3.7", "to": "8.21"},
        {"kind": "between", **EDIT, "way": "encode", "x": DIGIT, "x2": DIGIT},
    ),
    "/api/export.gif": PAGES,
    "/api/export.png": PAGES,
    "/api/export.pdf": tuple({**page, **LINK} for page in PAGES),
    "/api/guess": ({"digit": "2", "which": "3", "seed": "4", "schedule": "cosine", "told": "500"},),
    "/api/own.zip": ({"model": "01234567"},),
    "/api/points": (
        *({"shape": s, "word": "FOG", "drawing": "AAABAQ"} for s in ("moons", "word", "drawing")),
        {"count": "20", "rate": "0.02", "width": "8", "schedule": "linear", "levels": "10"},
        {"told": "true", "only": "0.5", "seed": "1", "steps": "10"},
    ),
    "/api/ideal": ({"digit": "3", "seed": "7", "n": "8", "guidance": "1"},),
    "/api/qr": (LINK,),
    "/api/levels": ({"network": "digits"},),
    "/api/sample": (
        {"digit": "3", "seed": "7", "sampler": "dpmpp", "steps": "20", "guidance": "1.5", "n": "4"},
        {"digit": "12345678", "origin": "3.2", "until": "700", "model": "01234567"},
        {"digit": "surprise", "origin": "3.2", "until": "700"},
    ),
    "/api/spread": ({"digit": "3", "seed": "7"},),
    "/api/step": ({"network": "new", "rate": "0.03", "batch": "1", "seed": "7", "round": "1"},),
    "/api/sound": ({"melody": "C D E", "seed": "1", "steps": "5", "keep": "ends"},),
    "/api/train": ({"run": "0123456789abcdef", "digits": "38", "seconds": "1", "seed": "0"},),
    "/api/train/stop": ({"run": "0123456789abcdef"},),
}
"""What the routes can be asked, so that each of their parameters is there and means something."""
HOSTILE = (*NUMBERS, *TEXTS, *MARKUP)


@pytest.fixture
def busy(without_mnist: None, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The routes, before processes that have no time."""

    def ask(job: Any, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        # What the real one does with a job: keeps its answer under it, and looks at its size.
        assert isinstance(hash(job), int)
        assert 0 <= job.size < 10**9 and 0 <= job.width <= 1000

        async def refused() -> AsyncGenerator[bytes, None]:
            raise ServiceError(BUSY)
            yield b""

        return refused()

    for service in (inference.service, *studio.SERVICES):
        monkeypatch.setattr(service, "ask", ask)
    return TestClient(
        Starlette(routes=ROUTES, exception_handlers=HANDLERS),
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )


METHODS = {route.path: "GET" if "GET" in (route.methods or ()) else "POST" for route in ROUTES}


def complaint(client: TestClient, path: str, query: str) -> str | None:
    """What is wrong with the answer, which for an error in the route is its traceback."""
    try:
        answer = client.request(METHODS[path], f"{path}?{query}")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if answer.status_code in (200, 204):
        return None
    if answer.status_code not in (400, 403, 405, 413, 414, 429, 503):
        return f"{answer.status_code} {answer.text[:80]}"
    if answer.status_code == 405:
        return None
    said = answer.text
    fine = said and said.isprintable() and said[-1] in ".?…" and len(said) <= 400
    plain = answer.headers["content-type"].startswith("text/plain")
    return None if fine and plain else f"{answer.status_code} {said[:200]!r}"


def test_every_route_is_asked() -> None:
    assert {route.path for route in ROUTES if "{" not in route.path} == {*GOOD}


@pytest.mark.parametrize("path", GOOD)
def test_what_can_be_had_is_refused_by_nobody(busy: TestClient, path: str) -> None:
    for asked in GOOD[path]:
        answer = busy.request(METHODS[path], f"{path}?{urlencode(asked)}")
        gone = "model" in asked and "not on the server" in answer.text
        known = answer.status_code in (200, 405) or answer.text == BUSY or gone
        assert known or "leap" in answer.text, answer.text


@pytest.mark.parametrize("path", GOOD)
def test_each_parameter_with_each_hostile_value(busy: TestClient, path: str) -> None:
    found = [
        (name, value[:40], wrong)
        for asked in GOOD[path]
        for name in asked
        for value in HOSTILE
        if (wrong := complaint(busy, path, urlencode({**asked, name: value})))
    ]
    assert found == []


WHERE = [(path, asked) for path, all_asked in GOOD.items() for asked in all_asked]


def test_routes_with_anything_in_their_parameters(busy: TestClient) -> None:
    def look(
        where: tuple[str, dict[str, str]], others: dict[int, str], more: list[tuple[str, str]]
    ) -> None:
        path, asked = where
        names = [*asked]
        changed = {names[i]: value for i, value in others.items() if i < len(names)}
        query = urlencode([*{**asked, **changed}.items(), *more])
        assert complaint(busy, path, query) is None

    named = st.sampled_from(["seed", "n", "", "a[]", "digit"]) | values
    fuzz(
        600,
        look,
        where=st.sampled_from(WHERE),
        others=st.dictionaries(st.integers(0, 20), values, max_size=3),
        more=st.lists(st.tuples(named, values)),
    )


@pytest.mark.parametrize(
    "query", ["%", "%zz", "seed=%ff%fe", "&&&", "=", "seed", "seed=1;n=2", "%00=%00", "a=1&" * 2000]
)
@pytest.mark.parametrize("path", GOOD)
def test_addresses_that_are_none(busy: TestClient, path: str, query: str) -> None:
    assert complaint(busy, path, query) is None


@pytest.mark.parametrize(
    "link",
    [
        r"http://a/$\rule{1em}{9em}$",
        "http://a/$x$#$",
        "http://a/\U0001f469\u200d/\u202e",
        "https://" + "x" * 900,
        "http://a/٣/[b](c)",
        "http://[::1",
        "http://a\\b\\",
        "javascript:alert(1)",
    ],
)
def test_a_handout_takes_any_link_or_says_why_not(client: TestClient, link: str) -> None:
    query = urlencode({"page": "forward", "link": link})
    assert complaint(client, "/api/export.pdf", query) is None
