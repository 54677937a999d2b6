"""A question beside the stage: check yourself on what this page shows."""

from __future__ import annotations

import streamlit as st

from pages.quiz.card import Place, ask
from pages.quiz.record import keys, record
from pages.shared.faults import naming_faults, say_fault
from quizzes.bank import load_bank
from quizzes.selection import shuffled


@st.fragment
def question_card(page: str) -> None:
    """The bank's question that stands beside this page, if there is one."""
    with naming_faults(f"question-{page}"):
        bank = load_bank()
        question = bank.beside(page)
        if question is None:
            # It may be in what could not be read.
            for fault in bank.unusable[:1]:
                say_fault(f"question-{page}", fault)
            return
        place = Place(f"beside-{page}", "check")
        asked = ask(
            shuffled(question, 1), place, f"Check yourself · {question.difficulty}", narrow=True
        )
        if asked.done:
            st.button("Try it again", key=f"again-{page}", on_click=place.forget_and_ask)
        record(f"beside-{page}")
        keys(asked.said)
