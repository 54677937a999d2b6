"""Training: how the network learns to see the noise."""

from __future__ import annotations

import json

import streamlit as st

from diffusion_core.embedded import CARD
from pages.components.lesson_scenes import drill
from pages.components.prose import prose, takeaway
from pages.components.slides import slide
from pages.components.stage import clock, follower
from pages.components.words import words

STAGE = "training"
text = words("training")
card = json.loads(CARD.read_text("utf-8"))

with slide("window"):
    st.title("Training", anchor=False)
    with st.container(key="reading-window"):
        prose(f"*{text['lead']}*")
        prose(text["window"])
with slide("step"):
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        prose(text["step"])
    with right:
        prose(text["drill"])
        with st.container(border=True, key="card-drill"):
            follower("drill", STAGE)
            clock(drill(STAGE), "training-clock")
with slide("surprise"), st.container(key="reading-surprise"):
    prose(text["surprise"])
with slide("ours"), st.container(key="reading-ours"):
    about = {
        "parameters": f"{card['parameters']:,}",
        "epochs": f"{card['epochs']:.0f}",
        "minutes": f"{card['minutes']:.0f}",
        "machine": card["machine"].partition(",")[0],
        "test_loss": f"{card['test_loss']:.3f}",
    }
    prose(text["ours"].format(**about))
    takeaway("training", text["takeaway"])
