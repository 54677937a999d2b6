"""The one script that Streamlit runs: navigation over the pages beside it."""

from __future__ import annotations

import streamlit as st

from diffusion_core.embedded import ICON
from pages.components.look import global_style

st.set_page_config(
    page_title="Through the Fog",
    page_icon=str(ICON),
    layout="wide",
    initial_sidebar_state="collapsed",
)
global_style()
page = st.navigation(
    [
        st.Page("home.py", title="Through the Fog", url_path="home", default=True),
        st.Page("forward.py", title="Forward", url_path="forward"),
        st.Page("reverse.py", title="Reverse", url_path="reverse"),
    ],
    position="top",
)
page.run()
