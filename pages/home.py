"""The first page: what this is, and the ways to learn it."""

from __future__ import annotations

import streamlit as st

from diffusion_core.data.embedded import HOME_SCENE
from pages.frame.chrome import progress
from pages.frame.foot import PATH
from pages.shared.address import heed_address
from pages.shared.fields import choice
from pages.shared.modes import ASIDES, LESSON, MODES, PATHS, Mode
from pages.shared.prose import prose
from pages.shared.slides import slide
from pages.shared.words import words
from pages.stage import clock, follower
from pages.stage.reverse import HOME_RUN, recorded_scene
from quizzes.parameters import Choice, table

STAGE = "home"
PATH_NAMES = {
    "6 minutes": "6 minutes",
    "curious": "curious: an hour",
    "engineer": "engineer: all ten",
}
text = words("home")
PATHWAY = Choice("path", PATH_NAMES, "curious")
heed_address(STAGE, table(PATHWAY))


def card(mode: Mode, number: int | None, quick: bool) -> None:
    """A way to learn it: what one can do afterwards, the time it takes, how far one has got."""
    with st.container(border=True, key=f"card-mode-{mode.slug}", height="stretch"):
        label = f"{number}. {mode.title}" if number else mode.title
        st.page_link(mode.file, label=f"**{label}**", width="stretch")
        prose(text[f"card {mode.slug}"])
        glance = text.get(f"glance {mode.slug}") if quick else None
        st.caption(glance or f"about {mode.minutes} minutes")
        progress(mode.slug)


with slide("hero"):
    st.title("Through the Fog", anchor=False)
    with st.container(key="reading"):
        prose(text["lead"])
    with st.container(border=True, key="card-hero"):
        follower("row", STAGE, lane=0, columns=10)
        clock(recorded_scene(HOME_SCENE, HOME_RUN, STAGE), "home-clock")
with slide("begin"), st.container(border=True, key="card-begin"):
    left, right = st.columns([2, 1], vertical_alignment="center")
    left.markdown(text["begin"])
    right.page_link(LESSON.file, label=f"**{text['begin button']}**", width="stretch")
with slide("paths"):
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-home"):
        path = choice(text["choose"], PATHWAY, 230)
    st.session_state[PATH] = path
    numbers = PATHS[path]
    with st.container(key="modes"):
        for first in range(0, len(numbers), 5):
            columns = st.columns(5, gap="small")
            for column, number in zip(columns, numbers[first : first + 5], strict=False):
                with column:
                    card(MODES[number - 1], number, quick=path == "6 minutes")
with slide("asides"):
    st.header("Besides", anchor=False)
    for column, aside in zip(st.columns(2, gap="small"), ASIDES, strict=True):
        with column:
            card(aside, None, quick=False)
st.caption(text["honest"])
