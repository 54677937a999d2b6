"""Practice: the five core questions, two tests, and predictions that the model itself decides."""

from __future__ import annotations

import secrets

import streamlit as st

from pages.quiz.core_five import QUESTION, SHUFFLE, practise
from pages.quiz.marks import COUNT
from pages.quiz.predict import PREDICTION, predict
from pages.quiz.record import keys, record
from pages.quiz.ten import FEEDBACK, TEST, test
from pages.shared.address import heed_address
from pages.shared.faults import naming_faults
from pages.shared.prose import prose
from pages.shared.slides import slide
from pages.shared.words import words
from quizzes.parameters import one_of, table

SETS = {
    "practice": "Five core questions",
    "gentle": "A gentle test",
    "test": "A test of ten",
    "predict": "Predict and run",
}
text = words("practice")
heed_address(
    "practice",
    table(one_of("set", [*SETS]), COUNT, TEST, FEEDBACK, PREDICTION, QUESTION, SHUFFLE),
)
OF_SETS = [one.name for one in (TEST, FEEDBACK, PREDICTION, QUESTION, SHUFFLE)]
"""What the address says of one set, and need not say of another."""


@st.fragment
def questions() -> None:
    """Everything that changes with an answer: one run of this is all that a click costs."""
    said = ""
    with naming_faults("questions"):
        match st.query_params.get("set", "practice"):
            case "test":
                said = test(text, easy=False)
            case "gentle":
                said = test(text, easy=True)
            case "predict":
                said = predict(text)
            case _:
                said = practise(text)
    keys(said)
    record("practice")


with slide("questions"):
    st.title("Practice", anchor=False)
    prose(text["lead"])
    with st.container(horizontal=True, key="controls-practice"):
        now = st.query_params.get("set", "practice")
        for name, label in SETS.items():
            if st.button(label, type="primary" if name == now else "secondary", key=f"set-{name}"):
                for setting in OF_SETS:
                    st.query_params.pop(setting, None)
                st.query_params["set"] = name
                if name in ("test", "gentle"):
                    st.query_params["test"] = str(secrets.randbelow(TEST.high))
                st.rerun()
    prose(text[now if now in SETS else "practice"])
    questions()
