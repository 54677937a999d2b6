"""Between two digits: through noise, through labels, and why averaging pixels fails."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.request import MAX_SEED
from pages.components.address import choice, heed_address, locked, one_of, whole, whole_number
from pages.components.edit_settings import EditSettings
from pages.components.lab_parts import OPENS, lab_words
from pages.components.prose import prose
from pages.components.reverse_scene import edit_scene
from pages.components.stage import clock, follower
from pages.components.words import sentences_by_noise, words

text = words("lab-between")
STAGE = "between"
TEN = {digit: digit for digit in "0123456789"}
STOPS = 11
STEPS = 15


def _anew() -> None:
    """Other noises at both ends."""
    st.session_state.from_seed = secrets.randbelow(10_000)
    st.session_state.to_seed = secrets.randbelow(10_000)


def lab() -> None:
    """Show it."""
    heed_address(
        STAGE,
        {
            "from_digit": one_of([*TEN]),
            "from_seed": whole(0, MAX_SEED),
            "to_digit": one_of([*TEN]),
            "to_seed": whole(0, MAX_SEED),
        },
    )
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-between"):
        first = choice("From a", TEN, "from_digit", 90, "3")
        seed = whole_number("Its seed", 0, MAX_SEED, 7, "from_seed", 120)
        last = choice("to a", TEN, "to_digit", 90, "8")
        other = whole_number("Its seed ", 0, MAX_SEED, 21, "to_seed", 120)
        st.button("Draw again", type="primary", on_click=_anew, disabled=locked())
    lanes = [
        EditSettings(
            "between",
            n=STOPS,
            steps=STEPS,
            way=way,
            start=f"{first}.{seed}",
            end=f"{last}.{other}",
        )
        for way in ("noise", "labels")
    ]
    with st.container(border=True, key="card-between", gap="small"):
        follower(
            "morph",
            STAGE,
            first=f"a {first}, seed {seed}",
            last=f"a {last}, seed {other}",
            rows=[
                {"title": "Through noise", "said": text["noise"], "lane": 0},
                {"title": "Through labels", "said": text["labels"], "lane": 1},
                {"title": "Averaging pixels", "said": text["pixels"], "mixed": 0},
            ],
        )
        said = sentences_by_noise("lab-between")
        clock(edit_scene(lanes, 0, STAGE, **OPENS, words=said), "between-clock")
    lab_words("between", text)
