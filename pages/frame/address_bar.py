"""The address bar itself: when it is read anew, and how to take something out of it for good.

`del st.query_params[name]` takes a setting out of the address, but the widget that is bound to it
is seeded from what the address said when the run began, and some values break it ("inf" in a field
for whole numbers). What Streamlit has for that is inside of it; here is all that we use of it.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def read_anew(what: str) -> bool:
    """Whether widgets may be seeded from the address in this run: the first that asks so about
    `what` in a session, and each that the browser's back and forward buttons bring about.

    In all other runs the address says what the widgets wrote there a moment ago.
    """
    name = f"{what}:heeded"
    first = name not in st.session_state
    st.session_state[name] = True
    context = get_script_run_ctx()
    return first or (context is not None and context.is_history_navigation)


def forget(names: Collection[str]) -> None:
    """Take these settings out of the address, in the browser as well. Before any widget is made
    that is bound to one of them, which then is as usual."""
    context = get_script_run_ctx()
    if context is None or not names:
        return
    *others, last = names
    with context.session_state.query_params() as params:
        for name in others:  # the browser need not be told of each: every telling is a "back"
            params.discard_param_no_forward_msg(name)
        params.remove_param(last)
        params.set_initial_query_params_from_current()


def take_the_last(names: Collection[str]) -> None:
    """Of settings that the address has several times, only what it says last stays."""
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as params:
        for name in names:
            if len(said := params.get_all(name)) > 1:
                params.set_corrected_value(name, said[-1], "string_value")
        params.set_initial_query_params_from_current()
