"""The app's colours, for what the theme does not reach: charts and figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as in .streamlit/config.toml. Two of them mean something."""

    paper: str
    ink: str
    grey: str
    """Of small print."""
    line: str
    signal: str
    noise: str


THEMES = {
    "light": Palette("#f8f6f1", "#1d2730", "#5a6672", "#ddd7ca", "#0b6b7d", "#b4511a"),
    "dark": Palette("#10161b", "#e9e6df", "#a3adb5", "#2f3b44", "#5fc9d8", "#f0a06a"),
}

ON_A_SLIDE = {"font_size": 24, "height": 440}
"""What Plotly has to know of a slide: how large type is there, and how much room there is."""
