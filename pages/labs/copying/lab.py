"""Is it copying? Drawings beside the training pictures nearest to them, and beside a copyist's."""

from __future__ import annotations

import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_GUIDANCE, MAX_SEED
from pages.labs.copying.scene import MAX_COPIES, STAGE, CopySettings, copying_scene
from pages.labs.parts import OPENS, lab_words, seed_field, to_do
from pages.shared.address import heed_address
from pages.shared.digits import source
from pages.shared.fields import choice, lab_settings, slider, whole_number
from pages.shared.plain import sentence
from pages.shared.prose import prose
from pages.shared.slides import apart
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower
from quizzes.addresses import TEN
from quizzes.parameters import Choice, Number, Whole, table

text = LaterLesson("lab-copying")
USUAL = CopySettings()
DIGIT = Choice("copy", TEN, USUAL.digit)
COUNT = Whole("copy_n", 1, MAX_COPIES, USUAL.n)
GUIDANCE = Number("copy_guidance", 0.0, MAX_GUIDANCE, USUAL.guidance, by=0.25)
SEED = Whole("copy_seed", 0, MAX_SEED, USUAL.seed)
SETTINGS = table(DIGIT, COUNT, GUIDANCE, SEED)


def lab() -> None:
    """Show it."""
    heed_address(STAGE, SETTINGS)
    prose(text["lead"] if source().mnist else text["lead-without"])
    with lab_settings("copying"):
        digit = choice("Digit", DIGIT, 95)
        n = whole_number("How many", COUNT, 110)
        guidance = slider("Guidance", GUIDANCE, 160)
        seed = seed_field(SEED)
    try:
        settings = CopySettings(digit, seed, guidance, n)
    except RequestError as error:
        to_do(sentence(error))
    else:
        _stage(settings)
    strip = text["strip" if source().mnist else "strip few"]
    lab_words("copying", text, text["look"].replace("{strip}", strip))


def _stage(settings: CopySettings) -> None:
    rows, near = st.columns([1.4, 1], gap="medium")
    with rows.container(border=True, key="card-copying"):
        follower("row", STAGE, lane=0, title="The model", columns=MAX_COPIES)
        follower(
            "row",
            STAGE,
            lane=1,
            title="The ideal denoiser, from the same noises",
            columns=MAX_COPIES,
        )
        follower("sentence", STAGE)
        said = sentences_by_noise("lab-copying", "" if source().mnist else "few, ")
        clock(copying_scene(settings, **OPENS, words=said), "copying-clock")
    with near, apart("copies"), st.container(border=True, key="card-copies"):
        follower("labs/copying/copies", STAGE)
