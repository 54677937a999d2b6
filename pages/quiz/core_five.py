"""The five core questions, one at a time, and siblings on the same idea."""

from __future__ import annotations

import secrets
from collections.abc import Container
from dataclasses import dataclass

import streamlit as st

from pages.quiz.card import Place, ask, verdict_of
from pages.quiz.record import log
from pages.shared.address import asked_for
from pages.shared.faults import usable_bank
from quizzes.bank import BankError, load_bank
from quizzes.parameters import Whole
from quizzes.schema import Question
from quizzes.selection import shuffled, sibling

ASKED = "practice:asked"
"""The id of the question on screen and the number of its shuffle. They stand in the address, so
that a session that is lost loses neither, and here while the reader visits other pages."""
MOST = 9999
CORE = 5
"""Without any core question, so many others."""
MARKS = {None: "", True: " ✓", False: " ✗"}
"""Whether the last answer to a question was right."""


@dataclass(frozen=True)
class QuestionChoice:
    """A setting for one of the questions of the bank."""

    name: str

    def wanted(self, text: str) -> str | None:
        """None if there is such a question."""
        try:
            return None if text in load_bank().questions else "the name of a question"
        except BankError:
            return None  # That is said where the questions stand.


QUESTION = QuestionChoice("question")
SHUFFLE = Whole("shuffle", 0, MOST)


def show(question: Question) -> None:
    """Put another question on screen."""
    st.query_params.update({"question": question.id, "shuffle": str(secrets.randbelow(MOST + 1))})


def _asked(known: Container[str], first: Question) -> tuple[str, int]:
    """What the address asks for, else what was on screen, else the first question."""
    if st.query_params.get("question") not in known:
        id, shuffle = st.session_state.get(ASKED, ("", 0))
        if id in known:
            st.query_params.update({"question": id, "shuffle": str(shuffle)})
        else:
            show(first)
    elif not asked_for(SHUFFLE):
        st.query_params["shuffle"] = str(secrets.randbelow(MOST + 1))
    asked = st.query_params["question"], int(st.query_params["shuffle"])
    st.session_state[ASKED] = asked
    return asked


def practise(text: dict[str, str]) -> str:
    """The question on screen and the ways on. Returns what screen readers are to hear."""
    bank = usable_bank("questions")
    core = bank.core() or tuple(bank.questions.values())[:CORE]
    id, shuffle = _asked(bank.questions, core[0])
    question, place = bank.questions[id], Place("practice", "practice", f"{id}-{shuffle}")
    concept = bank.concept_of(question.id)
    here = core.index(question) if question in core else None
    number = "A sibling question" if here is None else f"Question {here + 1} of {len(core)}"
    title = f"{number} · {concept.title} · {question.difficulty}"
    drawn = shuffled(question, shuffle)
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
