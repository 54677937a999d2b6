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
from pathlib import Path
from queue import SimpleQueue

from diffusion_core.service.wire import Message, Wire, packed

ROOT = Path(__file__).resolve().parents[2]
LAST_BREATH = 1.0
"""Seconds that a process is given to end, when it has hung up or was killed."""


def _threads(count: int | None) -> dict[str, str]:
    return {} if count is None else {"OMP_NUM_THREADS": str(count), "MKL_NUM_THREADS": str(count)}


Heard = Callable[["Worker", Message | None], None]
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
            self._wire = Wire.of(ours.detach())
        self._to_send: SimpleQueue[bytes | None] = SimpleQueue()
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
                self._wire.close()
            raise

    def _listen(self, heard: Heard) -> None:
        for message in self._messages():
            heard(self, message)
        self._to_send.put(None)
        self._see_it_end()  # by itself, to know of what
        heard(self, None)

    def _messages(self) -> Iterator[Message]:
        while True:
            try:
                yield self._wire.receive()
            except (EOFError, OSError):
                return

    def _speak(self) -> None:
        # Whoever is last here closes the connection: until then its number may not be used again.
        while (message := self._to_send.get()) is not None:
            with suppress(OSError):  # It died: the listener has noticed or is about to.
                self._wire.send_packed(message)
        self._wire.close()

    def send(self, message: Message) -> None:
        """The worker looks for messages after each pass. Does not wait, whatever it is doing: one
        that is frozen would soon freeze the server, too. TypeError for what cannot be sent."""
        self._to_send.put(packed(message))

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
