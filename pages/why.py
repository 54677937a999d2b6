"""Why diffusion: what people tried before, what each gives up, and what diffusion costs."""

from __future__ import annotations

import streamlit as st

from pages.components.prose import prose, takeaway
from pages.components.slides import slide
from pages.components.words import words

text = words("why")
with slide("before"):
    st.title("Why diffusion?", anchor=False)
    with st.container(key="reading-before"):
        prose(f"*{text['lead']}*")
        prose(text["before"])
with slide("table"):
    prose(text["table"])
for part in ("possible", "cost", "now"):
    with slide(part), st.container(key=f"reading-{part}"):
        prose(text[part])
        if part == "cost":
            st.page_link("frontier.py", label="Quality and cost", icon=":material/arrow_forward:")
with slide("takeaway"):
    takeaway("why", text["takeaway"])
