"""The lab in the plane, as one component: planes, charts, buttons and the two timelines.

It lives on a stage (pages/stage) of its own, whose painting it shares, and is given one
bundle: see `plane`. The training itself it fetches from /api/points.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.stage import HERE as STAGE_FOLDER

HERE = Path(__file__).parent
SCRIPTS = (
    STAGE_FOLDER / "stage.js",
    *(HERE / f"{name}.js" for name in ("run", "plane", "charts", "pen", "points")),
)
STYLES = (STAGE_FOLDER / "stage.css", STAGE_FOLDER / "parts.css", HERE / "points.css")

_component = st.components.v2.component(
    "fog_points",
    html='<div class="root"></div>\n',
    css="\n".join(path.read_text("utf-8") for path in STYLES),
    js="\n".join(path.read_text("utf-8") for path in SCRIPTS),
)


def plane(scene: bytes, key: str) -> None:
    """The lab for a scene: see pages/labs/points/scene.py."""
    _component(key=key, data=scene)
