"""The formats in which questions are taken along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quizzes.export.anki import anki_csv, anki_package
from quizzes.export.chosen import Chosen, ExportError, unknown
from quizzes.export.gift import gift
from quizzes.export.moodle import moodle
from quizzes.export.paper import paper
from quizzes.export.qti import qti


@dataclass(frozen=True)
class Format:
    """One of them."""

    title: str
    file: str
    """What a file of it is called, if nobody says otherwise."""
    type: str
    """For a browser."""
    write: Callable[[Chosen], bytes]
    has_order: bool = True
    """Whether questions or options may stand in another order than the bank's."""
    is_test: bool = False
    """Whether it is a test, drawn by a number, and not all that was asked for."""


FORMATS = {
    "moodle": Format("Moodle XML", "through-the-fog.xml", "application/xml", moodle),
    "gift": Format("GIFT", "through-the-fog.gift.txt", "text/plain", gift),
    "qti": Format("QTI 1.2", "through-the-fog-qti.zip", "application/zip", qti),
    "anki": Format(
        "Anki package", "through-the-fog.apkg", "application/octet-stream", anki_package, False
    ),
    "csv": Format("Text for Anki", "through-the-fog.csv", "text/csv", anki_csv, False),
    "paper": Format("Paper", "through-the-fog-test.html", "text/html", paper, is_test=True),
}
"""By the name that they have on the command line."""


def format_named(name: str) -> Format:
    """The format with this name. ExportError, if there is none."""
    if name not in FORMATS:
        raise ExportError(unknown("format", name, list(FORMATS)))
    return FORMATS[name]
