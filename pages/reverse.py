"""The reverse process: the model draws a digit, starting from noise."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.labs.own.shelf import GONE
from diffusion_core.request import MAX_GUIDANCE, MAX_SEED, MAX_STEPS, SAMPLER_TITLES
from pages.quiz.beside import question_card
from pages.shared import own_models
from pages.shared.address import (
    asked_for,
    choice,
    heed_address,
    locked,
    number,
    one_of,
    whole,
    whole_number,
)
from pages.shared.plain import sentence
from pages.shared.prose import reading
from pages.shared.slides import presenting, slide
from pages.shared.words import words
from pages.stage import clock, follower
from pages.stage.recordings import need_moments
from pages.stage.reverse import (
    DIGIT_NAMES,
    LEAP_NAMES,
    MAX_PICTURES,
    SECOND,
    STAGE,
    ReverseSettings,
    reverse_scene,
)

text = words("reverse")
default = ReverseSettings()

yes_or_no = one_of(["true", "false"])
steps_allowed = whole(1, MAX_STEPS)
longest = int(asked_for("steps", steps_allowed, str(default.steps)))
if asked_for("compare", yes_or_no, "false") == "true":
    longest = max(longest, int(asked_for("steps2", steps_allowed, str(SECOND.steps))))
heed_address(
    STAGE,
    {
        "draw": one_of([*DIGIT_NAMES.values()]),
        "start": whole(0, MAX_SEED),
        "n": whole(1, MAX_PICTURES),
        "compare": yes_or_no,
        **{f"sampler{which}": one_of([*SAMPLER_TITLES.values()]) for which in ("", "2")},
        **{f"steps{which}": steps_allowed for which in ("", "2")},
        **{f"leaps{which}": one_of([*LEAP_NAMES.values()]) for which in ("", "2")},
        **{f"guidance{which}": number(0, MAX_GUIDANCE) for which in ("", "2")},
        **{f"model{which}": own_models.check for which in ("", "2")},
        "step": whole(0, longest),
    },
)


def new_seed() -> None:
    """Another noise to start from."""
    st.session_state.start = secrets.randbelow(10_000)


def known_models() -> list[str]:
    """The names of those trained here that this visitor's address has named, if they are kept."""
    named = [own_models.name_in(st.query_params.get(key, "")) for key in ("model", "model2")]
    known = [*dict.fromkeys([*st.session_state.get("reverse:models", []), *filter(None, named)])]
    kept = [name for name in known if own_models.shelf().has(name)]
    st.session_state["reverse:models"] = kept
    if len(kept) < len(known):
        st.warning(f"{GONE[:-1]}; here the shipped one draws now.")
    return kept


def model_choice(label: str, key: str) -> str:
    """The name of the model to draw with; "" for the shipped one, and where there is no other."""
    if not models:
        return ""
    return choice(label, {name: own_models.shown(name) for name in ("", *models)}, key, 155, "")


def recipe(prefix: str, suffix: str, preset: ReverseSettings) -> tuple[str, int, float]:
    """The widgets of one way to draw: sampler, steps, guidance."""

    def label(name: str) -> str:
        return f"{prefix} {name}".strip().capitalize()

    sampler = choice(label("sampler"), SAMPLER_TITLES, f"sampler{suffix}", 185, preset.sampler)
    if sampler == "leap":
        leaps = {str(steps): name for steps, name in LEAP_NAMES.items()}
        return sampler, int(choice(label("leaps"), leaps, f"leaps{suffix}", 135, "2")), 1.0
    steps = whole_number(label("steps"), 1, MAX_STEPS, preset.steps, f"steps{suffix}", 110)
    guidance = st.slider(
        label("guidance"),
        0.0,
        MAX_GUIDANCE,
        preset.guidance,
        0.25,
        key=f"guidance{suffix}",
        bind="query-params",
        width=140,
        disabled=locked(),
    )
    return sampler, steps, guidance


models = known_models()
with slide("lab"):
    st.title("The reverse process", anchor=False)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(text["lead"], width="content")
        compare = st.toggle(
            "Compare with a second setting",
            key="compare",
            bind="query-params",
            width="content",
            disabled=locked(),
        )
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-reverse"):
        digit = choice("Digit", DIGIT_NAMES, "draw", 125, default.digit)
        n = whole_number("How many", 1, MAX_PICTURES, default.n, "n", 100)
        seed = whole_number("Seed", 0, MAX_SEED, default.seed, "start", 115)
        st.button("New seed", on_click=new_seed, disabled=locked())
        if not compare:
            own = [model_choice("Model", "model")]
        first = recipe("", "", default)
        pressed = st.button("Generate", type="primary")
    second = None
    if compare:
        with st.container(horizontal=True, vertical_alignment="bottom", key="controls-second"):
            own = [model_choice("Model", "model"), model_choice("Second model", "model2")]
            second = recipe("second", "2", SECOND)

    try:
        ways = [way for way in (first, second) if way]
        lanes = [
            ReverseSettings(digit, seed, *way, n, model=name)
            for way, name in zip(ways, own, strict=True)
        ]
    except RequestError as error:
        st.warning(sentence(error))
        lanes = [default]
    presses = st.session_state.get("reverse:presses", 0) + pressed
    st.session_state["reverse:presses"] = presses
    scene = reverse_scene(lanes, presses)

    if len(lanes) == 1:
        with st.container(key="lab-reverse"):
            stage, side = st.columns([1.42, 1], gap="large")
        with stage.container(border=True, key="card-stage"):
            follower("denoise", STAGE, lane=0)
            clock(scene, "reverse-clock")
        with side:
            follower("sentence", STAGE)
            with st.container(border=True, key="card-row"):
                follower("row", STAGE, lane=0, title="All of this run")
            with st.container(border=True, key="card-film"):
                follower("film", STAGE, lane=0)
    else:
        follower("sentence", STAGE)
        with st.container(border=True, key="card-clock"):
            clock(scene, "reverse-clock")
        for lane, column in enumerate(st.columns(2, gap="medium")):
            with column.container(border=True, key=f"card-lane-{lane}"):
                follower("denoise", STAGE, lane=lane)
                follower("row", STAGE, lane=lane, title="All of this run")
with slide("diagram"):
    need_moments()
    below, beside = st.columns([1.42, 1], gap="large")
    with below.container(border=True, key="card-diagram"):
        follower("diagram", STAGE)
    with beside.container(border=True, key="card-window"):
        follower("window", STAGE, hint=words("analogy")["hint"])
left, right = (
    [st.container(), st.container()] if presenting() else st.columns([1.42, 1], gap="large")
)
with left:
    reading("more", text["more"])
with right, slide("question"):
    question_card("reverse")
