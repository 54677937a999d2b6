"""When each question last changed, so that a program that has it already can tell.

changed.json beside the questions keeps a fingerprint and a time of each: files have no memory of
their own for that, since a fresh copy of the project makes all of them new. `python -m quizzes
dates` writes it. A question that its fingerprint does not fit was changed since, when its file was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = "changed.json"
NEVER = 1_796_000_000
"""Seconds since the epoch: of what nothing is known about."""
Content = tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What is known of a bank's questions: fingerprint and time, by id."""

    folder: Path
    known: Mapping[str, tuple[str, int]]

    def of(self, id: str, content: Content, concept: str) -> int:
        """When it came to say what it says, in seconds since the epoch."""
        mark, when = self.known.get(id, ("", NEVER))
        if mark == fingerprint(content):
            return when
        try:
            found = int((self.folder / f"{concept}.yaml").stat().st_mtime)
        except OSError:
            found = 0
        return max(when + 1, found)

    def stale(self, contents: Mapping[str, Content]) -> list[str]:
        """The ids of questions that have changed since this was written."""
        known = {id: mark for id, (mark, _) in self.known.items()}
        return [id for id, said in contents.items() if known.get(id) != fingerprint(said)]


def fingerprint(content: Iterable[str]) -> str:
    """Sixteen digits that stand for a text."""
    return hashlib.sha256("\0".join(content).encode()).hexdigest()[:16]


def changes(folder: Path) -> Changes:
    """What the file in this folder says; nothing, where it is missing or damaged."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
        known = {str(id): (str(mark), int(when)) for id, (mark, when) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        known = {}
    return Changes(folder, known)


def note_changes(folder: Path, contents: Mapping[str, Content], now: int) -> list[str]:
    """Write the file anew: what has changed, changed now. Returns the ids of those. OSError."""
    before = changes(folder)
    stale = before.stale(contents)
    known = {id: before.known[id] for id in contents if id in before.known}
    for id in stale:
        last = known.get(id, ("", 0))[1]
        known[id] = (fingerprint(contents[id]), max(now, last + 1))
    lines = [f"{json.dumps(id)}: {json.dumps(known[id])}" for id in sorted(known)]
    (folder / FILE).write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8", newline="\n")
    return stale
