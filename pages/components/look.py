"""The few things about the look that Streamlit's theme has no setting for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

STYLE = Path(__file__).with_name("look.css").read_text("utf-8")


def global_style() -> None:
    """Put the app's style sheet on the page."""
    st.html(STYLE)
