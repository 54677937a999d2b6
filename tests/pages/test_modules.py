"""The browser's modules: where they lie, how long they are kept, and what they import."""

from __future__ import annotations

import posixpath
import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.http.modules import SCRIPTS, VERSION, needed_by, script
from pages.shared.component import LOADER

IMPORTS = re.compile(r'^\s*(?:import|export)\b[^;]*?from "([^"]+)";', re.MULTILINE)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=[Route("/js/{version}/{path:path}", script)]))


def imports_of(path: str) -> list[str]:
    found = IMPORTS.findall(SCRIPTS[path].decode())
    return [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in found]


def test_a_module_is_what_lies_in_its_place_and_is_kept_for_good(client: TestClient) -> None:
    answer = client.get(f"/js/{VERSION}/stage/clock.js")
    assert answer.content == SCRIPTS["stage/clock.js"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


def test_whoever_takes_nothing_compressed_gets_it_plain(client: TestClient) -> None:
    answer = client.get(f"/js/{VERSION}/stage/clock.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == SCRIPTS["stage/clock.js"]


def test_a_tab_from_before_an_update_gets_todays_and_does_not_keep_it(client: TestClient) -> None:
    answer = client.get("/js/0123456789abcdef/stage/clock.js")
    assert answer.content == SCRIPTS["stage/clock.js"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["stage/clocks.js", "stage/stage.css", "../app.py", "stage"])
def test_nothing_but_modules_is_to_be_had(client: TestClient, path: str) -> None:
    assert client.get(f"/js/{VERSION}/{path}").status_code == 404


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_every_import_leads_to_a_module(path: str) -> None:
    assert [name for name in imports_of(path) if name not in SCRIPTS] == []


def test_all_that_a_module_needs_is_asked_for_at_once() -> None:
    needed = needed_by("stage/clock.js")
    assert needed[0] == "stage/clock.js"
    assert len(set(needed)) == len(needed)
    assert {"stage/scenes/reverse.js", "shared/stream.js"} <= set(needed)
    for path in needed:
        assert set(imports_of(path)) <= set(needed)


def test_arrows_between_modules_point_one_way() -> None:
    """What is shared imports nothing of a room; the model in the tab knows no page, and stage and
    labs may use it; the stage knows no lab, but for the list of scenes; no lab knows another; the
    guided lesson may use all of them, and nobody uses it."""
    allowed = {
        "shared": {"shared"},
        "engine": {"shared", "engine"},
        "stage": {"shared", "engine", "stage"},
        "frame": {"shared", "frame"},
        "quiz": {"shared", "frame", "quiz"},
        "lesson": {"shared", "lesson"},
        "labs": {"shared", "engine", "stage", "frame", "labs"},
        "guided": {"shared", "engine", "stage", "labs", "quiz", "guided"},
    }
    for path in SCRIPTS:
        if path == "stage/scenes/kinds.js":
            continue
        room = path.split("/")[0]
        for name in imports_of(path):
            assert name.split("/")[0] in allowed[room], f"{path} imports {name}"
            if room == "labs" and name.startswith("labs/"):
                assert path.split("/")[1] == name.split("/")[1], f"{path} imports {name}"


def test_everything_is_reached_from_a_component() -> None:
    """A module that nobody imports and that is neither a component nor a worker is dead,
    but for the one that stands in the page itself."""
    imported = {name for path in SCRIPTS for name in imports_of(path)}
    components = {path for path, text in SCRIPTS.items() if b"export default" in text}
    workers = {"engine/worker.js", "labs/points/tab/worker.js"}
    inside_the_page = {"frame/early/early.js"}
    assert set(SCRIPTS) - imported - components == workers | inside_the_page


def test_they_are_compressed_once_and_whole(client: TestClient) -> None:
    for path, text in SCRIPTS.items():
        raw = client.get(f"/js/{VERSION}/{path}")
        assert raw.content == text


def test_the_loader_says_what_to_do_where_a_module_cannot_be_had() -> None:
    assert "check the connection and reload the page" in LOADER
