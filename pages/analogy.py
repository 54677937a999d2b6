"""The foggy window: an analogy that one can touch, and where it breaks."""

from __future__ import annotations

import streamlit as st

from pages.lesson.scenes import journey, matches
from pages.quiz.beside import question_card
from pages.shared.address import heed_address
from pages.shared.prose import prose, reading, takeaway
from pages.shared.slides import apart, presenting, slide
from pages.shared.words import words
from pages.stage import clock, follower
from quizzes.addresses import MOMENT
from quizzes.parameters import table

STAGE = "analogy"
text = words("analogy")
heed_address(STAGE, table(MOMENT))

with slide("window"):
    st.title("The foggy window", anchor=False)
    prose(text["lead"])
    with st.container(key="lab-analogy"):
        left, right = st.columns([1.25, 1], gap="large")
    with left.container(border=True, key="card-stage"):
        follower("window", STAGE, hint=text["hint"])
        clock(journey(STAGE), "analogy-clock")
    with right:
        with apart("both"):
            with st.container(border=True, key="card-both"):
                follower("picture", STAGE)
            follower("matches", STAGE, matches=matches())
        follower("sentence", STAGE)
reading("how", text["how"])
with slide("diagram"), st.container(border=True, key="card-diagram"):
    follower("diagram", STAGE)
    st.caption(f"[{text['diagram-file']}](api/diagram.svg)")


def show_break(name: str) -> None:
    """What refutes the analogy in this place."""
    if name == "never":
        follower("row", STAGE, lane=0)
    else:
        follower("breaks", STAGE, show=name)


BREAKS = ("never", "grain", "shrink", "once")
if presenting():
    for name in BREAKS:
        with slide(f"break-{name}"):
            left, right = st.columns([1, 1.25], gap="medium", vertical_alignment="center")
            with left:
                prose(text[f"break-{name}"])
            with right.container(border=True, key=f"card-break-{name}"):
                show_break(name)
else:
    with slide("breaks"):
        prose(text["breaks"])
        places = [*st.columns(2, gap="medium"), *st.columns(2, gap="medium")]
        for name, column in zip(BREAKS, places, strict=True):
            with column.container(border=True, key=f"card-break-{name}", height="stretch"):
                prose(text[f"break-{name}"])
                show_break(name)
with slide("question"), st.container(key="reading-question"):
    question_card("analogy")
with slide("takeaway"):
    takeaway("analogy", text["takeaway"])
