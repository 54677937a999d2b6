"""Generate: a page of digits, a number that the reader types, and what guidance costs."""

from __future__ import annotations

import streamlit as st

from diffusion_core.request import MAX_GUIDANCE, MAX_SEED
from pages.labs.generate.tradeoff import tradeoff
from pages.labs.parts import OPENS, lab_words, seed_field, to_do
from pages.shared.address import heed_address
from pages.shared.fields import choice, lab_settings, slider, typed
from pages.shared.prose import prose
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower
from pages.stage.lanes import edit_scene
from pages.stage.reverse import ReverseSettings, is_number
from quizzes.addresses import TEN
from quizzes.parameters import Choice, Number, Typed, Whole, table

text = LaterLesson("lab-generate")
STAGE = "generate"
MAKES = {"page": "a page of digits", "number": "a number", "measure": "a measurement"}
ROWS, IN_A_ROW = 4, 10
STEPS = 15
MAKE = Choice("make", MAKES, "page")
DIGIT = Choice("gen_digit", {"all": "all ten", **TEN}, "all")
CLASS = Choice("gen_class", TEN, "2")
NUMBER = Typed("number", 20, "2026")
GUIDANCE = Number("gen_guidance", 0.0, MAX_GUIDANCE, 1.5, by=0.25)
SEED = Whole("gen_seed", 0, MAX_SEED, 7)
SETTINGS = table(MAKE, DIGIT, CLASS, NUMBER, GUIDANCE, SEED)


def lab() -> None:
    """Show it."""
    heed_address(STAGE, SETTINGS)
    prose(text["lead"])
    with lab_settings("generate"):
        make = choice("Make", MAKE, 185)
        written, digit = "", "all"
        if make == "number":
            written = typed("The number", NUMBER, 150)
        elif make == "page":
            digit = choice("Of", DIGIT, 110)
        else:
            digit = choice("Of the digit", CLASS, 110)
        guidance = GUIDANCE.usual
        if make != "measure":
            guidance = slider("Guidance", GUIDANCE, 200)
        anew = "Write it again" if make == "number" else "Draw again"
        seed = seed_field(SEED, anew, stage=STAGE)
    with st.container(key="lab-generate"):
        if make == "page":
            _page(digit, guidance, seed)
        elif make == "number":
            _number(written.strip(), guidance, seed)
        else:
            tradeoff(digit, seed, " ".join(text["measured"].split()))
    lab_words("generate", text)


def _page(digit: str, guidance: float, seed: int) -> None:
    rows = [
        ReverseSettings(digit, seed + row, "dpmpp", STEPS, guidance, IN_A_ROW)
        for row in range(ROWS)
    ]
    left, right = st.columns([1.9, 1.1], gap="medium")
    with left.container(border=True, key="card-generate"):
        cells = [{"lane": row, "which": i} for row in range(ROWS) for i in range(IN_A_ROW)]
        follower("answers", STAGE, show="page", cells=cells, columns=IN_A_ROW, narrow=IN_A_ROW // 2)
    with right:
        with st.container(border=True, key="card-generate-clock"):
            _clock(rows)
        follower("sentence", STAGE)


def _number(written: str, guidance: float, seed: int) -> None:
    with st.container(border=True, key="card-generate"):
        if not is_number(written):
            to_do(text["not a number"])
            return
        row = ReverseSettings(written, seed, "dpmpp", STEPS, guidance, 1)
        cells = [{"lane": 0, "which": i} for i in range(len(written))]
        follower("answers", STAGE, show="number", cells=cells, columns=len(written), plate=True)
        _clock([row])
    follower("sentence", STAGE)


def _clock(rows: list[ReverseSettings]) -> None:
    said = sentences_by_noise("lab-generate")
    clock(edit_scene(rows, STAGE, **OPENS, words=said), "generate-clock")
