"""The first page: what this is, and where to begin."""

from __future__ import annotations

import streamlit as st

from diffusion_core.embedded import HOME_SCENE
from pages.components.reverse_scene import HOME_RUN, recorded_scene
from pages.components.stage import clock, follower
from pages.components.words import words

STAGE = "home"
text = words("home")

st.title("Through the Fog", anchor=False)
with st.container(key="reading"):
    st.markdown(text["lead"])
with st.container(border=True, key="card-hero"):
    follower("row", STAGE, lane=0, columns=10)
    clock(recorded_scene(HOME_SCENE, HOME_RUN, STAGE), "home-clock")
left, right = st.columns(2, gap="medium")
for column, name, title in (
    (left, "forward", "The forward process"),
    (right, "reverse", "The reverse process"),
):
    with column.container(border=True, key=f"card-{name}", height="stretch"):
        st.subheader(title, anchor=False)
        st.markdown(text[name])
        st.page_link(f"{name}.py", label=text[f"{name}-link"], icon=":material/arrow_forward:")
st.caption(text["honest"])
