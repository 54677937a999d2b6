"""Applications: what the clear window is good for."""

from __future__ import annotations

import streamlit as st

from pages.labs.choice import choose_lab
from pages.labs.copying import lab as copying
from pages.labs.editing import between, clean_up, repair, sketch
from pages.labs.generate import lab as generate
from pages.labs.sound import lab as sound
from pages.quiz.beside import question_card
from pages.shared.faults import naming_faults
from pages.shared.prose import reading, takeaway
from pages.shared.slides import slide
from pages.shared.words import words
from quizzes.addresses import USE

text = words("applications")
LAB_OF = {
    "generate": generate,
    "repair": repair,
    "clean-up": clean_up,
    "sketch": sketch,
    "between": between,
    "sound": sound,
    "copying": copying,
}

with slide("lab", essential=True):
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.title("Applications", anchor=False, width="content")
        st.markdown(f"*{text['lead']}*", width="content")
    chosen = choose_lab("Lab", USE)
    with naming_faults("lab"):
        LAB_OF[chosen].lab()
with slide("question"), st.container(key="reading-question"):
    question_card(f"applications-{chosen}")
reading("window", text["window"])
reading("uses", text["uses"])
reading("honest", text["honest"])
reading("world", text["world"])
with slide("takeaway"):
    st.page_link("confusions.py", label=text["try"], icon=":material/arrow_forward:")
    takeaway("applications", text["takeaway"])
