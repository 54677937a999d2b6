"""Which of a page's labs is open: a choice that the address remembers."""

from __future__ import annotations

import streamlit as st

from pages.shared.address import heed_address, locked
from quizzes.parameters import Choice, table


def choose_lab(label: str, labs: Choice[str]) -> str:
    """A row of buttons, one for each lab, bound to the address; the chosen lab's name."""
    heed_address(labs.name, table(labs))
    with st.container(key=f"labs-{labs.name}"):
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
