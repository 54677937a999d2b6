"""The one script that Streamlit runs: navigation over the pages beside it."""

from __future__ import annotations

import streamlit as st

from pages.components.look import global_style, icon

NAME = "Through the Fog"
HOME = st.Page("home.py", title=NAME, url_path="home", default=True)
PAGES = [
    HOME,
    st.Page("forward.py", title="Forward", url_path="forward"),
    st.Page("reverse.py", title="Reverse", url_path="reverse"),
    st.Page("frontier.py", title="Quality and cost", url_path="frontier"),
]

page = st.navigation(PAGES, position="top")
st.set_page_config(
    page_title=NAME if page is HOME else f"{page.title} · {NAME}",
    page_icon=icon(),
    layout="wide",
    initial_sidebar_state="collapsed",
)
global_style()
page.run()
