"""A live check: one number of a formula, found in two ways, fetched when it comes into view."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_check = st.components.v2.component(
    "fog_check",
    html='<div class="root" role="group" aria-label="Live check"></div>\n',
    css=(HERE / "check.css").read_text("utf-8"),
    js=(HERE / "check.js").read_text("utf-8"),
)


def live_check(name: str) -> None:
    """Show the check of that name (diffusion_core/checks)."""
    _check(key=f"check-{name}", data={"name": name})


__all__ = ["live_check"]
