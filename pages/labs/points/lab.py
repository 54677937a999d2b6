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
from pages.shared.address import (
    choice,
    heed_address,
    locked,
    one_of,
    short,
    whole,
    whole_number,
)
from pages.shared.plain import sentence
from pages.shared.prose import prose, reading, takeaway
from pages.shared.words import LaterLesson

text = LaterLesson("lab-points")
usual = PointSettings()
RATE_NAMES = {f"{rate:g}": f"{rate:g}" for rate in RATES}
WIDTH_NAMES = {str(width): str(width) for width in WIDTHS}
COUNT_NAMES = {str(count): f"{count}" for count in COUNTS}
LEVEL_NAMES = {"0": "all", "1000": "1000", "100": "100", "10": "10", "5": "5", "3": "3", "2": "2"}
ONLY_NAMES = {"": "every t", **{f"{t:g}": f"t = {t:g} only" for t in (0.1, 0.3, 0.5, 0.7, 0.9)}}
SCHEDULE_NAMES = {"cosine": "cosine", "linear": "linear"}
FIELDS: dict[str, Any] = {
    "plane_points": COUNT_NAMES[str(usual.count)],
    "plane_rate": RATE_NAMES[f"{usual.learning_rate:g}"],
    "plane_width": str(usual.width),
    "plane_schedule": usual.schedule,
    "plane_levels": LEVEL_NAMES["0"],
    "plane_only": ONLY_NAMES[""],
    "plane_told": True,
}
"""The controls, by their names in the address, as they usually are."""
RECIPES: dict[str, dict[str, Any]] = {
    "usual": {},
    "blind": {"plane_told": False},
    "one-level": {"plane_only": ONLY_NAMES["0.5"]},
    "few-levels": {"plane_levels": "2"},
    "rate": {"plane_rate": "1"},
    "few-points": {"plane_points": "20"},
}
"""Ways to break it, and the way back: what each makes different from the usual."""


def lab() -> None:
    """Show it."""
    heed_address(
        STAGE,
        {
            "plane_data": one_of([*SHAPES.values()]),
            "plane_word": short(20),
            "plane_points": one_of([*COUNT_NAMES.values()]),
            "plane_rate": one_of([*RATE_NAMES.values()]),
            "plane_width": one_of([*WIDTH_NAMES.values()]),
            "plane_schedule": one_of([*SCHEDULE_NAMES.values()]),
            "plane_levels": one_of([*LEVEL_NAMES.values()]),
            "plane_only": one_of([*ONLY_NAMES.values()]),
            "plane_told": one_of(["true", "false"]),
            "plane_seed": whole(0, MAX_SEED),
            "plane_ideal": one_of(["true", "false"]),
        },
    )
    studio.planes.expect()  # the process is there by the time that Train is pressed
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-points"):
        given = _controls()
    with st.container(horizontal=True, vertical_alignment="center", key="controls-recipes"):
        ideal = _recipes()
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


def _controls() -> dict[str, Any]:
    """The settings as the reader has them, for PointSettings."""
    shape = choice("Data", SHAPES, "plane_data", 135, usual.shape)
    word = usual.word
    if shape == "word":
        word = st.text_input(
            "Word",
            usual.word,
            LONGEST_WORD,
            key="plane_word",
            bind="query-params",
            width=85,
            disabled=locked(),
        )
    count = int(choice("Points", COUNT_NAMES, "plane_points", 90, str(usual.count)))
    first = f"{usual.learning_rate:g}"
    rate = float(choice("Learning rate", RATE_NAMES, "plane_rate", 105, first))
    width = int(choice("Width", WIDTH_NAMES, "plane_width", 85, str(usual.width)))
    schedule = choice("Schedule", SCHEDULE_NAMES, "plane_schedule", 105, usual.schedule)
    levels = int(choice("Noise levels", LEVEL_NAMES, "plane_levels", 105, "0"))
    only = choice("Practise at", ONLY_NAMES, "plane_only", 120, "")
    seed = whole_number("Seed", 0, MAX_SEED, usual.seed, "plane_seed", 90)
    told = st.toggle(
        "Tell it t",
        True,
        key="plane_told",
        bind="query-params",
        width="content",
        disabled=locked(),
    )
    return {
        "shape": shape,
        "word": word.strip().upper(),
        # What is drawn is in the browser alone, until it is trained on.
        "drawing": b"\x00\x00\x01\x01" if shape == "drawing" else b"",
        "count": count,
        "learning_rate": rate,
        "width": width,
        "schedule": schedule,
        "levels": levels,
        "only": float(only) if only else None,
        "told": told,
        "seed": seed,
    }


def _recipes() -> bool:
    """The ways to break it, one press each; whether to show the ideal denoiser."""
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
    return st.toggle(
        text["ideal"],
        False,
        key="plane_ideal",
        bind="query-params",
        width="content",
        disabled=locked(),
    )


def _follow(name: str) -> None:
    """Set the controls, the data aside, to a recipe, and train at once."""
    for field, value in {**FIELDS, **RECIPES[name]}.items():
        st.session_state[field] = value
    st.session_state["plane:presses"] = st.session_state.get("plane:presses", 0) + 1
