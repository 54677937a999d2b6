"""The stage: a clock and its followers, small components that show one moment together.

The clock is given a scene (a bundle of bytes) and moves along its timeline in the browser, without
asking the server; every follower on the page that names the same stage paints the same step. Each
follower is one short module: those that several pages use stand in followers/, a lab's own in the
lab's folder. To add one, write the module and call `follower("NAME", stage)`, where NAME is that of
the file in followers/, or "labs/LAB/NAME".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from diffusion_core.files.bundle import bundle
from pages.shared.component import component

HERE = Path(__file__).parent
STYLES = (HERE / "stage.css", HERE / "parts.css")

_clock = component("clock", "stage/clock.js", STYLES)


@cache
def _component(name: str) -> Callable[..., Any]:
    script = f"{name}.js" if "/" in name else f"stage/followers/{name}.js"
    return component(name.rsplit("/")[-1], script, STYLES)


def clock(scene: bytes, key: str) -> None:
    """The timeline of a stage, and the scene that its followers show: a bundle, see scenes/."""
    _clock(key=key, data=scene)


def follower(name: str, stage: str, **data: Any) -> None:
    """One picture that follows the clock of `stage`; `data` is what that follower needs to know."""
    which = [str(data[what]) for what in ("lane", "show") if what in data]
    key = "-".join([stage, name.rsplit("/")[-1], *which])
    _component(name)(key=key, data={"stage": stage, **data})


__all__ = ["bundle", "clock", "follower"]
