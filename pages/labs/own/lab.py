"""Train your own: a small model of digits, from random weights, on this server."""

from __future__ import annotations

import streamlit as st

from diffusion_core.request import MAX_SEED
from pages.labs.own import workshop
from pages.labs.parts import lab_words
from pages.shared import services as studio
from pages.shared.address import heed_address, locked
from pages.shared.digits import download, source
from pages.shared.fields import choice, whole_number
from pages.shared.prose import prose
from pages.shared.words import LaterLesson
from quizzes.parameters import Choice, Whole, table

text = LaterLesson("lab-own")
LENGTHS = {"20": "20 seconds", "60": "1 minute", "120": "2 minutes", "180": "3 minutes"}
WHICH_DIGITS = {
    "0123456789": "all ten",
    "38": "3 and 8",
    "17": "1 and 7",
    "012": "0, 1 and 2",
    "02468": "the even ones",
}
LENGTH = Choice("own_length", LENGTHS, "180")
DIGITS = Choice("own_digits", WHICH_DIGITS, "0123456789")
SEED = Whole("own_seed", 0, MAX_SEED)


def lab() -> None:
    """Show it."""
    heed_address("own", table(LENGTH, DIGITS, SEED))
    studio.digits.expect()
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-own"):
        seconds = choice("How long", LENGTH, 150)
        digits = choice("Which digits", DIGITS, 150)
        seed = whole_number("Seed", SEED, 110)
        st.caption(_learns_from(), width="stretch")
    workshop(
        {"digits": digits, "seconds": int(seconds), "seed": seed, "locked": locked()},
        "own-workshop",
    )
    lab_words("own", text)


def _learns_from() -> str:
    """What the model will learn from on this server, as it is now."""
    if source().mnist:
        return text["from mnist"]
    if download.running:
        return f"{text['from drawings']} {text['arriving']} ({download.fraction:.0%})"
    return text["from drawings"]
