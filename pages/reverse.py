"""The reverse process: the model draws a digit, starting from noise."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from diffusion_core.errors import RequestError
from diffusion_core.labs.own.shelf import GONE
from pages.quiz.beside import question_card
from pages.shared import own_models
from pages.shared.address import heed_address, locked, usable
from pages.shared.fields import choice, more, slider, switch, whole_number
from pages.shared.plain import sentence
from pages.shared.prose import prose, reading
from pages.shared.slides import apart, presenting, slide
from pages.shared.words import words
from pages.stage import clock, follower, run_buttons
from pages.stage.recordings import need_stills
from pages.stage.reverse import MODELS, SETTINGS, STAGE, ReverseSettings, can_fork, reverse_scene
from quizzes.addresses import (
    COMPARE,
    COUNT,
    DRAW,
    FIRST,
    FORKS,
    RECIPES,
    REVERSE,
    SECOND,
    START,
    STEP,
    Recipe,
)
from quizzes.parameters import Choice, table

text = words("reverse")
default = ReverseSettings()

asked = usable(REVERSE)
ways_asked = RECIPES if COMPARE.of(asked) else RECIPES[:1]
longest = max(way.steps.of(asked) for way in ways_asked)
heed_address(STAGE, {**SETTINGS, **table(STEP.up_to(longest))})


def known_models() -> list[str]:
    """The names of those trained here that this visitor's address has named, if they are kept."""
    named = [model.of(st.query_params) for model in MODELS.values()]
    known = [*dict.fromkeys([*st.session_state.get("reverse:models", []), *filter(None, named)])]
    kept = [name for name in known if own_models.shelf().has(name)]
    st.session_state["reverse:models"] = kept
    if len(kept) < len(known):
        st.warning(f"{GONE[:-1]}; here the shipped one draws now.")
    return kept


def model_choice(label: str, way: Recipe) -> str:
    """The name of the model to draw with; "" for the shipped one, and where there is no other."""
    if not models:
        return ""
    names = {name: own_models.shown(name) for name in ("", *models)}
    return choice(label, Choice(MODELS[way.suffix].name, names, ""), 155)


def recipe(prefix: str, way: Recipe, first: DeltaGenerator) -> tuple[str, int, float]:
    """The widgets of one way to draw: sampler and guidance here, steps in `first`."""

    def label(name: str) -> str:
        return f"{prefix} {name}".strip().capitalize()

    sampler = choice(label("sampler"), way.sampler, 185)
    if sampler == "leap":
        with first:
            return sampler, choice(label("leaps"), way.leaps, 135), 1.0
    with first:
        steps = whole_number(label("steps"), way.steps, 110)
    return sampler, steps, slider(label("guidance"), way.guidance, 140)


IN_SIGHT = table(DRAW, START, STEP, FORKS, FIRST.steps, FIRST.leaps)
WAITING = [one for name, one in SETTINGS.items() if name not in IN_SIGHT]
"""What stands under More, and is to be seen where an address uses it; not the seed, which Generate
changes."""
models = known_models()
with slide("lab"):
    st.title("The reverse process", anchor=False)
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-reverse"):
        digit = choice("Digit", DRAW, 125)
        steps_here = st.container(width="content")
        run_buttons(STAGE, START, another="Generate", again="Replay", locked=locked())
    second = None
    with more(STAGE, *WAITING):
        # All ten, and the digits of a number, are drawn once each.
        alone = digit == "all" or (digit.isdecimal() and len(digit) > 1)
        n = COUNT.usual if alone else whole_number("How many", COUNT, 100)
        seed = whole_number("Seed", START, 115)
        first = recipe("", FIRST, steps_here)
        own = [model_choice("Model", FIRST)]
        compare = switch("Compare with a second setting", COMPARE)
    if compare:
        with st.container(horizontal=True, vertical_alignment="bottom", key="controls-second"):
            own.append(model_choice("Second model", SECOND))
            second = recipe("second", SECOND, st.container(width="content"))

    try:
        ways = [way for way in (first, second) if way]
        lanes = [
            ReverseSettings(digit, seed, *way, n, model=name)
            for way, name in zip(ways, own, strict=True)
        ]
    except RequestError as error:
        st.warning(sentence(error))
        lanes = [default]
    scene = reverse_scene(lanes)

    if len(lanes) == 1:
        with st.container(key="lab-reverse"):
            stage, side = st.columns([1.42, 1], gap="large")
        with stage.container(border=True, key="card-stage"):
            follower("denoise", STAGE, lane=0)
            clock(scene, "reverse-clock")
        with side:
            follower("sentence", STAGE)
            with apart("row"), st.container(border=True, key="card-row"):
                follower("row", STAGE, lane=0, title="All of this run")
            with st.container(border=True, key="card-film"):
                follower("film", STAGE, lane=0)
        if can_fork(lanes):
            with apart("forks"), st.container(border=True, key="card-forks"):
                follower("forks", STAGE, locked=locked())
    else:
        follower("sentence", STAGE)
        with st.container(border=True, key="card-clock"):
            clock(scene, "reverse-clock")
        for lane, column in enumerate(st.columns(2, gap="medium")):
            with column.container(border=True, key=f"card-lane-{lane}"):
                follower("denoise", STAGE, lane=lane)
                follower("row", STAGE, lane=lane, title="All of this run")
with slide("diagram"):
    need_stills()
    below, beside = st.columns([1.42, 1], gap="large")
    with below.container(border=True, key="card-diagram"):
        follower("diagram", STAGE)
    with beside, apart("window"), st.container(border=True, key="card-window"):
        follower("window", STAGE, hint=words("analogy")["hint"])
left, right = (
    [st.container(), st.container()] if presenting() else st.columns([1.42, 1], gap="large")
)
with left:
    reading("more", text["more"])
with right, slide("question"):
    question_card("reverse")
