"""The five core questions, one at a time, and siblings on the same idea."""

from __future__ import annotations

import secrets

import streamlit as st

from pages.components.faults import usable_bank
from pages.components.quiz_card import Place, ask, verdict_of
from pages.components.record import log
from quizzes.schema import Question
from quizzes.selection import shuffled, sibling

PLACE = "practice"
ASKED = "practice:question"
"""The id of the question on screen; kept while the reader visits other pages."""
CORE = 5
"""Without any core question, so many others."""
MARKS = {None: "", True: " ✓", False: " ✗"}
"""Whether the last answer to a question was right."""


def show(question: Question) -> None:
    """Put another question on screen."""
    st.session_state[ASKED] = question.id
    st.session_state["practice:shuffle"] = secrets.randbelow(2**31)
    Place(PLACE, "practice").forget()


def practise(text: dict[str, str]) -> str:
    """The question on screen and the ways on. Returns what screen readers are to hear."""
    bank, place = usable_bank("questions"), Place(PLACE, "practice")
    core = bank.core() or tuple(bank.questions.values())[:CORE]
    if st.session_state.get(ASKED) not in bank.questions:
        show(core[0])
    question = bank.questions[st.session_state[ASKED]]
    concept = bank.concept_of(question.id)
    here = core.index(question) if question in core else None
    number = "A sibling question" if here is None else f"Question {here + 1} of {len(core)}"
    title = f"{number} · {concept.title} · {question.difficulty}"
    drawn = shuffled(question, st.session_state["practice:shuffle"])
    graded = ask(drawn, place, title)
    with st.container(horizontal=True, key="controls-on"):
        other = sibling(bank, question.id, log()) if graded else None
        if other:
            st.button("Another question on this idea", on_click=show, args=(other,))
        label = "Next question" if graded else "Skip"
        if here == len(core) - 1 and graded:
            label = text["again"]
        following = core[0 if here is None else (here + 1) % len(core)]
        st.button(
            label, type="primary" if graded else "secondary", on_click=show, args=(following,)
        )
        last = {event.question: event.right for event in log()}
        for place_in_line, one in enumerate(core, 1):
            label = f"{one.core or place_in_line}{MARKS[last.get(one.id)]}"
            st.button(label, key=f"core-{place_in_line}", on_click=show, args=(one,))
    return verdict_of(graded) if graded else ""
