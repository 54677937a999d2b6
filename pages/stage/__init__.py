"""The stage: a clock and its followers, small components that show one moment together.

The clock is given a scene (a bundle of bytes) and moves along its timeline in the browser, without
asking the server; every follower on the page that names the same stage paints the same step. Each
follower is one short module: those that several pages use stand in followers/, a lab's own in the
lab's folder. To add one, write the module and call `follower("NAME", stage)`, where NAME is that of
the file in followers/, or "labs/LAB/NAME".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from diffusion_core.files.bundle import bundle
from pages.shared.component import component
from quizzes.parameters import Whole

HERE = Path(__file__).parent
STYLES = (HERE / "stage.css", HERE / "parts.css")

_buttons = component("run_buttons", "stage/buttons.js", (*STYLES, HERE / "buttons.css"))
_clock = component("clock", "stage/clock.js", STYLES)


@cache
def _component(name: str) -> Callable[..., Any]:
    script = f"{name}.js" if "/" in name else f"stage/followers/{name}.js"
    return component(name.rsplit("/")[-1], script, STYLES)


def clock(scene: bytes, key: str) -> None:
    """The timeline of a stage, and the scene that its followers show: a bundle, see scenes/."""
    _clock(key=key, data=scene)


def run_buttons(
    stage: str, setting: Whole, another: str = "New seed", again: str = "", locked: bool = False
) -> None:
    """Buttons that run what is on the stage: from another seed, and once more as it
    was. They need no server: the stage begins at once, and the field of `setting`, the address and
    the exports learn of the seed a moment later. Locked, only the second works."""
    key = f"{stage}-buttons"

    def told() -> None:
        if (seed := seed_in(st.session_state[key], setting)) is not None:
            st.session_state[setting.name] = seed

    data = {"stage": stage, "another": another, "again": again, "locked": locked}
    _buttons(key=key, data=data, on_seed_change=told, width="content")


def seed_in(told: Mapping[str, Any], setting: Whole) -> int | None:
    """The seed that the buttons have begun with, if the setting can have it: what a browser says is
    not to be believed."""
    seed = told.get("seed")
    fits = type(seed) is int and setting.low <= seed <= setting.high
    return seed if fits else None


def follower(name: str, stage: str, **data: Any) -> None:
    """One picture that follows the clock of `stage`; `data` is what that follower needs to know."""
    which = [str(data[what]) for what in ("lane", "show") if what in data]
    key = "-".join([stage, name.rsplit("/")[-1], *which])
    _component(name)(key=key, data={"stage": stage, **data})


__all__ = ["bundle", "clock", "follower", "run_buttons"]
