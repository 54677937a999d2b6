"""The foot of a page: tick it off, go on, go back."""

from __future__ import annotations

import streamlit as st

from pages.frame.chrome import done_button, shortcuts
from pages.shared.modes import LESSON, TEACHING, Mode, neighbours

PATH = "chosen-path"
"""Where the first page notes, for this visit, which path was chosen."""


def foot(mode: Mode | None) -> None:
    """For a page on the paths or beside them; the first page, the guided lesson and what is for
    teachers have none."""
    if mode is None or mode in (LESSON, *TEACHING):
        return
    before, after = neighbours(mode, st.session_state.get(PATH, "engineer"))
    with st.container(key="foot"):
        left, middle, right = st.columns(3, vertical_alignment="center")
        with left:
            st.page_link(
                before.file if before else "home.py",
                label=before.title if before else "Start",
                icon=":material/arrow_back:",
            )
        with middle:
            done_button(mode.slug)
        with right.container(horizontal_alignment="right"):
            st.page_link(
                after.file if after else "home.py",
                label=after.title if after else "Start",
                icon=":material/arrow_forward:",
                icon_position="right",
            )
        shortcuts()
