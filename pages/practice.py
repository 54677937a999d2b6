"""Practice: the five core questions, a test, and predictions that the model itself decides."""

from __future__ import annotations

import secrets

import streamlit as st

from pages.quiz.core_five import CHECKS, practise
from pages.quiz.predict import WHICH_PREDICTION, predict
from pages.quiz.record import keys, record
from pages.quiz.ten import MAX_TEST, test
from pages.shared.address import heed_address, one_of, whole
from pages.shared.faults import naming_faults
from pages.shared.prose import prose
from pages.shared.slides import slide
from pages.shared.words import words

SETS = {"practice": "Five core questions", "test": "A test of ten", "predict": "Predict and run"}
text = words("practice")
heed_address(
    "practice",
    {
        "set": one_of([*SETS]),
        "test": whole(0, MAX_TEST),
        "feedback": one_of(["end", "each"]),
        "prediction": WHICH_PREDICTION,
        **CHECKS,
    },
)
OF_SETS = ("test", "feedback", "prediction", *CHECKS)
"""What the address says of one set, and need not say of another."""


@st.fragment
def questions() -> None:
    """Everything that changes with an answer: one run of this is all that a click costs."""
    said = ""
    with naming_faults("questions"):
        match st.query_params.get("set", "practice"):
            case "test":
                said = test(text)
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
                if name == "test":
                    st.query_params["test"] = str(secrets.randbelow(MAX_TEST))
                st.rerun()
    prose(text[now if now in SETS else "practice"])
    questions()
