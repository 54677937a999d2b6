"""Why diffusion: what people tried before, what each gives up, and what diffusion costs."""

from __future__ import annotations

import streamlit as st

from pages.shared.prose import prose, reading, takeaway
from pages.shared.slides import slide
from pages.shared.words import words

text = words("why")
with slide("title"):
    st.title("Why diffusion?", anchor=False)
    prose(f"*{text['lead']}*")
reading("before", text["before"])
with slide("table"):
    prose(text["table"])
for part in ("possible", "cost", "now"):
    reading(part, text[part])
with slide("takeaway"):
    st.page_link("frontier.py", label="Quality and cost", icon=":material/arrow_forward:")
    takeaway("why", text["takeaway"])
