"""What stands around a lesson page: progress, the glossary, and the presentation.

Small components without a stage. Progress is kept in the reader's own browser (localStorage), and
nowhere else; progress.js and glossary.js say how.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.words import words

HERE = Path(__file__).parent
LETTER_KEYS = HERE / "letters.js"
"""For every script that listens to single letters or digits: whether the reader wants that."""


def _register(name: str) -> Callable[..., Any]:
    parts = (HERE / "storage.js", LETTER_KEYS, HERE / f"{name}.js")
    script = "\n".join(part.read_text("utf-8") for part in parts)
    style = (HERE / "chrome.css").read_text("utf-8")
    return st.components.v2.component(
        f"fog_{name}", html='<div class="root"></div>\n', css=style, js=script
    )


_COMPONENTS = {
    name: _register(name) for name in ("progress", "done", "glossary", "presenter", "shortcuts")
}


def progress(slug: str) -> None:
    """How far the reader has got with a page: a mark for its card."""
    _COMPONENTS["progress"](key=f"progress-{slug}", data={"slug": slug})


def done_button(slug: str) -> None:
    """For the foot of a page: notes that it was opened, and lets the reader tick it off."""
    _COMPONENTS["done"](key=f"done-{slug}", data={"slug": slug})


def shortcuts() -> None:
    """For the foot of a page: turns one-letter shortcuts off, for whoever dictates or mistypes."""
    _COMPONENTS["shortcuts"](key="shortcuts", data={})


def glossary() -> None:
    """Opens the entry of a term in place: see prose.py for the links that it listens to."""
    _COMPONENTS["glossary"](key="glossary", data={"entries": dict(words("glossary"))})


def presenter() -> None:
    """Shows one slide of the page at a time; see slides.py."""
    _COMPONENTS["presenter"](key="presenter", data={})
