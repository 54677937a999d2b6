"""The app as a process of its own, with an eye on its descriptors, its log and what it leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.server import App, running_app, streamlit_command

PATIENCE = 300.0
"""Seconds, for whatever must come in the end, however busy the machine is."""


@dataclass(frozen=True)
class Watched:
    """A running server."""

    app: App
    log_file: Path
    temporary: Path
    """Its folder for temporary things."""

    @property
    def descriptors(self) -> int:
        """How many are open."""
        return len([*Path(f"/proc/{self.app.process}/fd").iterdir()])

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self.log_file.read_text("utf-8")

    @property
    def left(self) -> list[str]:
        """The names of what is in its temporary folder."""
        return sorted(path.name for path in self.temporary.glob("through-the-fog-*"))

    @property
    def gone(self) -> bool:
        """Whether the process has ended. (Its number stays until it is asked how.)"""
        try:
            state = Path(f"/proc/{self.app.process}/stat").read_text("utf-8")
        except OSError:
            return True
        return state.rpartition(")")[2].split()[0] == "Z"


@contextmanager
def watched(folder: Path, descriptors: int | None = None, **environment: str) -> Iterator[Watched]:
    """The app, with at most so many descriptors, and all that it writes below `folder`."""
    log, temporary = folder / f"log-{time.monotonic_ns()}", folder / "temporary"
    temporary.mkdir(exist_ok=True)
    allowed = f"ulimit -n {descriptors} && " if descriptors else ""
    settings = [f"{name}={value}" for name, value in environment.items()]

    def command(port: int) -> list[str]:
        shell = ["sh", "-c", f'{allowed}exec "$@" >"{log}" 2>&1', "sh"]
        return ["env", f"TMPDIR={temporary}", *settings, *shell, *streamlit_command(port)]

    with running_app(command) as app:
        yield Watched(app, log, temporary)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test on a loop of its own, in a thread of its own: a browser that another test has open
    runs a loop in this one."""

    async def patiently() -> None:
        async with asyncio.timeout(PATIENCE):
            await test()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(patiently())).result()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    while not condition():
        await asyncio.sleep(0.02)


async def dial(app: App) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to it."""
    url = urlsplit(app.address)
    return await asyncio.open_connection(url.hostname, url.port)


async def answer(app: App, path: str) -> tuple[int, str]:
    """The status and the body of a GET."""
    reader, writer = await dial(app)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: fog\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return int(head.split()[1]), body.decode(errors="replace")
