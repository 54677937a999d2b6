"""The lab “one-step” of the training page."""

from __future__ import annotations

from pages.components.prose import prose
from pages.components.words import words

text = words("lab-one-step")


def lab() -> None:
    """Show it."""
    prose(text["lead"])
