"""Runs on one timeline: the scene in which each is a lane, whatever it is a run of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from diffusion_core.errors import AssetError, note
from diffusion_core.files.bundle import bundle
from diffusion_core.files.tables import table_of
from diffusion_core.request import Request, network_of
from diffusion_core.schedule import Floats
from pages.http.engine import sources
from pages.shared.words import sentences_by_noise
from pages.stage.recordings import diagram_row, recorded


class Lane(Protocol):
    """What the stage needs to know of a run, whatever it is a run of: ReverseSettings, or
    EditSettings (labs/editing/settings.py)."""

    @property
    def address(self) -> str: ...
    @property
    def caption(self) -> str: ...
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


def edit_scene(lanes: Sequence[Lane], presses: int, stage: str, **extra: Any) -> bytes:
    """The scene of runs that are computed when asked for, on a stage of their own.

    presses: one more runs the model again, also with the same settings. extra: what else the
    stage's followers want to know, as JSON can hold it.
    """
    return lanes_scene(lanes, None, {"stage": stage, "presses": presses, "unlisted": True, **extra})


def described(lane: Lane) -> dict[str, Any]:
    """What the stage needs to know of a run, to fetch it and to name it."""
    return {
        "address": lane.address,
        "caption": lane.caption,
        "frames": lane.frames,
        "steps": lane.steps,
        "every": lane.every,
        "count": len(lane.labels),
        "told": lane.told,
        "labels": list(lane.labels),
    }


def in_the_tab(requests: Sequence[Request | None]) -> tuple[dict[str, Any], dict[str, Floats]]:
    """What a scene adds to its head and its arrays, so that the tab itself can make these runs: for
    each the network and how it is led, or nothing where only the server can."""
    where = sources()
    if where is None:
        return {}, {}
    jobs = [
        one and {"network": network_of(one.sampler), "guidance": one.guidance, "seed": one.seed}
        for one in requests
    ]
    tables = {f"table{i}": table_of(one) for i, one in enumerate(requests) if one}
    return {"engine": where, "jobs": jobs}, tables


def lanes_scene(
    lanes: Sequence[Lane],
    recording: Path | None,
    extra: dict[str, Any],
    requests: Sequence[Request | None] = (),
) -> bytes:
    """The scene of runs on one timeline. recording: of the first, which then is not fetched.
    requests: of the lanes, where the tab may make them itself."""
    more, tables = in_the_tab(requests) if requests else ({}, {})
    last = max(lane.frames for lane in lanes) - 1
    head: dict[str, Any] = {
        "kind": "reverse",
        "last": last,
        "seconds": min(6, 1.2 * last),
        "rest": last,
        "lanes": [described(lane) for lane in lanes],
        "words": sentences_by_noise("reverse"),
        **extra,
        **more,
    }
    arrays: dict[str, NDArray[Any]] = {**diagram_row("forward"), **tables}
    if recording:
        try:
            arrays["recording"] = recorded(recording)
        except AssetError as error:  # The stage asks the model for it, as for any other run.
            note(error)
    return bundle(head, arrays)
