"""For whom a process has worked of late, so that nobody has all of it while others wait.

Turns in a line (lane.py) and pictures in a pass (batcher.py) are shared out as well; but visitors
who ask for pictures, melodies, drawings of their own model and checks at once would have a share of
each. Here all of it counts together, in seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable

MOST = 0.25
"""How long it works for one party for each second for all others together, while they wait: so they
wait at most 1.25 times as long as without that one."""
ALIKE = 1.25
"""So many times as much is about as much, ..."""
MOMENT = 0.05
"""... and so many seconds do not count."""
HALF_LIFE = 2.0
"""Seconds in which half of it is forgotten: whoever has just come goes before those who have had it
for a while."""


class Ledger:
    """Seconds, by party. clock: seconds, from any beginning."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._at = clock()
        self._spent: dict[Hashable, float] = {}

    def charge(self, party: Hashable, seconds: float) -> None:
        """It has worked for so long for this party."""
        self._forget()
        self._spent[party] = self._spent.get(party, 0.0) + seconds

    def over(self, waiting: Collection[Hashable]) -> set[Hashable]:
        """Those of the parties that wait who have had so much that others are to go first.

        Never whoever has had least, and those who have had about as much, since passes are the
        cheaper the more are in them; nor what is nobody's in particular (None).
        """
        self._forget()
        total = sum(self._spent.values())
        spent = {party: self._spent.get(party, 0.0) for party in waiting if party is not None}
        enough = ALIKE * (0.0 if None in waiting else min(spent.values(), default=0.0)) + MOMENT
        return {
            party
            for party, theirs in spent.items()
            if theirs > max(enough, MOST * (total - theirs))
        }

    def _forget(self) -> None:
        now = self.clock()
        left = 0.5 ** ((now - self._at) / HALF_LIFE)
        self._at = now
        self._spent = {p: left * s for p, s in self._spent.items() if left * s > 1e-4}
