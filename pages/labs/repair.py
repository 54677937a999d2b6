"""The lab “repair” of the applications page."""

from __future__ import annotations

from pages.components.prose import prose
from pages.components.words import words

text = words("lab-repair")


def lab() -> None:
    """Show it."""
    prose(text["lead"])
