"""The five core questions, one at a time, and siblings on the same idea."""

from __future__ import annotations

import secrets
from collections.abc import Container
from dataclasses import dataclass

import streamlit as st

from pages.quiz.card import Place, ask
from pages.quiz.marks import marks_switch
from pages.quiz.record import bring_up, log
from pages.shared.address import asked_for
from pages.shared.faults import usable_bank
from quizzes.bank import Bank, BankError, load_bank
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


def _go_to(question: Question) -> None:
    """The same, by a button."""
    show(question)
    bring_up(".st-key-ask-practice")


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
    asked = ask(drawn, place, title)
    with st.container(horizontal=True, key="controls-on"):
        other = sibling(bank, question.id, log()) if asked.done else None
        if other:
            st.button("Another question on this idea", on_click=_go_to, args=(other,))
        after = _place_in_line(bank, core, question) + 1
        label = "Next question" if asked.done else "Skip"
        if after == len(core) and asked.done:
            label = text["again"]
        st.button(
            label,
            type="primary" if asked.done else "secondary",
            on_click=_go_to,
            args=(core[after % len(core)],),
        )
        last = {event.question: event for event in log()}
        for place_in_line, one in enumerate(core, 1):
            event = last.get(one.id)
            given = event.right if event and event.chosen is not None else None
            label = f"{one.core or place_in_line}{MARKS[given]}"
            st.button(label, key=f"core-{place_in_line}", on_click=_go_to, args=(one,))
    marks_switch()
    return asked.said


def _place_in_line(bank: Bank, core: tuple[Question, ...], question: Question) -> int:
    """Of a core question, its own; of a sibling, that of the core question on the same idea which
    was answered last, so that the way leads on from there. Before the first if there is none."""
    if question in core:
        return core.index(question)
    idea = bank.concept_of(question.id)
    near = [one for one in core if bank.concept_of(one.id) is idea]
    last = {event.question: number for number, event in enumerate(log())}
    return core.index(max(near, key=lambda one: last.get(one.id, -1))) if near else -1
