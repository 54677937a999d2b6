"""The digit that a lab works on: one of those at hand, or the reader's own."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from diffusion_core.request import IMAGE_SIZE
from pages.labs.editing.pad import drawing_pad, put
from pages.labs.editing.upload import Uploaded, upload_field
from pages.shared.digits import source
from pages.shared.fields import choice, whole_number
from quizzes.addresses import TEN
from quizzes.parameters import Choice, Whole

Picture = NDArray[np.uint8]
OWN = "own"
SOURCES = {**TEN, OWN: "my own"}
EMPTY = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)


def most_of_a_class() -> int:
    """How many pictures of one digit there are at most."""
    return max(map(len, source().digits.places))


def chosen_digit(digits: Choice[str], number: Whole) -> tuple[str, Picture]:
    """Fields for one of SOURCES and which one of it.

    The digit ("0" ... "9" or OWN) and its picture, uint8 (28, 28); OWN's is empty.
    """
    digit = choice("Digit", digits, 110)
    if digit == OWN:
        return OWN, EMPTY
    return digit, which_of(digit, number)


def which_of(digit: str, number: Whole) -> Picture:
    """A field for which one of the pictures of a digit; the picture."""
    digits = source().digits
    places = digits.places[int(digit)]
    count = len(places)
    if st.session_state.get(number.name, 1) > count:
        st.session_state[number.name] = count
    chosen = whole_number(f"Which of {count}", number.up_to(count), 120)
    return digits.images[places[chosen - 1]]


def own_pad(name: str, otherwise: str = "") -> tuple[bool, Picture]:
    """A pad to draw a digit on, and a field to upload one.

    otherwise: what else the reader can do in its place, by a switch above it. Whether they do, and
    what they have drawn. name: unique; "NAME-own" is the pad's.
    """
    pad_name = f"{name}-own"
    shown = f"{pad_name}:drawn"

    def uploaded(upload: Uploaded) -> None:
        put(pad_name, OWN, upload.picture.tobytes())
        st.session_state[f"{pad_name}:low"] = upload.low
        st.session_state[f"{pad_name}:uploaded"] = upload.picture
        st.session_state[shown] = upload.picture

    with st.container(horizontal=True, vertical_alignment="center", key=f"own-{name}"):
        other = False
        if otherwise:
            ways = ["Draw it", otherwise]
            picked = st.segmented_control(
                "The pad",
                ways,
                default=ways[0],
                required=True,
                key=f"{pad_name}-way",
                label_visibility="collapsed",
            )
            other = picked == otherwise
        upload_field(name, uploaded)
    if other:
        return True, np.asarray(st.session_state.get(shown, EMPTY), np.uint8)
    drawn = drawing_pad(pad_name, OWN, EMPTY, "Drawing pad: your digit")
    st.session_state[shown] = drawn
    return False, drawn


def uploaded_low(name: str, drawn: Picture) -> Picture | None:
    """What was uploaded to `own_pad`, as small as it was given, while `drawn` is still that."""
    uploaded = st.session_state.get(f"{name}-own:uploaded")
    if uploaded is None or not np.array_equal(uploaded, drawn):
        return None
    low = st.session_state.get(f"{name}-own:low")
    return None if low is None else np.asarray(low, np.uint8)
