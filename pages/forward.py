"""The forward process: noise covers a digit."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_SEED
from pages.quiz.beside import question_card
from pages.shared.address import (
    asked_for,
    choice,
    heed_address,
    locked,
    one_of,
    whole,
    whole_number,
)
from pages.shared.badge import source_badge
from pages.shared.digits import of_class, source
from pages.shared.plain import sentence
from pages.shared.prose import prose, reading
from pages.shared.slides import presenting, slide
from pages.shared.words import words
from pages.stage import clock, follower
from pages.stage.forward import (
    SCHEDULE_NAMES,
    STAGE,
    ForwardSettings,
    forward_scene,
)
from pages.stage.recordings import need_moments

text = words("forward")
default = ForwardSettings()
digits = source()


def redraw() -> None:
    """Another draw of the noise."""
    st.session_state.seed = secrets.randbelow(10_000)


def another() -> None:
    """A random digit of a random class."""
    digit = secrets.randbelow(10)
    st.session_state.digit = str(digit)
    st.session_state.which = 1 + secrets.randbelow(len(of_class(digits.digits, digit)))


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

with slide("lab", essential=True):
    st.title("The forward process", anchor=False)
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-forward"):
        ten = {str(digit): str(digit) for digit in range(10)}
        digit = int(choice("Digit", ten, "digit", 90, first=str(default.digit)))
        count = len(of_class(digits.digits, digit))
        if st.session_state.get("which", 1) > count:
            st.session_state.which = count
        which = whole_number(f"Which of {count}", 1, count, default.which, "which", 130)
        st.button("Random digit", on_click=another, disabled=locked())
        seed = whole_number("Noise seed", 0, MAX_SEED, default.seed, "seed", 150)
        st.button("Redraw the noise", on_click=redraw, disabled=locked())
        schedule = choice("Schedule, steps T", SCHEDULE_NAMES, "schedule", 180, first="cosine")
    try:
        settings = ForwardSettings(digit, which, seed, schedule)
    except RequestError as error:
        st.warning(sentence(error))
        settings = default

    with st.container(key="lab-forward"):
        stage, side = st.columns([1.42, 1], gap="large")
    with stage.container(border=True, key="card-stage"):
        follower("equation", STAGE)
        clock(forward_scene(settings), "forward-clock")
    with side:
        follower("sentence", STAGE)
        with st.container(border=True, key="card-guess"):
            follower("guess", STAGE)
    source_badge(digits)
with slide("amounts"):
    below, beside = st.columns([1.42, 1], gap="large")
    amounts, pixels = below.columns([1.5, 1])
    with amounts.container(border=True, key="card-curves"):
        follower("curves", STAGE)
    with pixels.container(border=True, key="card-histogram"):
        follower("histogram", STAGE)
    with beside:
        question_card("forward")
with slide("diagram"):
    need_moments()
    below, beside = st.columns([1.42, 1], gap="large")
    with below.container(border=True, key="card-diagram"):
        follower("diagram", STAGE)
    with beside.container(border=True, key="card-window"):
        follower("window", STAGE, hint=words("analogy")["hint"])
with slide("chain"):
    if settings.steps < 1000:
        with st.container(border=True, key="card-short"):
            left = f"{settings.amount_left:.0%}"
            prose(text.filled("short-schedule", steps=settings.steps, left=left))
    # On a slide there is room for it, and nothing else to see.
    shown = presenting() or st.toggle(
        "Compare with the step-by-step chain", key="chain", bind="query-params", disabled=locked()
    )
    if shown:
        with st.container(border=True, key="card-chain"):
            follower("chain", STAGE)
reading("more", text["more"])
