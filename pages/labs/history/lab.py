"""The lab “history” of the training page: the time machine."""

from __future__ import annotations

import streamlit as st

from pages.labs.history.scene import (
    STAGE,
    History,
    epochs_of,
    history,
    history_scene,
    time_of,
)
from pages.shared.address import heed_address
from pages.shared.prose import prose, takeaway
from pages.shared.slides import apart
from pages.shared.words import LaterLesson
from pages.stage import clock, follower
from quizzes.parameters import Whole, table

text = LaterLesson("lab-history")
LOSS_AXIS = (0.08, 1.2)
FRECHET_AXIS = (0.02, 500)
"""What the charts reach from and to."""


def lab() -> None:
    """Show it."""
    told = history()
    heed_address(STAGE, table(Whole("stop", 0, told.stops - 1)))
    prose(text.filled("lead", **_figures(told)))
    left, right = st.columns([1.55, 1], gap="small")
    with left, st.container(border=True, key="card-history", gap="small"):
        follower("labs/history/history", STAGE, titles=["From noise A", "From noise B"])
        follower("sentence", STAGE)
        clock(history_scene(), "history-clock")
    with left, apart("run-curves"), st.container(border=True, key="card-run-curves"):
        follower("labs/history/run_curves", STAGE, loss=LOSS_AXIS, frechet=FRECHET_AXIS)
    with right, apart("guessed"), st.container(border=True, key="card-guessed"):
        follower("labs/history/guessed", STAGE, title="One look at a noisy digit")
    with right, apart("levels"), st.container(border=True, key="card-history-levels"):
        said = {form: " ".join(text[f"levels {form}"].split()) for form in ("v", "eps", "x0")}
        follower("labs/one_step/levels", STAGE, said=said, faint=True)
    with st.container(key="lab-words-history"):
        look, how = st.columns([1, 1.1], gap="large")
        with look:
            prose(text["look"])
        with how:
            prose(text.filled("how", **_figures(told)))
        takeaway("lab-history", text["takeaway"])


def _figures(told: History) -> dict[str, str]:
    """What the words say of the two."""
    arrays = told.arrays
    return {
        "moments": str(told.stops - 1),
        "steps": f"{int(arrays['steps'][-1]):,}",
        "of": "" if told.whole else f" of {told.made.training.steps:,}",
        "epochs": epochs_of(float(arrays["examples"][-1])),
        "time": time_of(float(arrays["seconds"][-1])),
        "batch": str(told.batch),
        "shipped": f"{told.shipped.epochs:.0f}",
        "measured": f"{told.made.measured:,}",
        "unseen": f"{float(arrays['unseen']):.2f}",
    }
