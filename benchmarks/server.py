"""The app as a process of its own, started as `make run` does, and ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from diffusion_core.errors import CannotMeasureError

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
"""Seconds until we give up on a server that does not answer."""
PORTS = range(20_000, 32_000)
"""For our own servers; the system takes others for outgoing connections."""


@dataclass(frozen=True)
class App:
    """A running server. Times in seconds, `launched` on the clock of time.monotonic."""

    address: str
    launched: float
    ready_after: float
    process: int
    """Its process id, which is also that of its process group."""


def streamlit_command(port: int) -> list[str]:
    """What `make run` runs."""
    options = ["--server.port", str(port), "--server.headless", "true"]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *options]


@contextmanager
def running_app(command: Callable[[int], list[str]] = streamlit_command) -> Iterator[App]:
    """Start the app on a free port, wait until it answers, and end it when the block ends.

    Ctrl-C and SIGTERM end it too. FOG_OFFLINE keeps it from downloading anything meanwhile.
    CannotMeasureError if it exits, or does not answer for PATIENCE seconds. `command`: what to run
    for a port; tests have something smaller than the app.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    before = signal.signal(signal.SIGTERM, _as_ctrl_c)
    process = None
    try:
        with tempfile.TemporaryFile() as log:
            launched = time.monotonic()
            process = subprocess.Popen(
                command(port),
                cwd=ROOT,
                env={**os.environ, "FOG_OFFLINE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            _wait_until_it_answers(f"{address}/_stcore/health", process, log)
            yield App(address, launched, time.monotonic() - launched, process.pid)
    finally:
        if process is not None:
            end(process)
        signal.signal(signal.SIGTERM, before)


def free_port() -> int:
    """A port of this machine that nobody listens on.

    Not one of those that the system gives to outgoing connections: until the server has started,
    one of a thousand of them could take it.
    """
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise CannotMeasureError("No port between 20000 and 32000 is free: end what listens there.")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a session of its own, and what it has started itself."""
    for sign, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 10)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if process.poll() is not None:
                log.seek(0)
                said = log.read().decode(errors="replace").strip().splitlines()
                raise CannotMeasureError(
                    f"The app did not start ({said[-1] if said else 'it said nothing'}): "
                    "see what `make run` says."
                ) from None
            time.sleep(0.02)
    raise CannotMeasureError(f"The app did not answer within {PATIENCE:.0f} s: try `make run`.")


def _as_ctrl_c(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def memory_of(app: App) -> dict[str, int]:
    """Bytes that the server and its model's process hold, each page counted once (their PSS).

    Zero where the system does not tell.
    """
    sizes = {"server": 0, "worker": 0}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) != app.process:
                continue
            worker = b"service.worker" in (folder / "cmdline").read_bytes()
            rollup = (folder / "smaps_rollup").read_text()
        except OSError:
            continue
        share = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
        sizes["worker" if worker else "server"] += 1024 * int(share.split()[1])
    return sizes
