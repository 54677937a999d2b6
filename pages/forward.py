"""The forward process: noise covers a digit."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.errors import RequestError
from pages.quiz.beside import question_card
from pages.shared.address import heed_address, locked, usable
from pages.shared.badge import source_badge
from pages.shared.digits import source
from pages.shared.fields import choice, more, switch, whole_number
from pages.shared.plain import sentence
from pages.shared.prose import prose, reading
from pages.shared.slides import apart, presenting, slide
from pages.shared.words import words
from pages.stage import clock, follower
from pages.stage.forward import STAGE, ForwardSettings, forward_scene, which_of
from pages.stage.recordings import need_stills
from quizzes.addresses import CHAIN, DIGIT, FORWARD, SCHEDULE, SEED, TEN, WHICH, T, steps_of
from quizzes.parameters import Choice, table

text = words("forward")
default = ForwardSettings()
digits = source()


def redraw() -> None:
    """Another draw of the noise."""
    st.session_state[SEED.name] = secrets.randbelow(10_000)


def another() -> None:
    """A random digit of a random class."""
    digit = secrets.randbelow(10)
    st.session_state[DIGIT.name] = str(digit)
    st.session_state[WHICH.name] = 1 + secrets.randbelow(which_of(digit).high)


asked = usable(FORWARD)
last = T.up_to(steps_of(SCHEDULE.of(asked)))
heed_address(STAGE, {**FORWARD, **table(which_of(DIGIT.of(asked)), last)})

with slide("lab", essential=True):
    st.title("The forward process", anchor=False)
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-forward"):
        ten = Choice(DIGIT.name, TEN, str(DIGIT.usual))
        digit = int(choice("Digit", ten, 90))
        st.button("Random digit", on_click=another, disabled=locked())
        st.button("Redraw the noise", on_click=redraw, disabled=locked())
    with more(STAGE, SCHEDULE):  # the buttons change the others
        one = which_of(digit)
        if st.session_state.get(one.name, 1) > one.high:
            st.session_state[one.name] = one.high
        which = whole_number(f"Which of {one.high}", one, 130)
        seed = whole_number("Noise seed", SEED, 150)
        schedule = choice("Schedule, steps T", SCHEDULE, 180)
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
        with apart("guess"), st.container(border=True, key="card-guess"):
            follower("guess", STAGE)
    source_badge(digits)
with slide("amounts"):
    below, beside = st.columns([1.42, 1], gap="large")
    amounts, pixels = below.columns([1.5, 1])
    with amounts.container(border=True, key="card-curves"):
        follower("curves", STAGE)
    with pixels.container(border=True, key="card-histogram"):
        follower("histogram", STAGE)
    with beside, apart("question"):
        question_card("forward")
with slide("diagram"):
    need_stills()
    below, beside = st.columns([1.42, 1], gap="large")
    with below.container(border=True, key="card-diagram"):
        follower("diagram", STAGE)
    with beside, apart("window"), st.container(border=True, key="card-window"):
        follower("window", STAGE, still=True, hint=text["window"])
with slide("chain"):
    if settings.steps < 1000:
        with st.container(border=True, key="card-short"):
            left = f"{settings.amount_left:.0%}"
            prose(text.filled("short-schedule", steps=settings.steps, left=left))
    # On a slide there is room for it, and nothing else to see.
    shown = presenting() or switch("Compare with the step-by-step chain", CHAIN)
    if shown:
        with st.container(border=True, key="card-chain"):
            follower("chain", STAGE)
reading("more", text["more"])
