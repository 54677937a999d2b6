"""The stage: a clock and its followers, small components that show one moment together.

The clock is given a scene (a bundle of bytes) and moves along its timeline in the browser, without
asking the server; every follower on the page that names the same stage paints the same step. Each
follower is one short file of JavaScript in this folder; stage.js, which they share, is put before
it. To add one: write NAME.js, add NAME to FOLLOWERS, and call `follower("NAME", stage)`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.stage.bundle import bundle

HERE = Path(__file__).parent
SHARED = (
    "stage.js",
    "scenes/forward.js",
    "scenes/reverse.js",
    "scenes/journey.js",
    "scenes/others.js",
    "../labs/sound/scene.js",
    "../labs/one_step/scene.js",
)
LABS = {
    "copies": "../labs/copying/copies",
    "morph": "../labs/editing/morph",
    "guessed": "../labs/history/guessed",
    "history": "../labs/history/history",
    "run_curves": "../labs/history/run_curves",
    "levels": "../labs/one_step/levels",
    "step": "../labs/one_step/step",
    "step_figures": "../labs/one_step/step_figures",
}
FOLLOWERS = (
    "equation",
    "curves",
    "histogram",
    "sentence",
    "guess",
    "chain",
    "denoise",
    "row",
    "film",
    "window",
    "matches",
    "breaks",
    "diagram",
    "drill",
    "picture",
    "blur",
    "step",
    "step_figures",
    "levels",
    "history",
    "guessed",
    "run_curves",
    "answers",
    "morph",
    "copies",
)


def _register(name: str) -> Callable[..., Any]:
    script = "\n".join(
        (HERE / part).read_text("utf-8")
        for part in (
            *SHARED,
            f"{LABS.get(name, name if name == 'clock' else f'followers/{name}')}.js",
        )
    )
    style = "\n".join((HERE / part).read_text("utf-8") for part in ("stage.css", "parts.css"))
    return st.components.v2.component(
        f"fog_{name}", html='<div class="root"></div>\n', css=style, js=script
    )


_COMPONENTS = {name: _register(name) for name in ("clock", *FOLLOWERS)}


def clock(scene: bytes, key: str) -> None:
    """The timeline of a stage, and the scene that its followers show: a bundle, see scene_*.js."""
    _COMPONENTS["clock"](key=key, data=scene)


def follower(name: str, stage: str, **data: Any) -> None:
    """One picture that follows the clock of `stage`; `data` is what that follower needs to know."""
    which = [str(data[what]) for what in ("lane", "show") if what in data]
    key = "-".join([stage, name, *which])
    _COMPONENTS[name](key=key, data={"stage": stage, **data})


__all__ = ["bundle", "clock", "follower"]
