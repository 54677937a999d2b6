"""The words of the lesson: Markdown files under assets/lesson, in sections."""

from __future__ import annotations

from functools import cache
from pathlib import Path

LESSON = Path(__file__).resolve().parent.parent.parent / "assets" / "lesson"


@cache
def words(name: str) -> dict[str, str]:
    """The sections of assets/lesson/NAME.md: what follows each "## heading", by heading."""
    sections: dict[str, str] = {}
    for part in (LESSON / f"{name}.md").read_text("utf-8").split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        sections[heading.strip()] = body.strip()
    return sections


def sentences_by_noise(name: str) -> list[tuple[float, str]]:
    """What to see at each noise level: the sections headed "sigma up to X", as (X, sentence)."""
    prefix = "sigma up to "
    return [
        (float(heading.removeprefix(prefix)), " ".join(text.split()))
        for heading, text in words(name).items()
        if heading.startswith(prefix)
    ]
