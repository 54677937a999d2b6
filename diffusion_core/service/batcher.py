"""Many requests through one network at once: batching in flight.

The network is told a noise level for each picture of a batch, so pictures at different steps, of
different samplers, labels and requests can share one pass. A Batcher holds the jobs that are under
way; each `tick` makes one pass of at most `capacity` pictures and reports what came of it. A pass
is full whenever there is enough to do. A quarter of it goes to whoever has waited longest, in turn,
so that everybody advances and nobody waits for somebody else's thousand steps to end. The rest goes
to those who have not seen anything yet, and then to whoever is nearest to the end: finishing some
early spares most of them much waiting, where equal shares would let everybody finish last.

Jobs may belong to parties, such as visitors. A pass takes the longer the more pictures are in it,
so one party's are at most half as many as all others want: whoever asks for a thousand pictures
makes the passes of the others half as long again, and not many times as long. And whoever has had
many passes of late stands back while others want some (service/ledger.py).

What one job does cannot spoil another: an answer that is not finite, or a pass that fails, ends
the job that it belongs to and no other. A Batcher does no threading and no waiting of its own.
"""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch

from diffusion_core.denoiser import Denoiser
from diffusion_core.errors import UserFacingError
from diffusion_core.guidance import Query
from diffusion_core.prediction import Prediction
from diffusion_core.service.ledger import Ledger

CAPACITY = 64
"""Pictures in one pass. More do not make a pass cheaper per picture, and make each tick longer."""


class Job(Protocol):
    """Something that has questions for a network, one after another: a Run, for example."""

    @property
    def query(self) -> Query | None:
        """What to ask next; None once there is nothing left to ask."""

    @property
    def remaining(self) -> int:
        """How many steps are left, about."""

    def answer(self, prediction: Prediction) -> object | None:
        """Take the answer to `query`; may return something to report."""


@dataclass(frozen=True)
class Report:
    """What became of a job in a tick."""

    key: Hashable
    result: object | None = None
    """What the job returned, such as a Step."""
    finished: bool = False
    problem: str | None = None
    """One sentence, if the job cannot go on."""


@dataclass
class _Entry:
    """A job, and the answers to the part of its query that has been asked already."""

    job: Job
    network: str
    number: int
    """Counts the jobs as they come."""
    party: Hashable | None = None
    """Whose it is; None if nobody's in particular."""
    begun: bool = False
    """Whether the first answer has been given."""
    pieces: list[Prediction] = field(default_factory=list)
    answered: int = 0


@dataclass(frozen=True)
class _Slice:
    """Pictures `start` to `stop` of a job's query."""

    key: Hashable
    entry: _Entry
    query: Query
    start: int
    stop: int

    def part(self) -> Query:
        x_t, alpha, sigma, label = self.query
        cut = slice(self.start, self.stop)
        return Query(x_t[cut], alpha[cut], sigma[cut], label[cut])


class Batcher:
    """Jobs under way, sharing the passes of one or more networks.

    denoisers: by the name under which `add` refers to them. while_others_wait: of a network by
    name, the capacity of its passes while there are jobs for another one too, whose own passes
    have to wait meanwhile; each such pass is followed by one of another network. ledger: in which
    the passes are written down.
    """

    def __init__(
        self,
        denoisers: Mapping[str, Denoiser],
        capacity: int = CAPACITY,
        while_others_wait: Mapping[str, int] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._ledger = ledger or Ledger()
        self._while_others_wait = while_others_wait or {}
        if min([capacity, *self._while_others_wait.values()]) < 1:
            raise ValueError(f"A pass takes at least one picture; got {capacity}.")
        self._served = ""
        """The network of the last pass."""
        self._denoisers = denoisers
        self._capacity = capacity
        self._numbers = itertools.count()
        self._line: OrderedDict[Hashable, _Entry] = OrderedDict()
        self.broken = 0
        """How many passes in a row have failed in a way that nobody has foreseen. One job may be at
        fault for some; beyond that it is the process."""

    def __len__(self) -> int:
        return len(self._line)

    def add(self, key: Hashable, job: Job, network: str, party: Hashable | None = None) -> None:
        """Take on a job, of that party if it is named. ValueError if the key is in use."""
        if key in self._line:
            raise ValueError(f"There is a job {key!r} already.")
        self._line[key] = _Entry(job, network, next(self._numbers), party or None)

    def share(self, key: Hashable) -> None:
        """Several want this job: it is nobody's in particular from now on."""
        if key in self._line:
            self._line[key].party = None

    def cancel(self, key: Hashable) -> None:
        """Forget a job; no harm if there is none of that key."""
        self._line.pop(key, None)

    def tick(self) -> list[Report]:
        """One pass over whoever is first in line, and what came of it. Empty if nobody is."""
        slices = self._next_slices()
        if not slices:
            return []
        began = self._ledger.clock()
        answers = self._ask(slices)
        each = (self._ledger.clock() - began) / sum(one.stop - one.start for one in slices)
        reports = []
        for one, answer in answers:
            self._ledger.charge(one.entry.party, each * (one.stop - one.start))
            reports += self._deliver(one, answer)
        return reports

    @property
    def parties(self) -> set[Hashable | None]:
        """Of whom there are jobs."""
        return {entry.party for entry in self._line.values()}

    def _next_slices(self) -> list[_Slice]:
        """The pictures of the next pass. One network serves it: that of the first in line."""
        over = self._ledger.over(self.parties)
        line = [(key, entry) for key, entry in self._line.items() if entry.party not in over]
        network = line[0][1].network if line else ""
        capacity = self._capacity
        others = [entry.network for _, entry in line if entry.network != network]
        if others and network in self._while_others_wait:
            if network == self._served:
                network = others[0]
            else:
                capacity = min(capacity, self._while_others_wait[network])
        self._served = network
        shares = _shares(entry for _, entry in line)
        line = [(key, entry) for key, entry in line if entry.network == network]
        chosen: dict[Hashable, _Slice] = {}
        turns = max(1, capacity // 4)
        fresh = [(key, entry) for key, entry in line if not entry.begun]
        room = capacity - self._fill(chosen, line, turns, shares)
        if room:
            room -= self._fill(chosen, fresh, room, shares)
        if room:
            # Of equally near ones whoever came first, lest all of them come to an end together.
            near = sorted(line, key=lambda pair: (pair[1].job.remaining, pair[1].number))
            self._fill(chosen, near, room, shares)
        return [*chosen.values()]

    def _fill(
        self,
        chosen: dict[Hashable, _Slice],
        line: list[tuple[Hashable, _Entry]],
        room: int,
        shares: dict[Hashable, int],
    ) -> int:
        """Take up to `room` pictures from the line, in its order; how many were taken.

        shares: how many may still be taken of each party, which are counted down.
        """
        taken = 0
        for key, entry in line:
            query = entry.job.query
            assert query is not None, "A finished job is not in the line."
            start = chosen[key].stop if key in chosen else entry.answered
            most = room - taken if entry.party is None else min(room - taken, shares[entry.party])
            stop = min(len(query.x_t), start + most)
            if stop > start:
                chosen[key] = _Slice(key, entry, query, entry.answered, stop)
                taken += stop - start
                if entry.party is not None:
                    shares[entry.party] -= stop - start
            if taken == room:
                break
        return taken

    def _ask(self, slices: list[_Slice]) -> list[tuple[_Slice, Prediction | str]]:
        """The answer, or what went wrong, for each slice."""
        try:
            # A visitor's network may be gone from the shelf by now.
            answer = self._denoisers[slices[0].entry.network](
                *_together([one.part() for one in slices])
            )
        except Exception as error:
            if len(slices) > 1:
                # Somebody's question is at fault, or the batch is too large: each for itself.
                return [pair for one in slices for pair in self._ask([one])]
            self.broken += not isinstance(error, UserFacingError)
            return [(slices[0], _sentence(error))]
        self.broken = 0
        sizes = [one.stop - one.start for one in slices]
        parts = zip(
            torch.split(answer.x0_hat, sizes), torch.split(answer.eps_hat, sizes), strict=True
        )
        # One look at the whole batch; only if something is wrong, a look at each.
        healthy = _finite(answer)
        return [
            (one, said if healthy or _finite(said) else "The model's answer was not a number")
            for one, said in zip(slices, (Prediction(*part) for part in parts), strict=True)
        ]

    def _deliver(self, one: _Slice, answer: Prediction | str) -> list[Report]:
        entry = one.entry
        if isinstance(answer, str):
            self.cancel(one.key)
            return [Report(one.key, problem=f"{answer}: try another seed or other settings.")]
        entry.pieces.append(answer)
        entry.answered = one.stop
        if one.stop < len(one.query.x_t):
            return []  # The rest of its pictures are first in line for the next pass.
        whole = _joined(entry.pieces)
        entry.pieces, entry.answered, entry.begun = [], 0, True
        try:
            result = entry.job.answer(whole)
        except Exception as error:
            return self._deliver(one, _sentence(error))
        finished = entry.job.query is None
        if finished:
            self.cancel(one.key)
        else:
            self._line.move_to_end(one.key)
        return [Report(one.key, result, finished)] if finished or result is not None else []


def _shares(entries: Iterable[_Entry]) -> dict[Hashable, int]:
    """How many pictures of a pass each party may fill: half of what all others want, or all of it
    where nobody else wants anything."""
    wanted: Counter[Hashable | None] = Counter()
    for entry in entries:
        query = entry.job.query
        assert query is not None, "A finished job is not in the line."
        wanted[entry.party] += len(query.x_t) - entry.answered
    everything = wanted.total()
    return {
        party: max(1, (everything - theirs) // 2) if theirs < everything else theirs
        for party, theirs in wanted.items()
    }


def _together(parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    x_t, alpha, sigma, label = zip(*parts, strict=True)
    return Query(torch.cat(x_t), np.concatenate(alpha), np.concatenate(sigma), torch.cat(label))


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


def _sentence(error: Exception) -> str:
    if isinstance(error, UserFacingError):
        return str(error).rstrip(".")
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return "There is not enough memory for this just now"
    return f"The model could not answer ({type(error).__name__})"
