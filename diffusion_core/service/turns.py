"""Whose turn it is, of those who compute without asking a network.

Visitors take turns, and the work of one visitor takes those of that visitor: who has ten things
computed waits for them himself. Together they leave the passes of the networks their time. It does
no work of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

from diffusion_core.service.ledger import Ledger

PASSES_TO_TURNS = 2.0
"""How many seconds the network has for each second of turns while both are wanted: whoever draws
waits half as long again, at most, for those who do something else."""


@dataclass(eq=False)
class Standing:
    """A work under way, as far as those need to know it who say whose turn it is."""

    party: Hashable | None
    """Whose it is; None if nobody's in particular."""
    number: int
    """Counts the works as they come."""
    begun: bool = field(default=False, init=False)
    """Whether a question of it has been answered."""


class Turns:
    """Those who wait for a turn. ledger: in which the turns are written down."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._line: list[Standing] = []
        self._numbers = itertools.count(1)
        self._last_turns: dict[Hashable, int] = {}
        """The number of each party's last turn."""
        self._owed = 0.0
        """Seconds that passes of the network are to have before the next turn."""

    def put(self, one: Standing) -> None:
        """It waits for a turn, at the end of its party's line."""
        self._line.append(one)

    def cancel(self, one: Standing) -> None:
        """Forget it; no harm if it does not wait."""
        if one in self._line:
            self._line.remove(one)

    def passed(self, seconds: float) -> None:
        """The network had a pass, which took so long."""
        self._owed = max(0.0, self._owed - seconds)

    def took(self, one: Standing, seconds: float, beside: Collection[Hashable] = ()) -> None:
        """Somebody has computed for so long, while these waited for passes of the network."""
        self._owed = self._owed + PASSES_TO_TURNS * seconds if beside else 0.0
        self._ledger.charge(_party(one), seconds)

    def take(self, beside: Collection[Hashable] = ()) -> Standing | None:
        """Take out whose turn it is: of the party that has waited longest what has waited longest.

        beside: the parties that wait for passes of the network, if any does; then it is nobody's
        turn before they have had their time (`passed`), nor that of who has had much (the ledger).
        """
        if beside and self._owed > 0:
            return None
        parties = {_party(one) for one in self._line}
        over = self._ledger.over({*beside, *parties})
        line = [one for one in self._line if _party(one) not in over]
        if not line:
            return None
        one = min(line, key=lambda one: self._last_turns.get(_party(one), 0))
        self._line.remove(one)
        self._last_turns = {p: at for p, at in self._last_turns.items() if p in parties}
        self._last_turns[_party(one)] = next(self._numbers)
        return one


def _party(one: Standing) -> Hashable:
    """Whose turns it takes. What nobody is named for, or several want, has turns of its own."""
    return one.party if one.party is not None else ("work", one.number)
