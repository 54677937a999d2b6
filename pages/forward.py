"""The forward process: noise covers a digit."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.errors import RequestError
from pages.components.address import asked_for, choice, heed_address, one_of, whole
from pages.components.badge import source_badge
from pages.components.digits import of_class, source
from pages.components.forward_scene import (
    MAX_SEED,
    SCHEDULE_NAMES,
    STAGE,
    ForwardSettings,
    forward_scene,
)
from pages.components.stage import clock, follower
from pages.components.words import words

text = words("forward")
default = ForwardSettings()
digits = source()


def redraw() -> None:
    """Another draw of the noise."""
    st.session_state.seed = secrets.randbelow(10_000)


def another() -> None:
    """A random digit of a random class."""
    st.session_state.digit = secrets.randbelow(10)
    count = len(of_class(digits.digits, st.session_state.digit))
    st.session_state.which = 1 + secrets.randbelow(count)


schedules = {name: value for value, name in SCHEDULE_NAMES.items()}
asked_digit = int(asked_for("digit", whole(0, 9), str(default.digit)))
asked_schedule = schedules[asked_for("schedule", one_of([*schedules]), "cosine")]
heed_address(
    STAGE,
    {
        "digit": whole(0, 9),
        "which": whole(1, len(of_class(digits.digits, asked_digit))),
        "seed": whole(0, MAX_SEED),
        "schedule": one_of([*schedules]),
        "t": whole(0, ForwardSettings(schedule=asked_schedule).steps),
        "chain": one_of(["true", "false"]),
    },
)
opened_at = st.session_state.setdefault("forward:opened_at", st.query_params.get("t"))

st.title("The forward process", anchor=False)
st.markdown(text["lead"])
with st.container(horizontal=True, vertical_alignment="bottom", key="controls-forward"):
    digit = st.selectbox(
        "Digit", list(range(10)), index=default.digit, key="digit", bind="query-params", width=90
    )
    count = len(of_class(digits.digits, digit))
    if st.session_state.get("which", 1) > count:
        st.session_state.which = count
    which = st.number_input(
        "Which one", 1, count, default.which, key="which", bind="query-params", width=130
    )
    st.button("Random digit", on_click=another)
    seed = st.number_input(
        "Noise seed", 0, MAX_SEED, default.seed, key="seed", bind="query-params", width=150
    )
    st.button("Redraw the noise", on_click=redraw)
    schedule = choice("Noise schedule", SCHEDULE_NAMES, key="schedule", width=190)
try:
    settings = ForwardSettings(digit, which, seed, schedule)
except RequestError as error:
    st.warning(str(error))
    settings = default

stage, side = st.container(key="lab-forward").columns([1.42, 1], gap="large")
with stage:
    with st.container(border=True, key="card-stage"):
        follower("equation", STAGE)
        clock(
            forward_scene(settings, None if opened_at is None else int(opened_at)), "forward-clock"
        )
    amounts, pixels = st.columns([1.5, 1])
    with amounts.container(border=True, key="card-curves"):
        follower("curves", STAGE)
    with pixels.container(border=True, key="card-histogram"):
        follower("histogram", STAGE)
with side:
    follower("sentence", STAGE)
    if settings.steps < 1000:
        with st.container(border=True, key="card-short"):
            share = settings.amount_left
            st.markdown(text["short-schedule"].format(steps=settings.steps, left=f"{share:.0%}"))
    with st.container(border=True, key="card-guess"):
        follower("guess", STAGE)
    source_badge(digits)
    if st.toggle("Compare with the step-by-step chain", key="chain", bind="query-params"):
        with st.container(border=True, key="card-chain"):
            follower("chain", STAGE)
with st.container(key="reading"):
    st.markdown(text["more"])
