"""Repair: hide a part of a digit, and let the model fill it in, several ways."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE, MAX_SEED
from pages.labs.editing.pad import kept_mask, mask_pad
from pages.labs.editing.pad.ready import MASKS
from pages.labs.editing.pad.ready import mask as ready_mask
from pages.labs.editing.picture import OWN, SOURCES, chosen_digit, most_of_a_class, own_pad
from pages.labs.editing.settings import EditSettings
from pages.labs.parts import OPENS, TOLD, lab_words, seed_field, to_do
from pages.shared.address import heed_address
from pages.shared.fields import choice, lab_settings, more, whole_slider
from pages.shared.packed import packed, packed_mask
from pages.shared.plain import sentence
from pages.shared.prose import prose
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower
from pages.stage.lanes import edit_scene
from quizzes.addresses import WHICH
from quizzes.parameters import Choice, Whole, table

text = LaterLesson("lab-repair")
STAGE = "repair"
BY_HAND = {"nothing yet": "nothing yet: I paint it"}
ANSWERS = 5
STEPS = 20
DIGIT = Choice("mend", SOURCES, "3")
NUMBER = Whole("mend_which", 1, WHICH.high, 2)
HIDE = Choice("hide", {**{name: name for name in MASKS}, **BY_HAND}, "the left half")
TOLD_AS = Choice("mend_as", TOLD, "any")
AGAIN = Whole("again", 2, 10, 5)
SEED = Whole("mend_seed", 0, MAX_SEED, 7)
SETTINGS = table(DIGIT, NUMBER, HIDE, TOLD_AS, AGAIN, SEED)


def lab() -> None:
    """Show it."""
    heed_address(STAGE, {**SETTINGS, **table(NUMBER.up_to(most_of_a_class()))})
    prose(text["lead"])
    with lab_settings("repair"):
        digit, picture = chosen_digit(DIGIT, NUMBER)
        hidden_first = choice("Hide", HIDE, 165)
        told = choice("The model is told", TOLD_AS, 130)
        seed = seed_field(SEED, stage=STAGE)
    with more(STAGE, AGAIN):
        again = whole_slider("Take each step … times", AGAIN, 160)
    left, right = st.columns([1.1, 1.9], gap="medium")
    with left.container(border=True, key="card-repair-pad"):
        picture, hidden = _hidden(digit, picture, hidden_first)
    with right.container(border=True, key="card-repair", gap="small"):
        x, mask = packed(picture.tobytes()), packed_mask(hidden)
        try:
            often, once = (
                EditSettings("repair", told, ANSWERS, seed, STEPS, x=x, mask=mask, again=times)
                for times in (again, 1)
            )
        except RequestError as error:
            to_do(sentence(error))
        else:
            _answers(often, once, picture)
    lab_words("repair", text)


def _hidden(
    digit: str, picture: NDArray[np.uint8], first: str
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The digit and what of it is hidden, (28, 28) each; with the pad to hide it on, or to draw
    the digit on where it is the reader's own. first: what is hidden before anything is painted."""
    hiding = True
    if digit == OWN:
        hiding, picture = own_pad("repair", "Hide a part of it")
    base = ready_mask(first) if first in MASKS else np.zeros((IMAGE_SIZE, IMAGE_SIZE), bool)
    base_id = first.replace(" ", "-")
    if not hiding:
        return picture, kept_mask("repair", base_id, base)
    label = "Pad over the digit: hide what the model is to draw anew"
    return picture, mask_pad("repair", base_id, base, picture, label)


def _answers(often: EditSettings, once: EditSettings, picture: NDArray[np.uint8]) -> None:
    differ = {"lane": 0, "of": "differ", "below": "where these differ"}
    truth = {
        "given": packed(picture.tobytes()),
        "side": IMAGE_SIZE,
        "hidden": "Show what was hidden",
        "label": "The whole digit, as it was",
        "below": "what was hidden?",
    }
    for lane, last, title in (
        (0, differ, f"Each step taken {often.again} times"),
        (1, truth, "Each step taken once"),
    ):
        follower(
            "answers",
            STAGE,
            show=f"row-{lane}",
            title=title,
            aside=last["below"],
            cells=[*({"lane": lane, "which": i} for i in range(ANSWERS)), last],
            columns=ANSWERS + 1,
            narrow=3,
        )
    said = sentences_by_noise("lab-repair")
    clock(edit_scene([often, once], STAGE, **OPENS, words=said), "repair-clock")
