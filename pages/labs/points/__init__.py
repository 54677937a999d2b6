"""The lab in the plane, as one component: planes, charts, buttons and the two timelines.

It lives on a stage (pages/stage) of its own, whose painting it shares, and is given one
bundle: see `plane`. It trains in a worker of its own (tab/), or has /api/points do that.
"""

from __future__ import annotations

from pathlib import Path

from pages.shared.component import component
from pages.stage import STYLES

HERE = Path(__file__).parent
_component = component("points", "labs/points/points.js", [*STYLES, HERE / "points.css"])


def plane(scene: bytes, key: str) -> None:
    """The lab for a scene: see pages/labs/points/scene.py."""
    _component(key=key, data=scene)
