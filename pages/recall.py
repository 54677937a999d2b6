"""The place of recall."""

from __future__ import annotations

import streamlit as st

from pages.components.prose import prose
from pages.components.slides import slide
from pages.components.words import words

text = words("recall")
with slide("coming"), st.container(key="reading-coming"):
    st.title("Recall", anchor=False)
    prose(f"*{text['lead']}*")
    prose(text["coming"])
