"""Work that is done in turns: a generator of more of an answer, or of b"" for "not yet"."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from diffusion_core.errors import UserFacingError, note

Work = Iterator[bytes]


class Turns:
    """The pieces of work that are under way beside the batcher. Each turn is short, and there is
    one between two passes of the network, so that nobody's pictures wait for them."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._under_way: dict[int, Work] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def add(self, key: int, work: Work) -> None:
        """Take on a piece of work; it is answered under this key."""
        self._under_way[key] = work

    def forget(self, key: int) -> None:
        """Drop it, if it is under way."""
        self._under_way.pop(key, None)

    def take(self) -> None:
        """One turn, of whoever has waited longest. Work that breaks does not take others along."""
        if not self._under_way:
            return
        key = next(iter(self._under_way))
        work = self._under_way.pop(key)
        try:
            chunk = next(work, None)
        except UserFacingError as error:
            note(error)
            self._connection.send(("failed", key, str(error)))
        except Exception as error:
            sentence = f"This could not be computed ({type(error).__name__}): restart the app."
            self._connection.send(("failed", key, sentence))
        else:
            if chunk is None:
                self._connection.send(("finished", key))
                return
            if chunk:
                self._connection.send(("chunk", key, chunk))
            self._under_way[key] = work  # at the end of the line
