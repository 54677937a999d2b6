"""From a sketch: draw roughly, choose how much to noise it, get a clean digit."""

from __future__ import annotations

import numpy as np
import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE, MAX_SEED
from pages.labs.editing.pad import drawing_pad
from pages.labs.editing.pad.ready import SKETCHES, sketch
from pages.labs.editing.settings import EditSettings
from pages.labs.parts import OPENS, TOLD, lab_words, seed_field, to_do
from pages.shared.address import heed_address
from pages.shared.fields import choice, lab_settings, slider
from pages.shared.packed import packed
from pages.shared.plain import sentence
from pages.shared.prose import prose
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower
from pages.stage.lanes import edit_scene
from quizzes.parameters import Choice, Number, Whole, table

text = LaterLesson("lab-sketch")
STAGE = "sketch"
OWN = "own"
STARTS = {**{name: name for name in SKETCHES}, OWN: "an empty pad"}
STRIP = (0.2, 0.4, 0.6, 0.8, 1.0)
ANSWERS = 6
STEPS = 15
START = Choice("sketch", STARTS, "a crooked 4")
TOLD_AS = Choice("sketch_as", TOLD, "any")
STRENGTH = Number("strength", 0.05, 1.0, 0.6, by=0.05)
SEED = Whole("sketch_seed", 0, MAX_SEED, 7)


def lab() -> None:
    """Show it."""
    heed_address(STAGE, table(START, TOLD_AS, STRENGTH, SEED))
    prose(text["lead"])
    with lab_settings("sketch"):
        start = choice("Start from", START, 170)
        meant = _meant(start)
        told = choice("It is meant to be", TOLD_AS.usually(meant), 130)
        strength = slider("Strength: cover it up to t =", STRENGTH, 260)
        seed = seed_field(SEED, stage=STAGE)
    left, right = st.columns([1.1, 1.9], gap="medium")
    with left.container(border=True, key="card-sketch-pad"):
        base = sketch(start) if start in SKETCHES else np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        base_id = start.replace(" ", "-")
        drawn = drawing_pad("sketch", base_id, base, "Drawing pad: your sketch of a digit")
    with right.container(border=True, key="card-sketch", gap="small"):
        try:
            x = packed(drawn.tobytes())
            chosen, *strip = (
                EditSettings("sketch", told, n, seed, STEPS, x=x, strength=t)
                for t, n in ((strength, ANSWERS), *((t, 1) for t in STRIP))
            )
        except RequestError as error:
            to_do(sentence(error))
        else:
            _answers(chosen, strip, x)
    lab_words("sketch", text)


def _meant(start: str) -> str:
    """What digit the start is meant to be. Another start brings its own along."""
    meant = SKETCHES[start][0] if start in SKETCHES else "any"
    if st.session_state.get("sketch:start", start) != start:
        st.session_state[TOLD_AS.name] = TOLD[meant]
    st.session_state["sketch:start"] = start
    return meant


def _answers(chosen: EditSettings, strip: list[EditSettings], drawn: str) -> None:
    sketched = {"given": drawn, "side": IMAGE_SIZE, "label": "Your sketch", "below": "your sketch"}
    follower(
        "answers",
        STAGE,
        show="strip",
        title="From keeping to changing: the strength",
        cells=[
            sketched,
            *({"lane": 1 + i, "which": 0, "below": f"{t:g}"} for i, t in enumerate(STRIP)),
        ],
        columns=1 + len(STRIP),
        narrow=3,
        chosen=1 + STRIP.index(chosen.strength) if chosen.strength in STRIP else None,
    )
    follower(
        "answers",
        STAGE,
        show="answers",
        title=f"At strength {chosen.strength:g}, {ANSWERS} times",
        cells=[{"lane": 0, "which": i} for i in range(ANSWERS)],
        columns=ANSWERS,
        narrow=3,
    )
    said = sentences_by_noise("lab-sketch")
    clock(edit_scene([chosen, *strip], STAGE, **OPENS, words=said), "sketch-clock")
