"""A question beside the stage: choose an answer, and hear at once why it is right or wrong."""

from __future__ import annotations

import streamlit as st

from pages.components.prose import with_terms
from quizzes.beside import questions


@st.fragment
def question_card(name: str) -> None:
    """The question of bank/beside.yaml with this id."""
    question = questions("beside")[name]
    with st.container(border=True, key=f"card-question-{name}"):
        texts = [option.text for option in question.options]
        chosen = st.radio(f"**{question.ask}**", texts, index=None, key=f"answer-{name}")
        with st.container(key=f"verdict-{name}"):
            if chosen is None:
                st.caption("Choose an answer: you hear at once why it is right or not.")
            else:
                option = question.options[texts.index(chosen)]
                mark = (
                    ":material/check_circle: **Right.**"
                    if option.right
                    else ":material/cancel: **Not this one.**"
                )
                st.markdown(f"{mark} {with_terms(option.why.removeprefix('Yes. '))}")
