"""The lab “between” of the applications page."""

from __future__ import annotations

from pages.components.prose import prose
from pages.components.words import words

text = words("lab-between")


def lab() -> None:
    """Show it."""
    prose(text["lead"])
