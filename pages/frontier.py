"""Quality against cost for every way of drawing: a chart whose points show their digits."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from diffusion_core.measure.frontier import Frontier, Point, load_frontier
from pages.lesson.frontier_chart import frontier_chart, name_of
from pages.shared.address import heed_address
from pages.shared.colours import ON_A_SLIDE
from pages.shared.fields import choice
from pages.shared.prose import prose, reading
from pages.shared.slides import apart, presenting, slide
from pages.shared.words import words
from quizzes.addresses import COST, WAY
from quizzes.parameters import Choice, table

text = words("frontier")


@st.cache_data
def frontier() -> Frontier:
    """What the benchmark measured, as it is in the repository."""
    return load_frontier()


def sheet(digits: np.ndarray) -> np.ndarray:
    """(20, 28, 28), two of each label, as one picture of two rows, enlarged without blurring."""
    rows = [np.concatenate([*digits[first::2]], axis=1) for first in (0, 1)]
    return np.concatenate(rows).repeat(3, axis=0).repeat(3, axis=1)


measured = frontier()
names = {str(i): name_of(point) for i, point in enumerate(measured.points)}
usual = str(max(i for i, point in enumerate(measured.points) if point.sampler == "leap"))
WAYS = Choice(WAY.name, names, usual)
heed_address("frontier", table(WAYS, COST))


def chosen_in_chart() -> None:
    """A click on a point chooses it, as the select box does."""
    points = st.session_state["frontier-chart"]["selection"]["points"]
    if points:
        st.session_state[WAYS.name] = names[str(points[0]["customdata"][0])]


with slide("chart"):
    st.title("Quality and cost", anchor=False)
    prose(text["lead"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-frontier"):
        way = int(choice("Way of drawing", WAYS, 290))
        cost = choice("Cost", COST, 220)
    chart, side = st.columns([1.42, 1], gap="large")
    point: Point = measured.points[way]
    with chart.container(border=True, key="card-frontier"):
        figure: go.Figure = frontier_chart(measured, cost, way)
        if presenting():
            figure.update_layout(**ON_A_SLIDE)
        st.plotly_chart(
            figure,
            key="frontier-chart",
            on_select=chosen_in_chart,
            selection_mode="points",
            config={"displayModeBar": False, "scrollZoom": False},
        )
        about = {"count": f"{measured.count:,}", "machine": measured.machine, "date": measured.date}
        st.caption(text.filled("caption", **about))
    with side, apart("point"):
        st.header(name_of(point), anchor=False)
        st.image(
            sheet(measured.digits[way]),
            "Zero to nine, twice, drawn this way.",
            alt=f"Twenty digits drawn by {name_of(point)}",
            width="stretch",
        )
        figures = st.columns(2)
        figures[0].metric("Fréchet distance", f"{point.frechet_ratio:.2f} ×")
        figures[1].metric("shows the digit asked for", f"{point.accuracy:.1%}")
        figures[0].metric("network calls", point.calls)
        figures[1].metric("milliseconds", f"{point.milliseconds:.1f}")
reading("more", text["more"].replace("{accuracy}", f"{measured.unseen_accuracy:.1%}"))
