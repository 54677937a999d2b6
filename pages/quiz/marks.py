"""Whether marks count, and with them how sure one is: only where somebody turned them on."""

from __future__ import annotations

import streamlit as st

from pages.shared.address import asked_for, locked
from quizzes.grading import CERTAINTIES, MARKS, Certainty
from quizzes.parameters import Switch

COUNT = Switch("marks")
CHOSEN = "quiz:marks"
"""What was chosen, for the visit: pages that have no switch, and addresses that say nothing of it,
leave it as it is."""
SWITCH = "quiz:marks-switch"
SHARE = "a third"
"""GradingOptions.hint_share, in words."""
HELP = "Say how sure you are: sure and right earns most, sure and wrong costs most."


def counting() -> bool:
    """Whether marks count: what the address says, else what was chosen before."""
    asked = asked_for(COUNT)
    if asked:
        st.session_state[CHOSEN] = asked == "true"
    return bool(st.session_state.get(CHOSEN))


def marks_switch() -> None:
    """The switch, once on a page. The address says when it is on, for who is given the link."""
    on = st.session_state[SWITCH] = counting()
    _say(on)
    st.toggle("Marks for certainty", key=SWITCH, help=HELP, disabled=locked(), on_change=_turned)


def _turned() -> None:
    on = st.session_state[CHOSEN] = st.session_state[SWITCH]
    _say(on)


def _say(on: bool) -> None:
    if on:
        st.query_params[COUNT.name] = "true"
    else:
        st.query_params.pop(COUNT.name, None)


def rewards() -> list[str]:
    """What right and wrong are worth, for each of CERTAINTIES."""
    return [_reward(certainty) for certainty in CERTAINTIES]


def _reward(certainty: Certainty) -> str:
    right, wrong = MARKS[certainty]
    return f"right +{right}, wrong {wrong}".replace("-", "−")


def hint_cost() -> str:
    """What a hint takes, for its button; nothing where no marks count."""
    return f" (costs {SHARE} of the mark)" if counting() else ""
