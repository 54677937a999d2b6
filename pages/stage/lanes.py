"""Runs on one timeline: the scene in which each is a lane, whatever it is a run of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from diffusion_core.errors import AssetError, note
from diffusion_core.files.bundle import bundle
from pages.engine.jobs import TabJob, in_a_bundle
from pages.engine.route import sources
from pages.shared.words import sentences_by_noise
from pages.stage.recordings import diagram_row, recorded


class Lane(Protocol):
    """What the stage needs to know of a run, whatever it is a run of: ReverseSettings, or
    EditSettings (labs/editing/settings.py)."""

    @property
    def address(self) -> str: ...
    @property
    def manner(self) -> str: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def frames(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def every(self) -> int: ...
    @property
    def labels(self) -> tuple[int, ...]: ...
    @property
    def told(self) -> bool: ...
    @property
    def surprise(self) -> bool: ...
    def in_the_tab(self) -> TabJob | None: ...


def edit_scene(lanes: Sequence[Lane], stage: str, **extra: Any) -> bytes:
    """The scene of runs that are computed when asked for, on a stage of their own.

    extra: what else the stage's followers want to know, as JSON can hold it.
    """
    return lanes_scene(lanes, None, {"stage": stage, "unlisted": True, **extra})


def described(lane: Lane) -> dict[str, Any]:
    """What the stage needs to know of a run, to fetch it and to name it."""
    return {
        "address": lane.address,
        "manner": lane.manner,
        "seed": lane.seed,
        "surprise": lane.surprise,
        "frames": lane.frames,
        "steps": lane.steps,
        "every": lane.every,
        "count": len(lane.labels),
        "told": lane.told,
        "labels": list(lane.labels),
    }


def lanes_scene(
    lanes: Sequence[Lane],
    recording: Path | None,
    extra: dict[str, Any],
    quiet: bool = False,
) -> bytes:
    """The scene of runs on one timeline. recording: of the first, which then is not fetched.
    quiet: for show, so that nothing is drawn."""
    where = None if quiet else sources()
    jobs, arrays = in_a_bundle([lane.in_the_tab() for lane in lanes]) if where else ([], {})
    last = max(lane.frames for lane in lanes) - 1
    head: dict[str, Any] = {
        "kind": "reverse",
        "last": last,
        "seconds": min(6, 1.2 * last),
        "rest": last,
        "lanes": [described(lane) for lane in lanes],
        "words": sentences_by_noise("reverse"),
        "quiet": quiet,
        "engine": where,
        "jobs": jobs,
        **extra,
    }
    arrays |= diagram_row("forward")
    if recording:
        try:
            arrays["recording"] = recorded(recording)
        except AssetError as error:  # The stage asks the model for it, as for any other run.
            note(error)
    return bundle(head, arrays)
