"""The lab in which visitors train a model of their own, as one component: see own.js.

The run belongs to the tab and not to this component: it goes on while its visitor reads another
page of the lesson, and is found again on the way back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.stage import HERE as STAGE_FOLDER

HERE = Path(__file__).parent
SCRIPTS = (STAGE_FOLDER / "stage.js", *(HERE / f"{name}.js" for name in ("run", "charts", "own")))
STYLES = (STAGE_FOLDER / "stage.css", HERE / "own.css")

_component = st.components.v2.component(
    "fog_own",
    html='<div class="root"></div>\n',
    css="\n".join(path.read_text("utf-8") for path in STYLES),
    js="\n".join(path.read_text("utf-8") for path in SCRIPTS),
)


def workshop(settings: dict[str, Any], key: str) -> None:
    """The lab. settings: digits, seconds and seed of the next run; mnist, whether the server has
    it; locked, whether training may not be started here."""
    _component(key=key, data=settings)
