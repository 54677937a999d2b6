"""The presentation, ?present=1: shows one slide of the page at a time (pages/shared/slides.py)."""

from __future__ import annotations

from pathlib import Path

from pages.shared.component import component

HERE = Path(__file__).parent
STYLE = (HERE / "page.css").read_text("utf-8")
"""Of the page around the slides."""
_presenter = component("presenter", "frame/presenting/presenter.js", [HERE / "presenter.css"])


def presenter() -> None:
    """The bar below the slides, the keys, and all that they do."""
    _presenter(key="presenter", data={})
