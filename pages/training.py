"""Training: how the network learns to see the noise."""

from __future__ import annotations

import json

import streamlit as st

from diffusion_core.embedded import CARD
from pages.components.lesson_scenes import drill
from pages.components.prose import prose, reading, takeaway
from pages.components.question import question_card
from pages.components.slides import presenting, slide
from pages.components.stage import clock, follower
from pages.components.words import words

STAGE = "training"
text = words("training")
card = json.loads(CARD.read_text("utf-8"))

with slide("title"):
    st.title("Training", anchor=False)
    prose(f"*{text['lead']}*")
reading("window", text["window"])


def drill_stage() -> None:
    """The network at the drill."""
    prose(text["drill"])
    with st.container(border=True, key="card-drill"):
        follower("drill", STAGE)
        clock(drill(STAGE), "training-clock")


if presenting():
    reading("step", text["step"])
    with slide("drill"):
        drill_stage()
else:
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        prose(text["step"])
    with right:
        drill_stage()
reading("surprise", text["surprise"])
about = {
    "parameters": f"{card['parameters']:,}",
    "epochs": f"{card['epochs']:.0f}",
    "minutes": f"{card['minutes']:.0f}",
    "machine": card["machine"].partition(",")[0],
    "test_loss": f"{card['test_loss']:.3f}",
}
reading("ours", text["ours"].format(**about))
with slide("question"), st.container(key="reading-question"):
    question_card("training")
with slide("takeaway"):
    takeaway("training", text["takeaway"])
