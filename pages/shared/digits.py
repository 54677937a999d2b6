"""The digits that pages show: MNIST's test set when it is there, else the ones our model drew."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.data.mnist import Digits, download_mnist, load_mnist, mnist_available
from diffusion_core.errors import MnistError, UserFacingError, note


@dataclass(frozen=True)
class Source:
    """Where digits come from. real: MNIST's, if they are here; problem: why they are not, if that
    is known."""

    real: Digits | None
    problem: str | None = None

    @property
    def mnist(self) -> bool:
        """Whether they are real ones."""
        return self.real is not None

    @property
    def digits(self) -> Digits:
        """The digits. AssetError, only where one asks for them, if there are not even our own."""
        return embedded_digits() if self.real is None else self.real


def source() -> Source:
    """MNIST if it can be read now, else the embedded digits and the reason.

    The disk is looked at once a second at most: pages ask several times a run, and with many
    visitors every look is a chance to wait for the others.
    """
    places = (os.environ.get("MNIST_DIR"), os.environ.get("FOG_CACHE_DIR"))
    return _source(places, int(time.monotonic()))


@lru_cache(maxsize=2)
def _source(places: tuple[str | None, ...], second: int) -> Source:
    try:
        if mnist_available():
            return Source(load_mnist("test"))
        load_mnist("test")
    except MnistError as error:
        note(error)
        return Source(None, problem=str(error))
    return Source(None)


class Download:
    """The one background download of MNIST of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.fraction = 0.0
        self.problem: str | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, unless it is under way, not needed, or MNIST_DIR says where to look."""
        with self._lock:
            if self.running or os.environ.get("MNIST_DIR") or mnist_available():
                return
            self.fraction, self.problem = 0.0, None
            self._thread = threading.Thread(target=self._run, name="mnist-download", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            download_mnist(self._report)
        except UserFacingError as error:
            note(error)
            self.problem = str(error)

    def _report(self, fraction: float) -> None:
        self.fraction = fraction


download = Download()
