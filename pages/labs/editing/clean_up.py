"""Clean up: several clean digits that fit a tiny, blurred or grainy one."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from diffusion_core.data.degradations import SMALL_SIDES, degrade, matrix_of
from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE, MAX_SEED
from pages.labs.editing.picture import (
    OWN,
    SOURCES,
    Picture,
    chosen_digit,
    most_of_a_class,
    own_pad,
    uploaded_low,
)
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
from quizzes.addresses import WHICH
from quizzes.parameters import Choice, Number, Whole, table

text = LaterLesson("lab-clean-up")
STAGE = "clean-up"
WAYS = {
    "small7": "only 7 × 7 pixels",
    "small14": "only 14 × 14 pixels",
    "blur": "blurred",
    "grain": "grainy",
}
ANSWERS = 6
STEPS = 20
DIGIT = Choice("clean", SOURCES, "8")
NUMBER = Whole("clean_which", 1, WHICH.high, 3)
SPOIL = Choice("spoil", WAYS, "small7")
BLUR = Number("blur", 0.5, 3.0, 2.0, by=0.1)
GRAIN = Number("grain", 0.1, 2.0, 0.8, by=0.1)
TOLD_AS = Choice("clean_as", TOLD, "any")
SEED = Whole("clean_seed", 0, MAX_SEED, 7)
SETTINGS = table(DIGIT, NUMBER, SPOIL, BLUR, GRAIN, TOLD_AS, SEED)


def lab() -> None:
    """Show it."""
    heed_address(STAGE, {**SETTINGS, **table(NUMBER.up_to(most_of_a_class()))})
    prose(text["lead"])
    with lab_settings("clean-up"):
        digit, picture = chosen_digit(DIGIT, NUMBER)
        how = choice("What is left of it", SPOIL, 180)
        amount = _amount(how)
        told = choice("The model is told", TOLD_AS, 130)
        seed = seed_field(SEED, stage=STAGE)
    left, right = st.columns([1.1, 1.9], gap="medium")
    with left.container(border=True, key="card-clean-up-given"):
        before, spoiled = _given(digit, picture, how, amount)
    with right.container(border=True, key="card-clean-up", gap="small"):
        try:
            settings = _asked(spoiled, how, amount, told, seed)
        except RequestError as error:
            to_do(sentence(error))
        else:
            assert spoiled is not None
            _answers(settings, spoiled, before)
    lab_words("clean-up", text)


def _given(
    digit: str, picture: Picture, how: str, amount: float
) -> tuple[Picture | None, Picture | None]:
    """The digit before it was spoiled, if anybody knows that, and what is given of it, if anything
    is; with what is given on show, and the pad where the digit is the reader's own."""
    shows_given, given = True, None
    if digit == OWN:
        shows_given, picture = own_pad("clean-up", "See what is given")
        given = _given_already(picture, how)
    if not picture.any():
        return None, None
    spoiled = degrade(picture, how, amount, amount, seed=1) if given is None else given
    if shows_given:
        side = spoiled.shape[0]
        big = spoiled.repeat(616 // side, axis=0).repeat(616 // side, axis=1)
        st.image(big, width=308, alt=f"What is given: a digit, {WAYS[how]}")
        st.caption(text[f"given {how}"])
    return (picture if given is None else None), spoiled


def _asked(spoiled: Picture | None, how: str, amount: float, told: str, seed: int) -> EditSettings:
    """What is asked of the model. RequestError, in one sentence, if there is nothing to clean."""
    if spoiled is None:
        raise RequestError("The pad is empty: draw a digit on it, or upload a picture.")
    word, small = packed(spoiled.tobytes()), how in SMALL_SIDES
    return EditSettings(
        "restore",
        told,
        ANSWERS,
        seed,
        STEPS,
        how=how,
        low=word if small else "",
        x="" if small else word,
        width=amount if how == "blur" else BLUR.usual,
        noise=amount if how == "grain" else GRAIN.usual,
    )


def _amount(how: str) -> float:
    """How strongly it is spoiled, where that can be chosen."""
    if how == "blur":
        return slider("Width of the blur, in pixels", BLUR, 190)
    if how == "grain":
        return slider("Strength of the grain", GRAIN, 190)
    return 1.0


def _given_already(picture: Picture, how: str) -> Picture | None:
    """An upload is bad already: it is what is given, and is not spoiled again."""
    low = uploaded_low("clean-up", picture)
    if low is not None and how in SMALL_SIDES and low.shape[0] == SMALL_SIDES[how]:
        return low
    uploaded = st.session_state.get("clean-up-own:uploaded")
    if how in ("blur", "grain") and uploaded is not None and np.array_equal(uploaded, picture):
        return picture
    return None


def _answers(settings: EditSettings, spoiled: Picture, before: Picture | None) -> None:
    follower(
        "answers",
        STAGE,
        show="answers",
        title=f"{ANSWERS} clean digits that fit",
        cells=[{"lane": 0, "which": i} for i in range(ANSWERS)],
        columns=ANSWERS,
        narrow=3,
    )
    cells: list[dict[str, Any]] = [
        {
            "given": packed(spoiled.tobytes()),
            "side": spoiled.shape[0],
            "label": "What is given",
            "below": "what is given",
        },
        {"lane": 0, "of": "average", "below": "their average"},
        {"lane": 0, "of": "differ", "below": "where they differ"},
    ]
    if before is not None:
        cells.append(
            {
                "given": packed(before.tobytes()),
                "side": IMAGE_SIZE,
                "hidden": "Show what it was before",
                "label": "The digit before it was spoiled",
                "below": "before?",
            }
        )
    if settings.how != "grain":
        fits = {
            "by": matrix_of(settings.how, settings.width).tolist(),
            "side": spoiled.shape[0],
            "given": spoiled.reshape(-1).tolist(),
            "said": text[f"fits {'blur' if settings.how == 'blur' else 'small'}"],
        }
        cells.append({"lane": 0, "fits": fits})
    follower(
        "answers", STAGE, show="about", title="All six at once", cells=cells, columns=6, narrow=3
    )
    said = sentences_by_noise("lab-clean-up", "grain, " if settings.how == "grain" else "")
    clock(edit_scene([settings], STAGE, **OPENS, words=said), "clean-up-clock")
