"""Which of a page's labs is open: a choice that the address remembers."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from pages.shared.address import heed_address, locked
from pages.shared.slides import presenting
from quizzes.parameters import Choice, table


def choose_lab(label: str, labs: Choice[str]) -> str:
    """A row of buttons, one for each lab, bound to the address; the chosen lab's name."""
    heed_address(labs.name, table(labs))
    with _place(labs), st.container(key=f"labs-{labs.name}"):
        chosen = st.segmented_control(
            label,
            list(labs.names.values()),
            default=labs.names[labs.usual],
            required=True,
            key=labs.name,
            bind="query-params",
            label_visibility="collapsed",
            disabled=locked(),
        )
    return labs.named(chosen)


def _place(labs: Choice[str]) -> AbstractContextManager[object]:
    """Where the buttons stand. On a slide there is room for the name of the one that is open, which
    opens the others."""
    if not presenting():
        return nullcontext()
    open_now = st.session_state.get(labs.name) or st.query_params.get(labs.name)
    name = open_now if open_now in labs.names.values() else labs.names[labs.usual]
    return st.popover(str(name), key=f"choose-{labs.name}")
