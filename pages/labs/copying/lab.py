"""Is it copying? Drawings beside the training pictures nearest to them, and beside a copyist's."""

from __future__ import annotations

import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_GUIDANCE, MAX_SEED
from pages.labs.copying.scene import MAX_COPIES, STAGE, CopySettings, copying_scene
from pages.labs.parts import OPENS, lab_words, seed_field, to_do
from pages.shared.address import choice, heed_address, locked, number, one_of, whole
from pages.shared.digits import source
from pages.shared.plain import sentence
from pages.shared.prose import prose
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower

text = LaterLesson("lab-copying")
DIGITS = {digit: digit for digit in "0123456789"}
USUAL = CopySettings()


def lab() -> None:
    """Show it."""
    heed_address(
        STAGE,
        {
            "copy": one_of([*DIGITS]),
            "copy_n": whole(1, MAX_COPIES),
            "copy_guidance": number(0, MAX_GUIDANCE),
            "copy_seed": whole(0, MAX_SEED),
        },
    )
    prose(text["lead"] if source().mnist else text["lead-without"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-copying"):
        digit = choice("Digit", DIGITS, "copy", 95, USUAL.digit)
        n = st.number_input(
            "How many",
            1,
            MAX_COPIES,
            USUAL.n,
            key="copy_n",
            bind="query-params",
            width=110,
            disabled=locked(),
        )
        guidance = st.slider(
            "Guidance",
            0.0,
            MAX_GUIDANCE,
            USUAL.guidance,
            0.25,
            key="copy_guidance",
            bind="query-params",
            width=160,
            disabled=locked(),
        )
        seed = seed_field("copy_seed", USUAL.seed)
    try:
        settings = CopySettings(digit, seed, guidance, int(n))
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
    with near.container(border=True, key="card-copies"):
        follower("labs/copying/copies", STAGE)
