"""Work that is done in turns: a generator of more of an answer, or of b"" for "not yet".

A turn is short, so a generator yields often. Visitors take turns, and the work of one visitor takes
those of that visitor: who asks for ten things waits for them himself. Whatever ends a generator
early (the job is forgotten, the other side hangs up) closes it, so that it can put away what it
holds.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Generator, Hashable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from diffusion_core.errors import UserFacingError, note
from diffusion_core.service.ledger import Ledger
from diffusion_core.service.pulse import Pulse

Work = Iterator[bytes]
"""More of a job's answer, or b"" for nothing yet. An error written for readers ends the job."""
PASSES_TO_TURNS = 2.0
"""How many seconds the network has for each second of turns while both are wanted: whoever draws
waits half as long again, at most, for those who do something else."""
BROKEN = 5
"""After so many failures in a row that nobody has foreseen, it is not the work that is at fault but
the process (a moment without memory can leave a library broken for good): it ends, and whoever
keeps it starts another."""


@dataclass
class _UnderWay:
    work: Work
    party: Hashable


class Turns:
    """The pieces of work that are under way. clock: seconds, from any beginning."""

    def __init__(
        self,
        connection: Connection[Any, Any],
        clock: Callable[[], float] = time.monotonic,
        ledger: Ledger | None = None,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self.ledger = ledger or Ledger(clock)
        self._under_way: dict[int, _UnderWay] = {}
        self._numbers = itertools.count(1)
        self._last_turns: dict[Hashable, int] = {}
        """The number of each party's last turn."""
        self._owed = 0.0
        """Seconds that passes of the network are to have before the next turn."""
        self._broken = 0
        """Failures in a row that nobody has foreseen."""

    def __len__(self) -> int:
        return len(self._under_way)

    def add(self, key: int, work: Work, party: Hashable = None) -> None:
        """Take on a piece of work; it is answered under this key.

        party: whose turns it takes; without one, it has turns of its own.
        """
        self._under_way[key] = _UnderWay(work, party or ("key", key))

    def share(self, key: int) -> None:
        """Several want it: it has turns of its own from now on."""
        if key in self._under_way:
            self._under_way[key].party = ("key", key)

    def forget(self, key: int) -> None:
        """Drop it, if it is under way."""
        if key in self._under_way:
            work = self._under_way.pop(key).work
            if isinstance(work, Generator):
                work.close()

    def close(self) -> None:
        """Drop everything."""
        for key in [*self._under_way]:
            self.forget(key)

    def passed(self, seconds: float) -> None:
        """The network had a pass, which took so long."""
        self._owed = max(0.0, self._owed - seconds)

    def take(self, beside: Collection[Hashable] = ()) -> None:
        """One turn, of the party that has waited longest, and of its work what has waited longest.

        Work that breaks does not take others along. SystemExit when everything breaks (BROKEN).

        beside: the parties that wait for passes of the network, if any does; then no turn is taken
        before they have had their time (`passed`), nor by who has had much (the ledger).
        """
        if beside and self._owed > 0:
            return
        over = self.ledger.over({*beside, *(one.party for one in self._under_way.values())})
        keys = [key for key, one in self._under_way.items() if one.party not in over]
        if not keys:
            return
        key = min(keys, key=lambda key: self._last_turns.get(self._under_way[key].party, 0))
        one = self._under_way.pop(key)
        began = self._clock()
        said, chunk = self._turn(one.work)
        took = self._clock() - began
        self._owed = PASSES_TO_TURNS * took if beside else 0.0
        self.ledger.charge(one.party, took)
        self._last_turns[one.party] = next(self._numbers)
        if said == "chunk":
            self._under_way[key] = one  # at the end of its party's line
            if chunk:
                self._connection.send(("chunk", key, chunk))
            return
        parties = {other.party for other in self._under_way.values()}
        self._last_turns = {p: at for p, at in self._last_turns.items() if p in parties}
        self._connection.send((said, key, *([chunk] if said == "failed" else [])))
        if self._broken >= BROKEN:
            raise SystemExit(f"{BROKEN} pieces of work in a row have failed.")

    def _turn(self, work: Work) -> tuple[str, bytes | str]:
        """One turn: ("chunk", bytes), ("finished", b"") or ("failed", a sentence)."""
        try:
            return "chunk", next(work)
        except StopIteration:
            self._broken = 0
            return "finished", b""
        except UserFacingError as error:
            note(error)
            return "failed", str(error)
        except Exception as error:
            self._broken += 1
            return "failed", not_computed(error)


def serve_in_turns(connection: Connection[Any, Any], begin: Callable[[Any], Work]) -> None:
    """Do what is asked until the other side hangs up, everybody's work in turns.

    The messages are those of worker.py.
    """
    turns, pulse = Turns(connection), Pulse(connection)
    try:
        while True:
            # Waits for a message while there is nothing to do; looks for one between turns.
            while not len(turns) or connection.poll():
                match connection.recv():
                    case ("do", int(key), job, party):
                        turns.add(key, _deferred(begin, job), party)
                    case ("shared", int(key)):
                        turns.share(key)
                    case ("forget", int(key)):
                        turns.forget(key)
            turns.take()
            pulse.beat()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        turns.close()


def _deferred(begin: Callable[[Any], Work], job: Any) -> Generator[bytes, None, None]:
    """Its work, so that also what goes wrong at its beginning is that job's alone."""
    yield from begin(job)


def not_computed(error: Exception) -> str:
    """What is said where something went wrong that nobody has foreseen."""
    return f"This could not be computed ({type(error).__name__}): try it with other settings."
