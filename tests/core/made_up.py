"""Requests that only tests make. They travel like any others, so what a test waits for is here."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from diffusion_core.errors import RequestError
from diffusion_core.service.work import Networks, Work

gate = threading.Event()
"""Those who are to wait begin when it is set."""
put_away = threading.Event()
"""Set when a Talk has been closed."""


@dataclass(frozen=True)
class Talk:
    """So many words, each in a turn of its own. Without a name it has nothing to say."""

    name: str
    words: int
    waits: bool = False

    def work(self, networks: Networks) -> Work:
        try:
            if self.waits:
                gate.wait(200)
            for k in range(self.words):
                yield b""
                yield f"{self.name}{k}".encode() if self.name else b""
        finally:
            put_away.set()


@dataclass(frozen=True)
class Refused:
    """It cannot be done."""

    def work(self, networks: Networks) -> Work:
        raise RequestError("Ask for something else.")


@dataclass(frozen=True)
class Broken:
    """Something goes wrong that nobody has foreseen."""

    def work(self, networks: Networks) -> Work:
        raise ZeroDivisionError("secret")
