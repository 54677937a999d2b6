"""In the plane: a network learns a shape in front of the reader."""

from __future__ import annotations

from typing import Any

import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.labs.points.settings import (
    COUNTS,
    LONGEST_WORD,
    RATES,
    SHAPES,
    WIDTHS,
    PointSettings,
)
from diffusion_core.request import MAX_SEED
from pages.labs.points import plane
from pages.labs.points.scene import STAGE, points_scene
from pages.shared import services as studio
from pages.shared.address import heed_address, locked
from pages.shared.fields import choice, lab_settings, more, switch, typed, whole_number
from pages.shared.plain import sentence
from pages.shared.prose import prose, reading, takeaway
from pages.shared.words import LaterLesson
from quizzes.parameters import Choice, Switch, Typed, Whole, one_of, table

text = LaterLesson("lab-points")
usual = PointSettings()
DATA = Choice("plane_data", SHAPES, usual.shape)
WORD = Typed("plane_word", 20, usual.word)
POINTS = one_of("plane_points", [str(count) for count in COUNTS], str(usual.count))
RATE = one_of("plane_rate", [f"{rate:g}" for rate in RATES], f"{usual.learning_rate:g}")
WIDTH = one_of("plane_width", [str(width) for width in WIDTHS], str(usual.width))
SCHEDULE = one_of("plane_schedule", ["cosine", "linear"], usual.schedule)
LEVELS = Choice(
    "plane_levels", {"0": "all", **{n: n for n in ("1000", "100", "10", "5", "3", "2")}}, "0"
)
ONE_T = {f"{t:g}": f"t = {t:g} only" for t in (0.1, 0.3, 0.5, 0.7, 0.9)}
ONLY = Choice("plane_only", {"": "every t", **ONE_T}, "")
TOLD = Switch("plane_told", True)
SEED = Whole("plane_seed", 0, MAX_SEED, usual.seed)
IDEAL = Switch("plane_ideal")
MORE = (POINTS, RATE, WIDTH, SCHEDULE, LEVELS, ONLY, TOLD, SEED, IDEAL)
SETTINGS = table(DATA, WORD, *MORE)
FIELDS: dict[str, Any] = {
    **{one.name: one.names[one.usual] for one in (POINTS, RATE, WIDTH, SCHEDULE, LEVELS, ONLY)},
    TOLD.name: TOLD.usual,
}
"""The controls, by their names in the address, as they usually are."""
RECIPES: dict[str, dict[str, Any]] = {
    "usual": {},
    "blind": {TOLD.name: False},
    "one-level": {ONLY.name: ONLY.names["0.5"]},
    "few-levels": {LEVELS.name: "2"},
    "rate": {RATE.name: "1"},
    "few-points": {POINTS.name: "20"},
}
"""Ways to break it, and the way back: what each makes different from the usual."""


def lab() -> None:
    """Show it."""
    heed_address(STAGE, SETTINGS)
    if st.query_params.get("engine") == "server":
        studio.planes.expect()  # the process is there by the time that Train is pressed
    with lab_settings("points"):
        given = _data()
        _recipes()
    with more(STAGE, *MORE):
        given |= _controls()
        ideal = switch(text["ideal"], IDEAL)
    try:
        settings = PointSettings(**given)
    except RequestError as error:
        st.warning(sentence(error))
        settings = usual
    with st.container(border=True, key="card-points"):
        plane(points_scene(settings, ideal, st.session_state.get("plane:presses", 0)), "points")
    reading("points-look", text["look"])
    reading("points-breaks", text["breaks"])
    reading("points-settings", text["settings"])
    reading("points-where", text["where"])
    takeaway("lab-points", text["takeaway"])


def _data() -> dict[str, Any]:
    """What is to be learned, for PointSettings."""
    shape = choice("Data", DATA, 135)
    word = typed("Word", WORD, 85, LONGEST_WORD) if shape == "word" else usual.word
    # What is drawn is in the browser alone, until it is trained on.
    drawing = b"\x00\x00\x01\x01" if shape == "drawing" else b""
    return {"shape": shape, "word": word.strip().upper(), "drawing": drawing}


def _controls() -> dict[str, Any]:
    """The other settings as the reader has them, for PointSettings."""
    count = int(choice("Points", POINTS, 90))
    rate = float(choice("Learning rate", RATE, 105))
    width = int(choice("Width", WIDTH, 85))
    schedule = choice("Schedule", SCHEDULE, 105)
    levels = int(choice("Noise levels", LEVELS, 105))
    only = choice("Practise at", ONLY, 120)
    seed = whole_number("Seed", SEED, 90)
    told = switch("Tell it t", TOLD)
    return {
        "count": count,
        "learning_rate": rate,
        "width": width,
        "schedule": schedule,
        "levels": levels,
        "only": float(only) if only else None,
        "told": told,
        "seed": seed,
    }


def _recipes() -> None:
    """The ways to break it, one press each."""
    prose(text["break it"])
    for name in RECIPES:
        st.button(
            text[f"recipe {name}"],
            key=f"recipe-{name}",
            on_click=_follow,
            args=(name,),
            disabled=locked(),
            width="content",
        )


def _follow(name: str) -> None:
    """Set the controls, the data aside, to a recipe, and train at once."""
    for field, value in {**FIELDS, **RECIPES[name]}.items():
        st.session_state[field] = value
    st.session_state["plane:presses"] = st.session_state.get("plane:presses", 0) + 1
