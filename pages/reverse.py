"""The reverse process: the model draws a digit, starting from noise."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.errors import RequestError
from pages.components.address import asked_for, choice, heed_address, number, one_of, whole
from pages.components.reverse_scene import (
    DIGIT_NAMES,
    MAX_GUIDANCE,
    MAX_PICTURES,
    MAX_SEED,
    MAX_STEPS,
    SAMPLER_NAMES,
    STAGE,
    ReverseSettings,
    reverse_scene,
)
from pages.components.stage import clock, follower
from pages.components.words import words

text = words("reverse")
default = ReverseSettings()
other = ReverseSettings(steps=5)

whole_steps = whole(1, MAX_STEPS)
longest = int(asked_for("steps", whole_steps, str(default.steps)))
if asked_for("compare", one_of(["true", "false"]), "false") == "true":
    longest = max(longest, int(asked_for("steps2", whole_steps, str(other.steps))))
heed_address(
    STAGE,
    {
        "draw": one_of([*DIGIT_NAMES.values()]),
        "start": whole(0, MAX_SEED),
        "sampler": one_of([*SAMPLER_NAMES.values()]),
        "steps": whole_steps,
        "guidance": number(0, MAX_GUIDANCE),
        "n": whole(1, MAX_PICTURES),
        "compare": one_of(["true", "false"]),
        "sampler2": one_of([*SAMPLER_NAMES.values()]),
        "steps2": whole_steps,
        "guidance2": number(0, MAX_GUIDANCE),
        "t": whole(0, longest),
    },
)
opened_at = st.session_state.setdefault("reverse:opened_at", st.query_params.get("t"))


def new_seed() -> None:
    """Another noise to start from."""
    st.session_state.start = secrets.randbelow(10_000)


def recipe(suffix: str, preset: ReverseSettings) -> tuple[str, int, float]:
    """The widgets of one way to draw: sampler, steps, guidance."""
    sampler = choice("Sampler", SAMPLER_NAMES, key=f"sampler{suffix}", width=185)
    steps = st.number_input(
        "Steps", 1, MAX_STEPS, preset.steps, key=f"steps{suffix}", bind="query-params", width=105
    )
    guidance = st.slider(
        "Guidance",
        0.0,
        MAX_GUIDANCE,
        preset.guidance,
        0.25,
        key=f"guidance{suffix}",
        bind="query-params",
        width=140,
    )
    return sampler, steps, guidance


st.title("The reverse process", anchor=False)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.markdown(text["lead"], width="content")
    compare = st.toggle(
        "Compare with a second setting", key="compare", bind="query-params", width="content"
    )
with st.container(horizontal=True, vertical_alignment="bottom", key="controls-reverse"):
    digit = choice("Digit", DIGIT_NAMES, key="draw", first=default.digit, width=125)
    n = st.number_input(
        "How many",
        1,
        MAX_PICTURES,
        default.n,
        key="n",
        bind="query-params",
        width=100,
        disabled=digit == "all",
    )
    seed = st.number_input(
        "Seed", 0, MAX_SEED, default.seed, key="start", bind="query-params", width=115
    )
    st.button("New seed", on_click=new_seed)
    first = recipe("", default)
    pressed = st.button("Generate", type="primary")
second = None
if compare:
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-second"):
        second = recipe("2", other)

try:
    wanted = [ReverseSettings(digit, seed, *first, n)]
    if second:
        wanted.append(ReverseSettings(digit, seed, *second, n))
except RequestError as error:
    st.warning(str(error))
    wanted = [default]

memory = st.session_state
if "reverse:shown" not in memory or pressed:
    memory["reverse:run"] = memory.get("reverse:run", -1) + 1
    memory["reverse:shown"] = wanted
shown: list[ReverseSettings] = memory["reverse:shown"]
run: int = memory["reverse:run"]
index = int(opened_at) if run == 0 and opened_at is not None else None
scene = reverse_scene(shown, run, index, recorded=run == 0 and shown == [default])
if wanted != shown:
    st.caption(":orange[The settings have changed.] Press Generate to see what they do.")

if len(shown) == 1:
    stage, side = st.container(key="lab-reverse").columns([1.42, 1], gap="large")
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
with st.container(key="reading"):
    st.markdown(text["more"])
