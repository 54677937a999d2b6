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
from pages.shared.address import choice, heed_address, locked, number, one_of, whole
from pages.shared.packed import packed
from pages.shared.plain import sentence
from pages.shared.prose import prose
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower
from pages.stage.lanes import edit_scene

text = LaterLesson("lab-clean-up")
STAGE = "clean-up"
WAYS = {
    "small7": "only 7 × 7 pixels",
    "small14": "only 14 × 14 pixels",
    "blur": "blurred",
    "grain": "grainy",
}
BLUR, GRAIN = 2.0, 0.8
ANSWERS = 6
STEPS = 20


def lab() -> None:
    """Show it."""
    heed_address(
        STAGE,
        {
            "clean": one_of([*SOURCES.values()]),
            "clean_which": whole(1, most_of_a_class()),
            "spoil": one_of([*WAYS.values()]),
            "blur": number(0.5, 3),
            "grain": number(0.1, 2),
            "clean_as": one_of([*TOLD.values()]),
            "clean_seed": whole(0, MAX_SEED),
        },
    )
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-clean-up"):
        digit, picture = chosen_digit("clean", "8", 3)
        how = choice("What is left of it", WAYS, "spoil", 180, "small7")
        amount = _amount(how)
        told = choice("The model is told", TOLD, "clean_as", 130, "any")
        seed = seed_field("clean_seed", 7)
    left, right = st.columns([1.1, 1.9], gap="medium")
    spoiled = None
    with left.container(border=True, key="card-clean-up-given"):
        shows_given = True
        if digit == OWN:
            shows_given, picture = own_pad("clean-up", "See what is given")
            spoiled = _given_already(picture, how)
        blank, given_already = not picture.any(), spoiled is not None
        if spoiled is None and not blank:
            spoiled = degrade(picture, how, amount, amount, seed=1)
        if shows_given and spoiled is not None and not blank:
            side = spoiled.shape[0]
            big = spoiled.repeat(616 // side, axis=0).repeat(616 // side, axis=1)
            st.image(big, width=308, alt=f"What is given: a digit, {WAYS[how]}")
            st.caption(text[f"given {how}"])
    with right.container(border=True, key="card-clean-up", gap="small"):
        try:
            if blank or spoiled is None:
                raise RequestError("The pad is empty: draw a digit on it, or upload a picture.")
            word = packed(spoiled.tobytes())
            small = how in SMALL_SIDES
            settings = EditSettings(
                "restore",
                told,
                ANSWERS,
                seed,
                STEPS,
                how=how,
                low=word if small else "",
                x="" if small else word,
                width=amount if how == "blur" else BLUR,
                noise=amount if how == "grain" else GRAIN,
            )
        except RequestError as error:
            to_do(sentence(error))
        else:
            _answers(settings, spoiled, None if given_already else picture)
    lab_words("clean-up", text)


def _amount(how: str) -> float:
    """How strongly it is spoiled, where that can be chosen."""
    if how == "blur":
        label, low, high, usual = "Width of the blur, in pixels", 0.5, 3.0, BLUR
    elif how == "grain":
        label, low, high, usual = "Strength of the grain", 0.1, 2.0, GRAIN
    else:
        return 1.0
    return st.slider(
        label, low, high, usual, 0.1, key=how, bind="query-params", width=190, disabled=locked()
    )


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
    clock(edit_scene([settings], 0, STAGE, **OPENS, words=said), "clean-up-clock")
