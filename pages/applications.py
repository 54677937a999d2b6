"""Applications: what the clear window is good for."""

from __future__ import annotations

import streamlit as st

from pages.components.prose import prose, takeaway
from pages.components.slides import slide
from pages.components.words import words

text = words("applications")
with slide("window"):
    st.title("Applications", anchor=False)
    with st.container(key="reading-window"):
        prose(f"*{text['lead']}*")
        prose(text["window"])
with slide("uses"):
    for column, part in zip(st.columns(2, gap="medium"), ("make", "see"), strict=True):
        with column.container(border=True, key=f"card-{part}", height="stretch"):
            prose(text[part])
with slide("honest"), st.container(key="reading-honest"):
    prose(text["honest"])
    st.page_link("confusions.py", label=text["try"], icon=":material/arrow_forward:")
with slide("world"), st.container(key="reading-world"):
    prose(text["world"])
    takeaway("applications", text["takeaway"])
