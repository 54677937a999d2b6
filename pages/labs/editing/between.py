"""Between two digits: through noise, through labels, and why averaging pixels fails."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import streamlit as st

from diffusion_core.request import MAX_SEED
from pages.labs.editing.picture import Picture, most_of_a_class, which_of
from pages.labs.editing.settings import EditSettings
from pages.labs.parts import OPENS, lab_words
from pages.shared.address import heed_address, locked
from pages.shared.digits import source
from pages.shared.fields import choice, lab_settings, whole_number
from pages.shared.packed import packed
from pages.shared.prose import prose
from pages.shared.words import LaterLesson, sentences_by_noise
from pages.stage import clock, follower
from pages.stage.lanes import edit_scene
from quizzes.addresses import TEN, WHICH
from quizzes.parameters import Choice, Whole, table

text = LaterLesson("lab-between")
STAGE = "between"
KINDS = {"drawn": "drawings of the model", "given": "given digits"}
STOPS = 11
STEPS, ENCODING_STEPS = 15, 12


@dataclass(frozen=True)
class End:
    """One of the two digits."""

    label: str
    digit: Choice[str]
    seed: Whole
    number: Whole
    """Which of the pictures of the digit."""


def _end(name: str, label: str, digit: str, seed: int, number: int) -> End:
    return End(
        label,
        Choice(f"{name}_digit", TEN, digit),
        Whole(f"{name}_seed", 0, MAX_SEED, seed),
        Whole(f"{name}_which", 1, WHICH.high, number),
    )


KIND = Choice("between", KINDS, "drawn")
ENDS = _, TO = _end("from", "From a", "3", 7, 2), _end("to", "to a", "8", 21, 3)


def lab() -> None:
    """Show it."""
    most = most_of_a_class()
    of_ends = [one for end in ENDS for one in (end.digit, end.seed, end.number.up_to(most))]
    heed_address(STAGE, table(KIND, *of_ends))
    prose(text["lead"])
    with lab_settings("between"):
        kind = choice("Between two", KIND, 205)
        lanes, names = _drawn() if kind == "drawn" else _given()
        st.button("Draw again", type="primary", on_click=_anew, args=[kind], disabled=locked())
    rows: list[dict[str, Any]] = [
        {"title": "Through noise", "said": text[f"noise {kind}"], "lane": 0},
        {"title": "Averaging pixels", "said": text["pixels"], "mixed": 0},
    ]
    if kind == "drawn":
        rows.insert(1, {"title": "Through labels", "said": text["labels"], "lane": 1})
    with st.container(border=True, key="card-between", gap="small"):
        follower("labs/editing/morph", STAGE, show=kind, first=names[0], last=names[1], rows=rows)
        said = sentences_by_noise("lab-between")
        clock(edit_scene(lanes, STAGE, **OPENS, words=said), "between-clock")
    lab_words("between", text)


def _anew(kind: str) -> None:
    """Other noises at both ends, or other pictures."""
    for end in ENDS:
        if kind == "drawn":
            st.session_state[end.seed.name] = secrets.randbelow(10_000)
        else:
            digit = int(st.session_state[end.digit.name])
            count = len(source().digits.places[digit])
            st.session_state[end.number.name] = 1 + secrets.randbelow(count)


def _drawn() -> tuple[list[EditSettings], list[str]]:
    """Two digits that the model draws from their seeds: through noise, and through labels."""
    ends, names = [], []
    for end in ENDS:
        digit = choice(end.label, end.digit, 80)
        # Two fields of one name are told apart by a space that nobody sees.
        chosen = whole_number("Its seed" + " " * (end is TO), end.seed, 115)
        ends.append(f"{digit}.{chosen}")
        names.append(f"{_a(digit)}, seed {chosen}")
    lanes = [
        EditSettings("between", n=STOPS, steps=STEPS, way=way, start=ends[0], end=ends[1])
        for way in ("noise", "labels")
    ]
    return lanes, names


def _given() -> tuple[list[EditSettings], list[str]]:
    """Two digits that are there already: back to their noises first."""
    pictures: list[Picture] = []
    digits = []
    for end in ENDS:
        digits.append(choice(end.label, end.digit, 80))
        pictures.append(which_of(digits[-1], end.number))
    # The model can be told one label for the whole way; two would be two ways.
    told = digits[0] if digits[0] == digits[1] else "any"
    x, x2 = (packed(picture.tobytes()) for picture in pictures)
    lane = EditSettings("between", told, STOPS, 7, ENCODING_STEPS, 1.0, x=x, x2=x2, way="encode")
    return [lane], [f"{_a(digit)}, as given" for digit in digits]


def _a(digit: str) -> str:
    return f"an {digit}" if digit == "8" else f"a {digit}"
