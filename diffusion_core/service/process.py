"""The worker's process, and the two threads that speak with it, for the keeper (keeper.py)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LAST_BREATH = 1.0
"""Seconds that a process is given to end, when it has hung up or was killed."""


def _threads(count: int | None) -> dict[str, str]:
    return {} if count is None else {"OMP_NUM_THREADS": str(count), "MKL_NUM_THREADS": str(count)}


Heard = Callable[["Worker", "tuple[Any, ...] | None"], None]
"""Called from a thread with each message, and with None when the process has hung up."""


class Worker:
    """The process, a thread that listens to it, and one that speaks to it.

    OSError or RuntimeError if it cannot be started; nothing is left of it then.
    """

    def __init__(self, command: tuple[str, ...], heard: Heard, threads: int | None = None) -> None:
        self.ready = False
        ours, theirs = socket.socketpair()
        with ours, theirs:
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
            self._connection: Connection[Any, Any] = Connection(ours.detach())
        self._to_send: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        speaker = threading.Thread(target=self._speak, name="model-speaker", daemon=True)
        listener = threading.Thread(
            target=self._listen, args=(heard,), name="model-listener", daemon=True
        )
        try:
            speaker.start()
            listener.start()
        except RuntimeError:
            self.close()
            self._to_send.put(None)
            if not speaker.is_alive():
                self._connection.close()
            raise

    def _listen(self, heard: Heard) -> None:
        for message in self._messages():
            heard(self, message)
        self._to_send.put(None)
        self._see_it_end()  # by itself, to know of what
        heard(self, None)

    def _messages(self) -> Iterator[tuple[Any, ...]]:
        while True:
            try:
                yield self._connection.recv()
            except (EOFError, OSError):
                return

    def _speak(self) -> None:
        # Whoever is last here closes the connection: until then its number may not be used again.
        while (message := self._to_send.get()) is not None:
            with suppress(OSError):  # It died: the listener has noticed or is about to.
                self._connection.send(message)
        self._connection.close()

    def send(self, message: tuple[Any, ...]) -> None:
        """The worker looks for messages after each pass. Does not wait, whatever it is doing: one
        that is frozen would soon freeze the server, too."""
        self._to_send.put(message)

    def kill(self) -> None:
        """End the process, whatever it is doing. Does not wait until it has ended."""
        self.process.kill()

    def close(self) -> None:
        """End the process and wait until it has ended, for a moment."""
        self.process.kill()
        self._see_it_end()

    def _see_it_end(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LAST_BREATH)

    def how_it_ended(self) -> str:
        """How it ended, in a few words."""
        status = self.process.returncode
        if status is not None and status < 0:
            return signal.Signals(-status).name
        return f"status {status}"
