"""The words of the lesson: Markdown files under assets/lesson, in sections."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from diffusion_core.errors import UserFacingError

LESSON = Path(__file__).resolve().parent.parent.parent / "assets" / "lesson"


class LessonError(UserFacingError):
    """A lesson file is missing, empty or malformed; the sentence names it."""


class Lesson(dict[str, str]):
    """The sections of one file by heading. Asking for one that is not there names the file."""

    def __init__(self, name: str, sections: dict[str, str]) -> None:
        super().__init__(sections)
        self.name = name

    def __missing__(self, heading: str) -> str:
        raise LessonError(
            f"assets/lesson/{self.name}.md has no section “## {heading}”: put it back.",
            LESSON / f"{self.name}.md",
        )

    def filled(self, heading: str, **values: object) -> str:
        """A section with these values in the places that it names: {so}."""
        try:
            return self[heading].format(**values)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise LessonError(
                f"assets/lesson/{self.name}.md: in the section “## {heading}” only "
                f"{', '.join(f'{{{name}}}' for name in values)} may stand in braces.",
                LESSON / f"{self.name}.md",
            ) from error


class LaterLesson(Lesson):
    """The same, read when it is used: what is wrong with the words of one lab is then no concern of
    the labs that are imported with it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, {})

    def __getitem__(self, heading: str) -> str:
        return words(self.name)[heading]


def words(name: str) -> Lesson:
    """The sections of assets/lesson/NAME.md: what follows each "## heading", by heading.

    LessonError if the file cannot be read or has no sections.
    """
    path = LESSON / f"{name}.md"
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise LessonError(
            f"assets/lesson/{name}.md cannot be found: put the file back.", path
        ) from error
    return _words(path, changed)


@cache
def _words(path: Path, changed: int) -> Lesson:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(
            f"assets/lesson/{path.name} cannot be read as text: put the file back.", path
        ) from error
    sections: dict[str, str] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        if not body.strip():
            raise LessonError(
                f"assets/lesson/{path.name}: the section “## {heading.strip()}” is empty: fill it.",
                path,
            )
        sections[heading.strip()] = body.strip()
    if not sections:
        raise LessonError(
            f"assets/lesson/{path.name} has no sections: each begins with a line “## name”.", path
        )
    return Lesson(path.stem, sections)


def sentences_by(name: str, prefix: str) -> list[tuple[float, str]]:
    """The sections of assets/lesson/NAME.md whose headings are this prefix and a number X, as
    (X, text) in the order of the file. LessonError for what is not a number."""
    found = []
    for heading, text in words(name).items():
        if heading.startswith(prefix):
            try:
                limit = float(heading.removeprefix(prefix))
            except ValueError as error:
                raise LessonError(
                    f"assets/lesson/{name}.md: “## {heading}” must end in a number.",
                    LESSON / f"{name}.md",
                ) from error
            found.append((limit, " ".join(text.split())))
    return found


def sentences_by_noise(name: str, kind: str = "") -> list[tuple[float, str]]:
    """What to see at each noise level: the sections headed "sigma up to X", as (X, sentence). Where
    a lesson has several kinds of them, `kind` stands before, as in "grain, "."""
    found = sentences_by(name, prefix := f"{kind}sigma up to ")
    if not found or found[-1][0] < 1:
        raise LessonError(
            f"assets/lesson/{name}.md: the last “## {prefix}X” must be at 1 or above.",
            LESSON / f"{name}.md",
        )
    return found
