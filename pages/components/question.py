"""A question beside the stage: check yourself on what this page shows."""

from __future__ import annotations

import streamlit as st

from pages.components.quiz_card import Place, ask, naming_faults, verdict_of
from pages.components.record import keys, record
from quizzes.bank import load_bank
from quizzes.selection import shuffled


@st.fragment
def question_card(page: str) -> None:
    """The bank's question that stands beside this page, if there is one."""
    with naming_faults():
        question = load_bank().beside(page)
        if question is None:
            return
        place = Place(f"beside-{page}", "check")
        graded = ask(
            shuffled(question, 1), place, f"Check yourself · {question.difficulty}", narrow=True
        )
        if graded:
            st.button("Try it again", key=f"again-{page}", on_click=place.forget)
        record(f"beside-{page}")
        keys(verdict_of(graded) if graded else "")
