"""A run with turns in it (turns.py).

Up to a turn nothing is different: the same noise, the same steps. There the picture x_t stays as it
is, and the rest of the way is walked as if it were a run of its own: a sampler that looks back has
nothing to look back on at its first step. With fresh noise the rest is ancestral sampling (DDPM),
so that two such branches share x_t and nothing else; how alike they end shows how much of the
digit is decided at that step (Ho et al. 2020, arXiv:2006.11239, section 4.3 and figure 7).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from torch import Tensor

from diffusion_core.dialogue import Dialogue, Noise, walk
from diffusion_core.guidance import Query
from diffusion_core.labs.forks.turns import Turn, checked
from diffusion_core.noise import PictureNoise
from diffusion_core.prediction import Prediction
from diffusion_core.request import Request
from diffusion_core.run import Run, Start, Step, noise_of, reverse, start_of
from diffusion_core.samplers import SAMPLERS, Level, Row, grid_of, levels_at


def forked(request: Request, turns: Sequence[Turn]) -> Run:
    """The run of a request that takes these turns. RequestError if it cannot."""
    checked(request, tuple(turns))
    return _forked(request, _stretches(request, turns))


@dataclass(frozen=True)
class _Stretch:
    """A run from one turn to the next."""

    request: Request
    rows: list[Row]
    """All that is left to the end, also of what lies behind the next turn."""
    first: int
    """Its first step, counted from the beginning of the whole run."""
    until: int
    """And the first one that is no longer its."""
    drawn: int
    """How often noise has been drawn before it."""


def _stretches(request: Request, turns: Sequence[Turn]) -> Iterator[_Stretch]:
    levels = levels_at(grid_of(request.sampler, request.steps))
    ends = [*(turn.step for turn in turns), request.steps]
    drawn = 1  # the noise to start from
    for turn, (first, until) in zip((Turn(0), *turns), pairwise([0, *ends]), strict=True):
        request = _turned(request, turn)
        rows = _rows_from(SAMPLERS[request.sampler](levels), first)
        yield _Stretch(request, rows, first, until, drawn)
        drawn += sum(row.fresh != 0 for row in rows[: _questions(rows, until - first)])


def _turned(request: Request, turn: Turn) -> Request:
    labels = request.labels if turn.label is None else (turn.label,) * len(request.labels)
    guidance = request.guidance if turn.guidance is None else turn.guidance
    if turn.seed is None:
        return replace(request, labels=labels, guidance=guidance)
    return replace(request, labels=labels, guidance=guidance, seed=turn.seed, sampler="ddpm")


def _questions(rows: Sequence[Row], steps: int) -> int:
    """How many questions so many steps ask."""
    ends = [number + 1 for number, row in enumerate(rows) if row.ends]
    return ends[steps - 1] if steps else 0


def _rows_from(table: list[Row], step: int) -> list[Row]:
    return table[_questions(table, step) :]


def _forked(request: Request, stretches: Iterator[_Stretch]) -> Run:
    x, calls = start_of(request).x, 0
    levels = levels_at(grid_of(request.sampler, request.steps))
    for stretch in stretches:
        if stretch.first == stretch.until:
            continue
        noise = noise_of(PictureNoise(stretch.request.seed, len(x), drawn=stretch.drawn))
        rest = replace(stretch.request, steps=request.steps - stretch.first)
        rows = stretch.rows

        def along(x: Tensor, _: list[Level], noise: Noise, rows: list[Row] = rows) -> Dialogue:
            return walk(x, rows, noise)

        run = reverse(rest, Start(x, noise), levels[stretch.first :], along)
        x, calls = yield from _part(run, stretch, request.steps, calls)


def _part(
    run: Run, stretch: _Stretch, count: int, calls: int
) -> Generator[Query | Step, Prediction, tuple[Tensor, int]]:
    """The steps of a stretch as those of the whole run; gives where it ends, and the calls so far.

    A question counts the steps that are left to the end of the whole run, as it is.
    """
    reply: Query | Step | None = next(run)
    last: Step | None = None
    while reply is not None:
        if isinstance(reply, Query):
            reply = run.send((yield reply))
            continue
        last = replace(
            reply, index=reply.index + stretch.first, count=count, calls=reply.calls + calls
        )
        yield last
        reply = next(run, None) if last.index + 1 < stretch.until else None
    run.close()
    assert last is not None, "A stretch has a step at least."
    return last.x_next, last.calls
