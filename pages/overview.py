"""The overview: the whole of it in six minutes, with something to move for each part."""

from __future__ import annotations

import streamlit as st

from diffusion_core.data.embedded import HOME_SCENE, REVERSE_SCENE
from pages.lesson.scenes import drill, small_forward
from pages.quiz.beside import question_card
from pages.shared.prose import prose, reading, takeaway
from pages.shared.slides import apart, slide
from pages.shared.words import words
from pages.stage import clock, follower
from pages.stage.reverse import HOME_RUN, ReverseSettings, recorded_scene

text = words("overview")


def miniature(part: str) -> None:
    """The small stage of one of the four parts."""
    stage = f"overview-{part}"
    match part:
        case "forward":
            follower("equation", stage)
            clock(small_forward(stage), f"{stage}-clock")
        case "training":
            follower("drill", stage)
            clock(drill(stage), f"{stage}-clock")
        case "reverse":
            follower("row", stage, lane=0)
            clock(recorded_scene(REVERSE_SCENE, ReverseSettings(), stage), f"{stage}-clock")
        case "applications":
            follower("row", stage, lane=0, columns=5)
            clock(recorded_scene(HOME_SCENE, HOME_RUN, stage), f"{stage}-clock")


with slide("title"):
    st.title("Overview", anchor=False)
    prose(f"*{text['lead']}*")
reading("problem", text["problem"])
for part in ("forward", "training", "reverse", "applications"):
    with slide(part):
        left, right = st.columns([1, 1.1], gap="large", vertical_alignment="center")
        with left:
            prose(text[part])
            takeaway(part, text[f"{part}-takeaway"])
        with right, apart(f"{part}-stage"), st.container(border=True, key=f"card-mini-{part}"):
            miniature(part)
reading("facts", text["facts"])
with slide("summary"):
    left, right = st.columns([1, 1], gap="large")
    with left:
        prose(text["summary"])
    with right, apart("question"):
        prose(text["question-title"])
        question_card("overview")
