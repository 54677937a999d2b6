"""The one script that Streamlit runs: navigation over the pages beside it, and what frames them."""

from __future__ import annotations

import streamlit as st

from pages.frame.chrome import glossary
from pages.frame.foot import foot
from pages.frame.look import icon, special_style
from pages.frame.presenting import presenter
from pages.frame.share import share
from pages.shared.address import heed_frame
from pages.shared.faults import begin_page, naming_faults
from pages.shared.modes import EVERY, mode_of
from pages.shared.slides import presenting

NAME = "Through the Fog"
HOME = st.Page("home.py", title=NAME, url_path="home", default=True)
groups: dict[str, list[st.Page]] = {"": [HOME]}
for mode in EVERY:
    page = st.Page(mode.file, title=mode.title, url_path=mode.slug)
    groups.setdefault(mode.group, []).append(page)

page = st.navigation(groups, position="hidden" if presenting() else "top")
st.set_page_config(
    page_title=NAME if page is HOME else f"{page.title} · {NAME}",
    page_icon=icon(),
    layout="wide",
    initial_sidebar_state="collapsed",
)
special_style(presenting=presenting())
heed_frame()
begin_page()
with naming_faults("page"):
    page.run()
with naming_faults("glossary"):
    glossary()
with st.container(key="share-bar"):
    share(page.url_path if page.url_path in ("forward", "reverse") else None)
if not presenting():
    foot(mode_of(page.url_path))
if presenting():
    presenter()
