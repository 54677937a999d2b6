"""The few things about the look that Streamlit's theme has no setting for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

STYLE = Path(__file__).with_name("look.css")


def global_style() -> None:
    """Put the app's style sheet on the page."""
    st.html(STYLE)


def lead(text: str) -> None:
    """The sentence under a title."""
    st.markdown(text)
