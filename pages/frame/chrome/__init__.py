"""What stands around a lesson page: progress and the glossary.

Small components without a stage. Progress is kept in the reader's own browser (localStorage), and
nowhere else; progress.js and glossary.js say how.
"""

from __future__ import annotations

from pathlib import Path

from pages.shared.component import component
from pages.shared.words import words

HERE = Path(__file__).parent
_COMPONENTS = {
    name: component(name, f"frame/chrome/{name}.js", [HERE / "chrome.css"])
    for name in ("progress", "done", "glossary", "shortcuts")
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
