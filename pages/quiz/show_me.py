"""Show me: the stage, opened in the state that proves an answer, right under the question."""

from __future__ import annotations

import streamlit as st

from diffusion_core.errors import RequestError
from pages.shared.links import way_to
from pages.shared.plain import sentence
from pages.stage import clock, follower, forward, reverse
from quizzes.schema import Show


def show_me(show: Show, name: str) -> None:
    """What to see, the stage itself where it is a lab's, and the way to the page. name: unique."""
    query = {key: str(value) for key, value in show.query.items()}
    st.markdown(f"**Look:** {show.look}")
    try:
        if show.page == "forward":
            _forward(query, f"show-{name}")
        elif show.page == "reverse":
            _reverse(query, f"show-{name}")
    except RequestError as error:
        st.warning(sentence(error))
    way_to(show.page, "Open it on the page {page}", query)


def _forward(query: dict[str, str], stage: str) -> None:
    settings, t = forward.settings_of_address(query)
    follower("equation", stage)
    if query.get("chain") == "true":
        follower("chain", stage)
    clock(forward.forward_scene(settings, stage, t, still=t is not None), f"{stage}-clock")


def _reverse(query: dict[str, str], stage: str) -> None:
    lanes, _ = reverse.settings_of_address(query)
    for lane in range(len(lanes)):
        follower("row", stage, lane=lane, captioned=True)
    clock(reverse.reverse_scene(lanes, stage), f"{stage}-clock")
