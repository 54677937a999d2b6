"""The lab in which visitors train a model of their own, as one component: see own.js.

The run belongs to the tab and not to this component: it goes on while its visitor reads another
page of the lesson, and is found again on the way back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pages.shared.component import component
from pages.stage import HERE as STAGE

HERE = Path(__file__).parent
_component = component("own", "labs/own/own.js", [STAGE / "stage.css", HERE / "own.css"])


def workshop(settings: dict[str, Any], key: str) -> None:
    """The lab. settings: digits, seconds and seed of the next run; mnist, whether the server has
    it; locked, whether training may not be started here."""
    _component(key=key, data=settings)
