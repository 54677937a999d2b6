"""The lab “points” of the training page."""

from __future__ import annotations

from pages.components.prose import prose
from pages.components.words import words

text = words("lab-points")


def lab() -> None:
    """Show it."""
    prose(text["lead"])
