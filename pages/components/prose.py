"""Lesson text on a page: Markdown, in which [[term]] or [[shown words|term]] opens the glossary."""

from __future__ import annotations

import re
from urllib.parse import quote

import streamlit as st

from pages.components.words import words

TERM = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")


def with_terms(markdown: str) -> str:
    """Make links of the terms that the glossary knows; of the others only the words stay."""
    known = words("glossary")

    def link(match: re.Match[str]) -> str:
        shown, term = match[1], (match[2] or match[1]).lower()
        return f"[{shown}](#term:{quote(term)})" if term in known else shown

    return TERM.sub(link, markdown)


def prose(markdown: str) -> None:
    """Write lesson text. Its "###" are the headings below the page's title: in a lesson file, "##"
    begins a section."""
    st.markdown(with_terms(re.sub(r"^### ", "## ", markdown, flags=re.MULTILINE)))


def takeaway(name: str, text: str) -> None:
    """The one line that a part of the lesson is to leave behind."""
    with st.container(key=f"takeaway-{name}"):
        prose(text)
