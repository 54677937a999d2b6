"""Who asks, as far as the service needs to know it to be fair."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """Whoever shares a line with others. What is asked for without a name is limited by nothing
    but the limits for all: the server's own work, a benchmark, a test."""

    name: str = ""
    address: str = ""
    """Whom many visitors may share, such as a school."""
    shared: bool = False
    """Whether these are all those at an address of whom nothing else is known."""


NOBODY = Visitor()
