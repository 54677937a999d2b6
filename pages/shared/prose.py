"""Lesson text on a page: Markdown, in which [[term]] or [[shown words|term]] opens the glossary."""

from __future__ import annotations

import re
from urllib.parse import quote

import streamlit as st

from pages.shared.slides import presenting, slide
from pages.shared.words import Lesson, LessonError, words

TERM = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")


def with_terms(markdown: str) -> str:
    """Make links of the terms that the glossary knows; of the others only the words stay."""
    try:
        known = words("glossary")
    except LessonError:  # The foot of the page says so; here the words stand without their links.
        known = Lesson("glossary", {})

    def link(match: re.Match[str]) -> str:
        shown, term = match[1], (match[2] or match[1]).lower()
        return f"[{shown}](#term:{quote(term)})" if term in known else shown

    return TERM.sub(link, markdown)


def prose(markdown: str) -> None:
    """Write lesson text. Its "###" are the headings below the page's title: in a lesson file, "##"
    begins a section."""
    st.markdown(with_terms(re.sub(r"^### ", "## ", markdown, flags=re.MULTILINE)))


WORDS_ON_A_SLIDE = 75


def portions(markdown: str, most: int = WORDS_ON_A_SLIDE) -> list[str]:
    """Cut a text between paragraphs into portions of about `most` words, each under its heading."""
    found: list[str] = []
    heading, portion, count = "", [], 0  # type: str, list[str], int

    def finish() -> None:
        if portion:
            found.append("\n\n".join([*([heading] if heading else []), *portion]))

    for block in markdown.split("\n\n"):
        size = len(block.split())
        if block.startswith("### ") or (portion and count + size > most):
            finish()
            portion, count = [], 0
        if block.startswith("### "):
            heading = block
        else:
            portion.append(block)
            count += size
    finish()
    return found


def reading(name: str, markdown: str) -> None:
    """A text to read, as a part of the page; in a presentation, as many slides as it needs."""
    for number, portion in enumerate(portions(markdown) if presenting() else [markdown]):
        with slide(f"{name}-{number}"), st.container(key=f"reading-{name}-{number}"):
            prose(portion)


def takeaway(name: str, text: str) -> None:
    """The one line that a part of the lesson is to leave behind."""
    with st.container(key=f"takeaway-{name}"):
        prose(text)
