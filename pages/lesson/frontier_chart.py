"""The frontier as a chart that can be clicked."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from diffusion_core.measure.frontier import Frontier, Point, best
from pages.shared.colours import THEMES, Palette
from quizzes.addresses import COST, SAMPLERS

SYMBOLS = {
    "ddpm": "triangle-down",
    "ddim": "circle",
    "heun": "square",
    "dpmpp": "diamond",
    "leap": "star",
}


def name_of(point: Point) -> str:
    """A way of drawing in words."""
    if point.sampler == "leap":
        return f"Leaps, {point.calls} call{'s' if point.calls > 1 else ''}"
    calls = f" ({point.calls} calls)" if point.calls != point.steps else ""
    steps = f"{point.steps} step{'s' if point.steps > 1 else ''}"
    return f"{SAMPLERS[point.sampler]}, {steps}{calls}"


def frontier_chart(frontier: Frontier, cost: str, chosen: int) -> go.Figure:
    """Fréchet distance against network calls or milliseconds, both logarithmic."""
    colours = THEMES[st.context.theme.type or "light"]
    figure = go.Figure()
    edge = best(frontier.points, cost)
    figure.add_scatter(
        x=[getattr(p, cost) for p in edge],
        y=[p.frechet_ratio for p in edge],
        mode="lines",
        line={"color": colours.line, "width": 9},
        hoverinfo="skip",
        showlegend=False,
    )
    for sampler in SYMBOLS:
        _add_sampler(figure, frontier, sampler, cost, chosen, colours)
    _add_real_digits(figure, colours)
    _lay_out(figure, cost, colours)
    return figure


def _add_sampler(
    figure: go.Figure, frontier: Frontier, sampler: str, cost: str, chosen: int, colours: Palette
) -> None:
    """Its points, the chosen one larger and with a rim; ours in the colour of the signal."""
    own = [(i, p) for i, p in enumerate(frontier.points) if p.sampler == sampler]
    colour = colours.signal if sampler == "leap" else colours.grey
    figure.add_scatter(
        x=[getattr(p, cost) for _, p in own],
        y=[p.frechet_ratio for _, p in own],
        customdata=[[i, name_of(p)] for i, p in own],
        mode="lines+markers",
        name=SAMPLERS[sampler],
        line={"color": colour, "width": 1},
        marker={
            "symbol": SYMBOLS[sampler],
            "size": [17 if i == chosen else 13 if sampler == "leap" else 9 for i, _ in own],
            "color": colour,
            "opacity": 1,
            "line": {
                "color": [colours.ink if i == chosen else colour for i, _ in own],
                "width": [3 if i == chosen else 0 for i, _ in own],
            },
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate="%{customdata[1]}<br>%{y:.2f} times real digits<extra></extra>",
    )


def _add_real_digits(figure: go.Figure, colours: Palette) -> None:
    """The line that a perfect model would reach."""
    figure.add_hline(1, line={"color": colours.ink, "width": 1, "dash": "dash"})
    # On a logarithmic axis an annotation's place is the logarithm: 1 is at 0.
    figure.add_annotation(
        text="unseen real digits",
        font={"color": colours.grey},
        showarrow=False,
        xref="paper",
        x=0,
        y=0,
        yanchor="bottom",
    )


def _lay_out(figure: go.Figure, cost: str, colours: Palette) -> None:
    ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500]
    axis = {"type": "log", "tickvals": ticks, "gridcolor": colours.line, "zeroline": False}
    figure.update_xaxes(title=COST.names[cost], **axis)
    figure.update_yaxes(title="Fréchet distance, times real digits", **axis)
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        font={"color": colours.ink, "size": 14},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "font": {"color": colours.ink}},
        dragmode=False,
        clickmode="event+select",
    )
