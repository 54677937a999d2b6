"""Many requests through one network at once: batching in flight.

The network is told a noise level for each picture of a batch, so pictures at different steps, of
different samplers, labels and requests can share one pass. A Batcher holds the questions of all
works that ask (work.py); each `tick` makes one pass of at most `capacity` pictures and answers
those whose pictures are through. A pass is full whenever there is enough to do. A quarter of it
goes to whoever has waited longest, in turn, so that everybody advances and nobody waits for
somebody else's thousand steps to end. The rest goes to those who have not seen anything yet, and
then to whoever is nearest to the end: finishing some early spares most of them much waiting, where
equal shares would let everybody finish last.

Works may belong to parties, such as visitors. A pass takes the longer the more pictures are in it,
so one party's are at most half as many as all others want: whoever asks for a thousand pictures
makes the passes of the others half as long again, and not many times as long. And whoever has had
many passes of late stands back while others want some (service/ledger.py).

An answer that is not finite, or a pass that fails, is said of the question that it belongs to and
of no other. A Batcher does no threading and no waiting of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch

from diffusion_core.denoiser import Denoiser
from diffusion_core.errors import UserFacingError
from diffusion_core.guidance import Query
from diffusion_core.prediction import Prediction
from diffusion_core.service.ledger import Ledger
from diffusion_core.service.turns import Standing
from diffusion_core.service.work import Question, not_answered

CAPACITY = 64
"""Pictures in one pass. More do not make a pass cheaper per picture, and make each tick longer."""
NOT_FINITE = "The model's answer was not a number: try another seed or other settings."


@dataclass(eq=False)
class _Entry:
    """A question, and the answers to the part of it that has been asked already."""

    asker: Standing
    network: str
    query: Query
    count: int
    """How many pictures it has: the line is gone through often."""
    pieces: list[Prediction] = field(default_factory=list)
    answered: int = 0


@dataclass(frozen=True)
class _Slice:
    """Pictures `start` to `stop` of a query."""

    entry: _Entry
    start: int
    stop: int

    def part(self) -> Query:
        query, cut = self.entry.query, slice(self.start, self.stop)
        return Query(query.x_t[cut], query.alpha[cut], query.sigma[cut], query.label[cut])


Answer = Prediction | str
"""The answer to a question, or why there is none: a sentence."""


class Batcher:
    """Questions that wait, sharing the passes of one or more networks.

    denoisers: by the names that questions give. while_others_wait: of a network by name, the
    capacity of its passes while there are questions for another one too, whose own passes have to
    wait meanwhile; each such pass is followed by one of another network. ledger: in which the
    passes are written down.
    """

    def __init__(
        self,
        denoisers: Mapping[str, Denoiser],
        capacity: int = CAPACITY,
        while_others_wait: Mapping[str, int] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.ledger = ledger or Ledger()
        self._while_others_wait = while_others_wait or {}
        if min([capacity, *self._while_others_wait.values()]) < 1:
            raise ValueError(f"A pass takes at least one picture; got {capacity}.")
        self._served = ""
        """The network of the last pass."""
        self._denoisers = denoisers
        self._capacity = capacity
        self._line: dict[Standing, _Entry] = {}
        """Whoever was answered last, or has just come, is last."""
        self.failures = 0
        """How many passes in a row have failed in a way that nobody has foreseen. One work may be
        at fault for some; beyond that it is the process."""

    def __len__(self) -> int:
        return len(self._line)

    def put(self, asker: Standing, question: Question) -> None:
        """Somebody asks, who does not wait for an answer already."""
        self._line[asker] = _Entry(asker, question.network, question.query, len(question.query))

    def cancel(self, asker: Standing) -> None:
        """Forget a question; no harm if there is none."""
        self._line.pop(asker, None)

    def tick(self) -> list[tuple[Standing, Answer]]:
        """One pass over whoever is first in line, and the answers that came of it. Empty if nobody
        is."""
        slices = self._next_slices()
        if not slices:
            return []
        began = self.ledger.clock()
        answers = self._ask(slices)
        each = (self.ledger.clock() - began) / sum(one.stop - one.start for one in slices)
        whole = []
        for one, answer in answers:
            self.ledger.charge(one.entry.asker.party, each * (one.stop - one.start))
            whole += self._gathered(one, answer)
        return whole

    @property
    def parties(self) -> set[Hashable | None]:
        """Of whom there are questions."""
        return {asker.party for asker in self._line}

    def _next_slices(self) -> list[_Slice]:
        """The pictures of the next pass. One network serves it: that of the first in line."""
        over = self.ledger.over(self.parties)
        line = [entry for entry in self._line.values() if entry.asker.party not in over]
        network = line[0].network if line else ""
        capacity = self._capacity
        others = [entry.network for entry in line if entry.network != network]
        if others and network in self._while_others_wait:
            if network == self._served:
                network = others[0]
            else:
                capacity = min(capacity, self._while_others_wait[network])
        self._served = network
        shares = _shares(line)
        line = [entry for entry in line if entry.network == network]
        chosen: dict[_Entry, _Slice] = {}
        turns = max(1, capacity // 4)
        fresh = [entry for entry in line if not entry.asker.begun]
        room = capacity - self._fill(chosen, line, turns, shares)
        if room:
            room -= self._fill(chosen, fresh, room, shares)
        if room:
            # Of equally near ones whoever came first, lest all of them come to an end together.
            near = sorted(line, key=lambda entry: (entry.query.left, entry.asker.number))
            self._fill(chosen, near, room, shares)
        return [*chosen.values()]

    def _fill(
        self,
        chosen: dict[_Entry, _Slice],
        line: list[_Entry],
        room: int,
        shares: dict[Hashable, int],
    ) -> int:
        """Take up to `room` pictures from the line, in its order; how many were taken.

        shares: how many may still be taken of each party, which are counted down.
        """
        taken = 0
        for entry in line:
            party = entry.asker.party
            start = chosen[entry].stop if entry in chosen else entry.answered
            most = room - taken if party is None else min(room - taken, shares[party])
            stop = min(entry.count, start + most)
            if stop > start:
                chosen[entry] = _Slice(entry, entry.answered, stop)
                taken += stop - start
                if party is not None:
                    shares[party] -= stop - start
            if taken == room:
                break
        return taken

    def _ask(self, slices: list[_Slice]) -> list[tuple[_Slice, Answer]]:
        """The answer, or what went wrong, for each slice."""
        try:
            # A visitor's network may be gone from the shelf by now.
            denoiser = self._denoisers[slices[0].entry.network]
            answer = _together([one.part() for one in slices]).put(denoiser)
        except Exception as error:
            if len(slices) > 1:
                # Somebody's question is at fault, or the batch is too large: each for itself.
                return [pair for one in slices for pair in self._ask([one])]
            self.failures += not isinstance(error, UserFacingError)
            return [(slices[0], not_answered(error))]
        self.failures = 0
        sizes = [one.stop - one.start for one in slices]
        parts = zip(
            torch.split(answer.x0_hat, sizes), torch.split(answer.eps_hat, sizes), strict=True
        )
        # One look at the whole batch; only if something is wrong, a look at each.
        healthy = _finite(answer)
        return [
            (one, said if healthy or _finite(said) else NOT_FINITE)
            for one, said in zip(slices, (Prediction(*part) for part in parts), strict=True)
        ]

    def _gathered(self, one: _Slice, answer: Answer) -> list[tuple[Standing, Answer]]:
        """The answer to a whole question, if this was its last part."""
        entry = one.entry
        if not isinstance(answer, str):
            entry.pieces.append(answer)
            entry.answered = one.stop
            if one.stop < entry.count:
                return []  # The rest of its pictures are first in line for the next pass.
            entry.asker.begun = True
            answer = _joined(entry.pieces)
        del self._line[entry.asker]
        return [(entry.asker, answer)]


def _shares(entries: Iterable[_Entry]) -> dict[Hashable, int]:
    """How many pictures of a pass each party may fill: half of what all others want, or all of it
    where nobody else wants anything."""
    wanted: Counter[Hashable | None] = Counter()
    for entry in entries:
        wanted[entry.asker.party] += entry.count - entry.answered
    everything = wanted.total()
    return {
        party: max(1, (everything - theirs) // 2) if theirs < everything else theirs
        for party, theirs in wanted.items()
    }


def _together(parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return Query(
        torch.cat([part.x_t for part in parts]),
        np.concatenate([part.alpha for part in parts]),
        np.concatenate([part.sigma for part in parts]),
        torch.cat([part.label for part in parts]),
    )


def _joined(pieces: list[Prediction]) -> Prediction:
    if len(pieces) == 1:
        return pieces[0]
    return Prediction(
        torch.cat([piece.x0_hat for piece in pieces]),
        torch.cat([piece.eps_hat for piece in pieces]),
    )


def _finite(answer: Prediction) -> bool:
    # A sum is not finite if any part is not, and takes a tenth of the time of isfinite().all().
    return bool(torch.isfinite(answer.x0_hat.sum() + answer.eps_hat.sum()))
