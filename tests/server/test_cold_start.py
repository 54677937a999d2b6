"""Visitors who are there the moment the server is: everything that pages import has been, whole."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from benchmarks.server import App
from pages.server import imports
from pages.shared.modes import EVERY
from tests.server.app import run, watched

ROOT = Path(__file__).resolve().parents[2]
STARTS = 3
SLUGS = tuple(mode.slug for mode in EVERY)
EVERY_PAGE = """
import json, sys
from pathlib import Path
import app
from pages.server.imports import import_all
from streamlit.testing.v1 import AppTest

import_all()
AppTest.from_string("import streamlit as st; st.write(1)").run(timeout=120)
before = set(sys.modules)
broken = []
for page in [None, *json.loads(sys.argv[1])]:
    test = AppTest.from_file(str(Path("pages/navigation.py").resolve()), default_timeout=120)
    (test if page is None else test.switch_page(page)).run()
    broken += [exception.value for exception in test.exception]
print(json.dumps({"new": sorted(set(sys.modules) - before), "broken": broken,
                  "torch": "torch" in sys.modules, "matplotlib": "matplotlib" in sys.modules}))
"""


async def opened(app: App, page: str) -> list[str]:
    """What goes wrong when somebody opens that page."""
    url = app.address.replace("http", "ws") + "/_stcore/stream"
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(
            connect(url, subprotocols=["streamlit"], max_size=None, open_timeout=None)  # type: ignore[list-item]
        )
        message = BackMsg()
        message.rerun_script.page_name = page
        await socket.send(message.SerializeToString())
        wrong = []
        while True:
            said = ForwardMsg()
            said.ParseFromString(bytes(await socket.recv(decode=False)))
            if said.WhichOneof("type") == "script_finished":
                return wrong
            element = said.delta.new_element
            if element.HasField("exception"):
                wrong.append(f"{page}: {element.exception.type} {element.exception.message}")


def test_everybody_opens_everything_right_after_the_start(tmp_path: Path) -> None:
    for _ in range(STARTS):
        with watched(tmp_path) as server:

            async def rush() -> None:
                pages = [page for page in ("recall", "frontier", *SLUGS) for _ in (1, 2)]
                wrong = await asyncio.gather(*(opened(server.app, page) for page in pages))
                broken = [complaint for said in wrong for complaint in said]
                assert not broken, server.log[-5000:]

            run(rush)
        assert "Traceback" not in server.log


def test_what_cannot_be_imported_keeps_nobody_from_starting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(imports, "THEIRS", ("no_such_library",))
    monkeypatch.setattr(imports, "OURS", ("pages.nothing", "quizzes"))
    imports.import_all()
    assert [m.partition(" ")[0] for m in caplog.messages] == ["no_such_library", "pages.nothing"]


def test_no_page_imports_what_was_not_there_at_the_start() -> None:
    files = json.dumps([mode.file for mode in EVERY])
    ran = subprocess.run(
        [sys.executable, "-c", EVERY_PAGE, files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert not found["broken"]
    # Plotly has a module for each property of a chart, of one class each, that need nothing new.
    # It takes orjson where that is: here, because the tests have Anki; not where the app is served.
    expected = ("plotly.graph_objs.", "orjson")
    assert not [name for name in found["new"] if not name.startswith(expected)]
    assert not found["torch"] and not found["matplotlib"]
