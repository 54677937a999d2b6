"""The frontier as a chart that can be clicked."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from diffusion_core.frontier import Frontier, Point, best

COSTS = {"calls": "network calls", "milliseconds": "milliseconds a digit"}
NAMES = {
    "ddpm": "DDPM",
    "ddim": "DDIM",
    "heun": "Heun",
    "dpmpp": "DPM-Solver++(2M)",
    "leap": "Leaps",
}
SYMBOLS = {
    "ddpm": "triangle-down",
    "ddim": "circle",
    "heun": "square",
    "dpmpp": "diamond",
    "leap": "star",
}

LIGHT = ("#1d2730", "#5a6672", "#ddd7ca", "#0b6b7d")
DARK = ("#e9e6df", "#a3adb5", "#2f3b44", "#5fc9d8")
"""Ink, small print, lines and the signal's colour, as in .streamlit/config.toml."""


def name_of(point: Point) -> str:
    """A way of drawing in words."""
    if point.sampler == "leap":
        return f"{NAMES['leap']}, {point.calls} call{'s' if point.calls > 1 else ''}"
    calls = f" ({point.calls} calls)" if point.calls != point.steps else ""
    steps = f"{point.steps} step{'s' if point.steps > 1 else ''}"
    return f"{NAMES[point.sampler]}, {steps}{calls}"


def frontier_chart(frontier: Frontier, cost: str, chosen: int) -> go.Figure:
    """Fréchet distance against network calls or milliseconds, both logarithmic."""
    dark = st.context.theme.type == "dark"
    ink, grey, line, signal = DARK if dark else LIGHT
    figure = go.Figure()
    edge = best(frontier.points, cost)
    figure.add_scatter(
        x=[getattr(p, cost) for p in edge],
        y=[p.frechet_ratio for p in edge],
        mode="lines",
        line={"color": line, "width": 9},
        hoverinfo="skip",
        showlegend=False,
    )
    for sampler, symbol in SYMBOLS.items():
        own = [(i, p) for i, p in enumerate(frontier.points) if p.sampler == sampler]
        colour = signal if sampler == "leap" else grey
        figure.add_scatter(
            x=[getattr(p, cost) for _, p in own],
            y=[p.frechet_ratio for _, p in own],
            customdata=[[i, name_of(p)] for i, p in own],
            mode="lines+markers",
            name=NAMES[sampler],
            line={"color": colour, "width": 1},
            marker={
                "symbol": symbol,
                "size": [17 if i == chosen else 13 if sampler == "leap" else 9 for i, _ in own],
                "color": colour,
                "opacity": 1,
                "line": {
                    "color": [ink if i == chosen else colour for i, _ in own],
                    "width": [3 if i == chosen else 0 for i, _ in own],
                },
            },
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            hovertemplate="%{customdata[1]}<br>%{y:.2f} times real digits<extra></extra>",
        )
    figure.add_hline(1, line={"color": ink, "width": 1, "dash": "dash"})
    # On a logarithmic axis an annotation's place is the logarithm: 1 is at 0.
    figure.add_annotation(
        text="unseen real digits",
        font={"color": grey},
        showarrow=False,
        xref="paper",
        x=0,
        y=0,
        yanchor="bottom",
    )
    ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500]
    axis = {"type": "log", "tickvals": ticks, "gridcolor": line, "zeroline": False}
    figure.update_xaxes(title=COSTS[cost], **axis)
    figure.update_yaxes(title="Fréchet distance, times real digits", **axis)
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        font={"color": ink, "size": 14},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "font": {"color": ink}},
        dragmode=False,
        clickmode="event+select",
    )
    return figure
