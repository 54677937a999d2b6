"""Training: how the network learns to see the noise."""

from __future__ import annotations

import streamlit as st

from diffusion_core.files.cards import shipped_card
from pages.labs.choice import choose_lab
from pages.labs.history import lab as history
from pages.labs.one_step import lab as one_step
from pages.labs.own import lab as own
from pages.labs.points import lab as points
from pages.quiz.beside import question_card
from pages.shared.faults import naming_faults
from pages.shared.prose import reading, takeaway
from pages.shared.slides import slide
from pages.shared.words import words
from quizzes.addresses import LEARN

text = words("training")
LAB_OF = {"points": points, "one-step": one_step, "history": history, "own": own}

with slide("lab", essential=True):
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.title("Training", anchor=False, width="content")
        st.markdown(f"*{text['lead']}*", width="content")
    chosen = choose_lab("Lab", LEARN)
    with naming_faults("lab"):
        LAB_OF[chosen].lab()
with slide("question"), st.container(key="reading-question"):
    question_card(f"training-{chosen}")
reading("window", text["window"])
reading("step", text["step"])
reading("surprise", text["surprise"])
with naming_faults("ours"):
    card = shipped_card()
    about = {
        "parameters": f"{card.parameters:,}",
        "epochs": f"{card.epochs:.0f}",
        "minutes": f"{card.minutes:.0f}",
        "machine": card.machine.partition(",")[0],
        "test_loss": f"{card.test_loss:.3f}",
    }
    reading("ours", text.filled("ours", **about))
with slide("takeaway"):
    takeaway("training", text["takeaway"])
