"""The app in a folder of its own, whose files can be damaged, opened as visitors would.

Run as a program it is that app: it reads a line of JSON, the views to open, and answers with what
each of them said. Between two lines it forgets what it has read, as a restart would.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("app.py", "diffusion_core", "pages", "quizzes", "assets", ".streamlit")
PACKAGES = ("diffusion_core.", "pages.", "quizzes.")


@dataclass(frozen=True)
class Seen:
    """What came of a view."""

    exceptions: list[str]
    said: list[str]
    """Errors and warnings."""
    everything: str
    """All that a visitor gets, as text."""


class CopiedApp:
    """The process, and the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "app"
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(
                    source, self.folder / part, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                self.folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, self.folder / part)
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "FOG_CACHE_DIR": str(folder)}
        environment.pop("MNIST_DIR", None)
        self._log = (folder / "log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def open(self, *views: tuple[str, dict[str, str]]) -> list[Seen]:
        """Open each of these in turn, after a restart."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(views) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self.log
        return [Seen(**fields) for fields in json.loads(line)]

    @property
    def log(self) -> str:
        """What whoever runs it reads."""
        return Path(self._log.name).read_text("utf-8")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._log.close()


@contextmanager
def put_back(path: Path, original: Path) -> Iterator[None]:
    """Whatever the block does to the file at `path`, it is whole again afterwards."""
    try:
        yield
    finally:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        shutil.copy2(original, path)


def forget_everything() -> None:
    """As after a restart: nothing that was read is known any more."""
    import streamlit as st

    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            module = getattr(thing, "__module__", None) or ""
            # What is parsed anew when its file has changed may stay: to parse it takes longest.
            if module.startswith(PACKAGES) and thing.__name__ != "_read":
                thing.cache_clear()
    st.cache_data.clear()


def _opened(page: str, query: dict[str, str]) -> dict[str, Any]:
    from streamlit.testing.v1 import AppTest

    if page.startswith("api/"):
        return _fetched(page)
    app = AppTest.from_file(str(Path.cwd() / "pages" / "navigation.py"), default_timeout=300)
    if page == "deep_dive":  # Its address is not the name of its file: AppTest has to learn that.
        app.run()
    for name, value in query.items():
        app.query_params[name] = value
    (app if page == "home" else app.switch_page(f"{page}.py")).run()
    return {
        "exceptions": [f"{e.message}\n{''.join(e.stack_trace)}" for e in app.exception],
        "said": [*(e.value for e in app.error), *(w.value for w in app.warning)],
        "everything": "\n".join(str(element) for element in app.main),
    }


def _fetched(address: str) -> dict[str, Any]:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from pages.http.plainly import HANDLERS
    from pages.routes import ROUTES
    from pages.shared import services as studio

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await studio.exports.start()  # its process starts anew, and has read nothing
        yield
        await studio.exports.stop()

    app = Starlette(routes=ROUTES, exception_handlers=HANDLERS, lifespan=lifespan)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get(f"/{address}")
    broke = [answer.text] if answer.status_code == 500 else []
    said = [answer.text] if answer.status_code in (400, 503) else []
    return {"exceptions": broke, "said": said, "everything": answer.text}


def main() -> None:
    """Open what is asked for, line by line."""
    from installed import look_once  # beside this file, of which the copied app has none

    look_once()
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        forget_everything()
        print(json.dumps([_opened(*view) for view in json.loads(line)]), file=answers, flush=True)


if __name__ == "__main__":
    main()
