"""The guided lesson: the whole of it in six minutes, one thing to do at a time."""

from __future__ import annotations

import streamlit as st

from pages.guided import guided
from pages.shared.address import heed_address
from pages.shared.slides import slide
from quizzes.addresses import GUIDED

heed_address("start", GUIDED)
with slide("lesson", essential=True):
    with st.container(key="unseen-title"):
        st.title("The lesson", anchor=False)
    guided()
