"""The topics of the deep dive: a lesson file whose sections begin with what stands beside them.

    ## closed-form
    title: One jump instead of a thousand steps
    source: `prediction.add_noise`
    check: `closed-form`

    The words ...

    #### Where it comes from
    A derivation, folded away under this title up to the next such line.

A source may be narrowed to some statements: source: `samplers.ddim` from `keep =` to `old =`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diffusion_core.service.jobs import CHECK_NAMES
from pages.lesson.formula.source import Excerpt, SourceError, source_of
from pages.shared.words import LessonError, words

NAME = re.compile(r"[a-z][a-z-]*")
SOURCE = re.compile(r"`([\w.]+)`(?: from `([^`]+)`)?(?: to `([^`]+)`)?")
CHECK = re.compile(r"`([a-z-]+)`")
FOLDED = re.compile(r"^#### +(.+)$", re.MULTILINE)
FIELDS = ("title", "source", "check")


@dataclass(frozen=True)
class Topic:
    """One section: words, the lines that compute its formula, and a check."""

    name: str
    """Its address on the page, and its name as a slide."""
    title: str
    text: str
    source: Excerpt
    check: str
    derivations: tuple[tuple[str, str], ...] = ()
    """What opens when it is pressed: (title, text)."""


def topics(file: str) -> list[Topic]:
    """The sections of assets/lesson/FILE.md but "lead", in order.

    LessonError, which names the file and the section, if one is malformed.
    """
    return [_topic(file, name, text) for name, text in words(file).items() if name != "lead"]


def _topic(file: str, name: str, text: str) -> Topic:
    def wrong(what: str) -> LessonError:
        return LessonError(f"assets/lesson/{file}.md: the section “## {name}” {what}")

    if not NAME.fullmatch(name):
        raise wrong("is part of an address: its name may have only a-z and -.")
    head, _, body = text.partition("\n\n")
    fields = {key.strip(): value.strip() for key, _, value in _pairs(head)}
    for field in FIELDS:
        if not fields.get(field):
            raise wrong(f"needs a line “{field}: …” before its text.")
    if not body.strip():
        raise wrong("has no text after an empty line.")
    source, check = SOURCE.fullmatch(fields["source"]), CHECK.fullmatch(fields["check"])
    if source is None:
        raise wrong("has a source that is not `module.function`, or … from `text` to `text`.")
    if check is None or check[1] not in CHECK_NAMES:
        raise wrong(f"asks for a check that there is not: {fields['check']}.")
    try:
        excerpt = source_of(*source.groups())
    except SourceError as error:
        raise wrong(f"has a broken source. {error}") from error
    text, *folded = FOLDED.split(body)
    derivations = [(t.strip(), d.strip()) for t, d in zip(folded[::2], folded[1::2], strict=True)]
    for title, derivation in derivations:
        if not derivation:
            raise wrong(f"has nothing below “#### {title}”.")
    return Topic(name, fields["title"], text.strip(), excerpt, check[1], tuple(derivations))


def _pairs(head: str) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in head.splitlines()]
