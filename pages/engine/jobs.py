"""What a stage tells the tab, so that it makes a run itself: the run in numbers, without a name.

The tab knows no sampler, no schedule and no application (pages/engine/sampler.js): it is given the
table of a run (samplers.py), what to begin with, and which labels to ask with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.files.tables import as_array
from diffusion_core.labs.forks.turns import Turn
from diffusion_core.request import Request, network_of
from diffusion_core.samplers import SAMPLERS, Level, grid_of, levels_at, times

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class TabJob:
    """A run for the tab. `facts` for JSON and `arrays` beside it, in the words of sampler.js."""

    facts: dict[str, Any]
    arrays: Arrays = field(default_factory=dict)


def table(sampler: str, levels: Sequence[Level]) -> NDArray[np.float64]:
    """The rows of a sampler on its way through these levels."""
    return as_array(SAMPLERS[sampler](levels))


def drawing(request: Request, turns: Sequence[Turn] = ()) -> TabJob:
    """A request as it is (run.py, `reverse`), or with turns on its way (labs/forks).

    A run that can take a turn to fresh noise brings along the table for it, since its reader may.
    """
    levels = levels_at(grid_of(request.sampler, request.steps))
    arrays: Arrays = {"table": table(request.sampler, levels)}
    if request.sampler != "leap":
        arrays["fresh"] = table("ddpm", levels)
    facts = _facts(request)
    return TabJob({**facts, "turns": [asdict(turn) for turn in turns]} if turns else facts, arrays)


def from_picture(request: Request, picture: bytes, t: float) -> TabJob:
    """From a picture covered with noise up to t (editing/sketch.py, `run_from`)."""
    levels = levels_at(t * grid_of(request.sampler, request.steps))
    [at] = levels_at(np.array([t]))
    facts = {**_facts(request), "covered": {"alpha": at.alpha, "sigma": at.sigma}}
    given = np.frombuffer(picture, np.uint8)
    return TabJob(facts, {"table": table(request.sampler, levels), "given": given})


def repair(request: Request, picture: bytes, hidden: bytes, again: int) -> TabJob:
    """What is hidden of a picture, drawn anew (editing/inpainting.py)."""
    rows = times(again, levels_at(grid_of(request.sampler, request.steps)))
    bits = np.unpackbits(np.frombuffer(hidden, np.uint8))
    given = np.frombuffer(picture, np.uint8)
    return TabJob(_facts(request), {"table": as_array(rows), "given": given, "hidden": bits})


def between(request: Request, seeds: tuple[int, int], labels: tuple[int, int]) -> TabJob:
    """Stops between two noises and two labels (editing/between.py, `stops_between`)."""
    job = drawing(request)
    return TabJob({**job.facts, "arc": list(seeds), "blend": list(labels)}, job.arrays)


def _facts(request: Request) -> dict[str, Any]:
    return {
        "network": network_of(request.sampler),
        "labels": list(request.labels),
        "guidance": request.guidance,
        "seed": request.seed,
    }


def in_a_bundle(jobs: Sequence[TabJob | None]) -> tuple[list[dict[str, Any] | None], Arrays]:
    """The jobs of a stage's lanes as what a bundle takes: JSON, and arrays under names of their own
    (jobs.js). None where only the server can make a run."""
    facts: list[dict[str, Any] | None] = []
    arrays: Arrays = {}
    for i, job in enumerate(jobs):
        if job is None:
            facts.append(None)
            continue
        names = {name: f"job{i}.{name}" for name in job.arrays}
        arrays |= {names[name]: array for name, array in job.arrays.items()}
        facts.append({**job.facts, "arrays": names})
    return facts, arrays


__all__ = ["TabJob", "between", "drawing", "from_picture", "in_a_bundle", "repair"]
