"""Text that somebody else wrote, shown as text.

Whatever comes from outside (words of an address, names of files, sentences that repeat either) may
hold anything. `plain` makes it fit to be read, wherever it is shown; `as_text` also keeps Markdown
from making anything of it. Where such text meets Markdown, it goes through the latter.
"""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
"""Stands between two characters, has no width, and means nothing."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Control and format characters (those that turn the direction of reading round are among them),
and what is no character at all."""
ACCENTS = re.compile(r"((?:^|.)[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u20f0]{2})"
                     r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u20f0]+")  # fmt: skip
MARKS = re.compile(r"[\\`*\[\]<>~$&|]|(?<![^\W_])_|_(?![^\W_])")
"""What begins or ends something in Markdown, wherever it stands; but for _ within a word."""
AT_START = re.compile(r"(?=[#+=-])|(?<=\d)(?=[.)])")
"""Where a backslash has to stand in what begins a paragraph, lest it be a heading or a list."""
LONGER = re.compile(
    r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[<>~-])(?=[<>=-])",
    re.IGNORECASE,
)
"""Between what makes a link, a sign, a colour or an arrow even after a backslash: Streamlit looks
for them in the text that Markdown leaves."""


def plain(text: str, most: int = 60) -> str:
    """In one line, of at most `most` characters, and without what cannot be seen."""
    # No more is looked at than could be shown; text from outside may have millions of characters.
    given = unicodedata.normalize("NFC", text[: 20 * most])
    spaced = "".join(" " if letter.isspace() else letter for letter in given)
    seen = "".join(letter for letter in spaced if unicodedata.category(letter) not in UNSEEN)
    line = " ".join(ACCENTS.sub(r"\1", seen).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def as_text(text: str, most: int = 60) -> str:
    """`plain`, as Markdown that shows just that: no link, picture, formula, heading or colour."""
    line = MARKS.sub(r"\\\g<0>", LONGER.sub(JOINER, plain(text, most)))
    begins = re.match(r"\d*.?", line)
    assert begins  # it matches nothing, too
    return AT_START.sub(r"\\", begins[0], count=1) + line[begins.end() :]


def sentence(error: Exception) -> str:
    """What an error says, for where Markdown is understood. It may repeat what was asked for."""
    return as_text(str(error), 400)
