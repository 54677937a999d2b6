"""Numbers as addresses write them.

Python's int and float take more than that: "1_000", "٣", "inf", "1e400". A widget or a generator
of random numbers that is handed one of those breaks, and int("9" * 5000) is an error of its own.
"""

from __future__ import annotations

import math
import re

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?([0-9]{1,18}\.?[0-9]{0,18}|\.[0-9]{1,18})([eE][+-]?[0-9]{1,3})?")


def whole_of(text: str) -> int:
    """The whole number that is written there. ValueError if there is none, or a longer one."""
    if not WHOLE.fullmatch(text):
        raise ValueError("This is no whole number.")
    return int(text)


def number_of(text: str) -> float:
    """The number that is written there. ValueError if there is none, or it is not finite."""
    if not (NUMBER.fullmatch(text) and math.isfinite(value := float(text))):
        raise ValueError("This is no number.")
    return value
