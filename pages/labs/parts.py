"""What the labs of the applications page have in common."""

from __future__ import annotations

import secrets

import streamlit as st

from pages.shared.address import locked
from pages.shared.fields import whole_number
from pages.shared.prose import prose, takeaway
from pages.shared.words import Lesson
from pages.stage import run_buttons
from quizzes.addresses import TEN
from quizzes.parameters import Whole

TOLD = {**TEN, "any": "any digit"}
"""What the model can be told about a picture: which digit it is, or nothing."""
OPENS = {"still": True, "button": "“Draw again”"}
"""For the scenes of labs: the answer is shown at once if it is known, and not played; the button
that starts a run."""


def seed_field(
    setting: Whole, label: str = "Draw again", named: str = "Seed", stage: str = ""
) -> int:
    """A field for the seed, and a button that draws anew from another one; at once, if all that is
    on the stage follows from that seed."""
    if stage:
        seed = whole_number(named, setting, 110)
        run_buttons(stage, setting, label, locked=locked())
        return seed

    def anew() -> None:
        st.session_state[setting.name] = secrets.randbelow(10_000)

    seed = whole_number(named, setting, 110)
    st.button(label, key=f"{setting.name}-anew", type="primary", on_click=anew, disabled=locked())
    return seed


def to_do(sentence: str) -> None:
    """Why there is no answer yet, and what the reader can do; as high as an answer would be."""
    with st.container(key="to-do"):
        st.markdown(sentence)


def lab_words(name: str, text: Lesson, look: str | None = None) -> None:
    """Below a lab: what to look for in it, where its idea is used, and what to keep of it. look:
    in place of the section of that name, where it depends on the machine."""
    with st.container(key=f"lab-words-{name}"):
        left, right = st.columns([1.15, 1], gap="large")
        with left:
            prose(look or text["look"])
        with right:
            prose(text["used"])
        takeaway(f"lab-{name}", text["takeaway"])
