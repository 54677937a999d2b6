"""The worker's process, and the thread that listens to it, for the client (client.py)."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def _threads(count: int | None) -> dict[str, str]:
    return {} if count is None else {"OMP_NUM_THREADS": str(count), "MKL_NUM_THREADS": str(count)}


class Worker:
    """The process, and the thread that listens to it."""

    def __init__(self, command: tuple[str, ...], heard: Any, threads: int | None = None) -> None:
        self.ready = False
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, *command, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            # Threads that spin while they wait starve each other where the processor is shared;
            # threads that sleep at once are slow to wake. So they spin for a moment first
            # (docs/measurements.md).
            env={"GOMP_SPINCOUNT": "10000", **os.environ, **_threads(threads)},
        )
        theirs.close()
        self._connection: Connection[Any, Any] = Connection(ours.detach())
        self._to_send: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        for run, args in ((self._listen, (heard,)), (self._speak, ())):
            threading.Thread(target=run, args=args, name="model-connection", daemon=True).start()

    def _listen(self, heard: Any) -> None:
        for message in self._messages():
            heard(self, message)
        self._connection.close()
        heard(self, None)

    def _messages(self) -> Iterator[tuple[Any, ...]]:
        while True:
            try:
                yield self._connection.recv()
            except (EOFError, OSError):
                return

    def _speak(self) -> None:
        while (message := self._to_send.get()) is not None:
            with suppress(OSError):  # It died: the listener has noticed or is about to.
                self._connection.send(message)

    def send(self, message: tuple[Any, ...]) -> None:
        """Have it sent, in order. Does not wait: the other side may be busy, and messages large."""
        self._to_send.put(message)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._to_send.put(None)
        self.process.kill()
        self.process.wait()
