"""The lab “one-step” of the training page: one training step, slowly."""

from __future__ import annotations

import secrets

import streamlit as st

from diffusion_core.errors import RequestError
from diffusion_core.labs.one_step.job import MAX_ROUNDS
from diffusion_core.request import MAX_SEED
from pages.labs.one_step.scene import (
    BATCH_NAMES,
    NETWORK_NAMES,
    PARTS,
    RATE_NAMES,
    STAGE,
    StepSettings,
    step_scene,
)
from pages.shared.address import heed_address, locked
from pages.shared.badge import source_badge
from pages.shared.digits import source
from pages.shared.fields import choice, whole_number
from pages.shared.plain import sentence
from pages.shared.prose import prose, takeaway
from pages.shared.slides import apart
from pages.shared.words import LaterLesson
from pages.stage import clock, follower
from quizzes.parameters import Choice, Whole, table

text = LaterLesson("lab-one-step")
default = StepSettings()
NETWORK = Choice("step_net", NETWORK_NAMES, default.network)
BATCH = Choice("step_batch", BATCH_NAMES, default.batch)
RATE = Choice("step_size", RATE_NAMES, default.rate)
SEED = Whole("step_seed", 0, MAX_SEED, default.seed)
ROUND = Whole("step_round", 1, MAX_ROUNDS, default.round)
PART = Whole("step_at", 0, len(PARTS) - 1)
SETTINGS = table(NETWORK, BATCH, RATE, SEED, ROUND, PART)


def again() -> None:
    """The next round: another digit, another time, other noise, on the copy that has moved."""
    st.session_state[ROUND.name] = min(MAX_ROUNDS, st.session_state[ROUND.name] + 1)


def begin_again() -> None:
    """The first round of another seed, on a fresh copy."""
    st.session_state[ROUND.name] = 1
    st.session_state[SEED.name] = secrets.randbelow(10_000)


def lab() -> None:
    """Show it."""
    heed_address("one-step", SETTINGS)
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-one-step"):
        network = choice("Network", NETWORK, 185)
        batch = choice("It learns from", BATCH, 165)
        rate = choice("Step size η", RATE, 185)
        seed = whole_number("Seed", SEED, 110)
        number = whole_number("Round", ROUND, 105)
        at_end = number == MAX_ROUNDS
        st.button("Again", type="primary", on_click=again, disabled=locked() or at_end)
        st.button("Begin anew", on_click=begin_again, disabled=locked())
    try:
        settings = StepSettings(network, rate, batch, seed, number)
        settings.job()
    except RequestError as error:
        st.warning(sentence(error))
        settings = default
    with st.container(border=True, key="card-step"):
        follower("labs/one_step/step", STAGE)
    told, figures, levels = st.columns([1.16, 1.04, 1], gap="small")
    said = {form: " ".join(text[f"levels {form}"].split()) for form in ("v", "eps", "x0")}
    with told, st.container(border=True, key="card-step-clock"):
        follower("sentence", STAGE)
        clock(step_scene(settings), "step-clock")
    with figures, apart("figures"), st.container(border=True, key="card-step-figures", gap="small"):
        follower("labs/one_step/step_figures", STAGE)
    with levels, apart("levels"), st.container(border=True, key="card-step-levels"):
        follower("labs/one_step/levels", STAGE, said=said)
    source_badge(source())
    with st.container(key="lab-words-one-step"):
        look, why = st.columns([1, 1.1], gap="large")
        with look:
            prose(text["look"])
        with why:
            prose(text["why"])
        takeaway("lab-one-step", text["takeaway"])
