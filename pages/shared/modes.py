"""The pages: the guided lesson, ten ways to learn it, in order, the paths through them, and what
stands beside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """One way to learn it: a page of its own. Its card's words are in assets/lesson/home.md."""

    slug: str
    """Of its address; the file is the same with underscores."""
    title: str
    minutes: int
    group: str

    @property
    def file(self) -> str:
        """Its script, beside navigation.py."""
        return self.slug.replace("-", "_") + ".py"


LESSON = Mode("start", "The lesson", 6, "")
"""All of it, one screen after another: it is on no path, and needs no foot."""
MODES = (
    Mode("overview", "Overview", 6, "Begin"),
    Mode("why", "Why diffusion?", 5, "Begin"),
    Mode("analogy", "The foggy window", 4, "Begin"),
    Mode("forward", "Forward", 5, "Labs"),
    Mode("reverse", "Reverse", 8, "Labs"),
    Mode("training", "Training", 12, "Labs"),
    Mode("applications", "Applications", 12, "Labs"),
    Mode("deep-dive", "Deep dive", 40, "Deeper"),
    Mode("practice", "Practice", 10, "Check yourself"),
    Mode("recall", "Recall", 5, "Check yourself"),
)
ASIDES = (
    Mode("confusions", "Common confusions", 10, "Deeper"),
    Mode("frontier", "Quality and cost", 5, "Deeper"),
)
"""Pages that belong to no path."""
TEACHING = (Mode("teachers", "For teachers", 3, "Teach"),)
"""Pages that are no part of the lesson."""
EVERY = (LESSON, *MODES, *ASIDES, *TEACHING)
"""All pages but the first, in the order of the menu."""

PATHS = {
    "6 minutes": (1, 3, 4, 5, 9),
    "curious": (1, 2, 3, 4, 5, 6, 9, 10),
    "engineer": tuple(range(1, 11)),
}
"""Which modes each suggested path takes, by number from 1."""


def mode_of(slug: str) -> Mode | None:
    """The page with this address."""
    return next((mode for mode in EVERY if mode.slug == slug), None)


def neighbours(mode: Mode, path: str = "engineer") -> tuple[Mode | None, Mode | None]:
    """The modes before and after it on a path; a mode that is not on it leads to those around."""
    if mode in ASIDES:  # one after the other, and on from there to the start
        place = ASIDES.index(mode)
        return (
            ASIDES[place - 1] if place else None,
            ASIDES[place + 1] if place + 1 < len(ASIDES) else None,
        )
    here = MODES.index(mode) + 1
    before = [number for number in PATHS[path] if number < here]
    after = [number for number in PATHS[path] if number > here]
    return (
        MODES[before[-1] - 1] if before else None,
        MODES[after[0] - 1] if after else None,
    )
