"""Predict, run, explain: say what the model will do, then watch it do it."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from diffusion_core.data.embedded import RECORDED
from diffusion_core.files.shipped import damaged
from diffusion_core.labs.predict.experiments import EXPERIMENTS, PREDICTIONS, Setup, outcomes
from pages.quiz.card import Place, ask
from pages.quiz.marks import marks_switch
from pages.quiz.record import bring_up
from pages.shared.address import asked_for
from pages.stage import clock, follower
from pages.stage.forward import ForwardSettings, forward_scene
from pages.stage.reverse import ReverseSettings, reverse_scene
from quizzes.bank import BankError
from quizzes.parameters import Whole
from quizzes.predict import ToPredict, to_predict
from quizzes.schema import Question
from quizzes.selection import shuffled

ASKED = "predict:asked"
PREDICTION = Whole("prediction", 1, len(EXPERIMENTS), 1)


def lane(setup: Setup, seed: int) -> ReverseSettings:
    """A run of an experiment, as the stage asks for it."""
    return ReverseSettings(
        str(setup.digit),
        seed,
        setup.sampler,
        setup.steps,
        setup.guidance,
        setup.n,
        origin=f"{RECORDED.digit}.{RECORDED.which}" if setup.until is not None else "",
        until=setup.until or 1000,
    )


def run(name: str) -> None:
    """The experiment, computed now."""
    experiment, stage = EXPERIMENTS[name], f"predict-{name}"
    st.markdown(f"**Look:** {to_predict()[name].look}")
    first = experiment.lanes[0]
    if first.told is not None:
        follower("guess", stage)
        scene = forward_scene(ForwardSettings(), stage, first.told, told_about=500, still=True)
    else:
        lanes = [lane(setup, outcomes()[name].seed) for setup in experiment.lanes]
        for number in range(len(lanes)):
            follower("row", stage, lane=number, captioned=True)
        scene = reverse_scene(lanes, stage)
    clock(scene, f"{stage}-clock")


def _known() -> dict[str, ToPredict]:
    """The predictions. BankError for one that is of no experiment."""
    found = to_predict()
    for name in found:
        if name not in EXPERIMENTS:
            raise BankError(
                f"quizzes/predict.yaml: there is no experiment “{name}”: put the file back."
            )
    return found


def _question(name: str) -> Question:
    """The prediction as a question, answered by what the shipped model did."""
    try:
        return to_predict()[name].question(outcomes()[name].outcome)
    except ValidationError as error:  # An outcome that is none of the options.
        raise damaged(PREDICTIONS) from error


def predict(text: dict[str, str]) -> str:
    """One experiment at a time. Returns what screen readers are to hear."""
    names = [*_known()]
    # In the address, so that a session that is lost comes back to the same one.
    wanted = asked_for(PREDICTION, st.session_state.get(ASKED, "1"))
    st.session_state[ASKED] = st.query_params["prediction"] = wanted
    number = (int(wanted) - 1) % len(names)
    name = names[number]
    # One try: what the model does is the answer, and it does it right away.
    place = Place(f"predict-{name}", "predict", tries=1)
    prediction = to_predict()[name]
    question = _question(name)
    title = f"Prediction {number + 1} of {len(names)} · {prediction.difficulty}"
    asked = ask(shuffled(question, number), place, title, stage=lambda: run(name))
    with st.container(horizontal=True, key="controls-on"):
        st.button(
            "Next prediction",
            type="primary" if asked.done else "secondary",
            on_click=_go_to,
            args=((number + 1) % len(names) + 1,),
        )
        if asked.done:
            st.button("Predict again", on_click=place.forget_and_ask)
    marks_switch()
    return asked.said


def _go_to(number: int) -> None:
    st.query_params["prediction"] = str(number)
    bring_up('[class*="st-key-ask-predict-"]')
