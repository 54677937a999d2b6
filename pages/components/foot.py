"""The foot of a page: tick it off, go on, go back."""

from __future__ import annotations

import streamlit as st

from pages.components.chrome import done_button
from pages.components.modes import Mode, neighbours


def foot(mode: Mode | None) -> None:
    """For a page of the lesson; the first page has none."""
    if mode is None:
        return
    before, after = neighbours(mode)
    with st.container(key="foot", horizontal=True, horizontal_alignment="distribute"):
        if before:
            st.page_link(before.file, label=before.title, icon=":material/arrow_back:")
        else:
            st.page_link("home.py", label="Start", icon=":material/arrow_back:")
        done_button(mode.slug)
        if after:
            st.page_link(after.file, label=after.title, icon=":material/arrow_forward:")
        else:
            st.page_link("home.py", label="Start", icon=":material/home:")
