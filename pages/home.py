"""The first page: what this is, and where to begin."""

from __future__ import annotations

import streamlit as st

from pages.components.words import words

text = words("home")

st.title("Through the Fog")
st.markdown(text["lead"])
left, right = st.columns(2, gap="medium")
with left.container(border=True, key="card-forward"):
    st.subheader("The forward process", anchor=False)
    st.markdown(text["forward"])
    st.page_link("forward.py", label="Watch a digit dissolve")
with right.container(border=True, key="card-reverse"):
    st.subheader("The reverse process", anchor=False)
    st.markdown(text["reverse"])
    st.page_link("reverse.py", label="Watch a new one appear")
st.caption(text["honest"])
