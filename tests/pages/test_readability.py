"""The lesson is written for everybody: plain words in short sentences."""

from __future__ import annotations

import re

import pytest
import textstat

from pages.shared.prose import TERM
from pages.shared.words import LESSON

HARDEST = 9
"""The Flesch-Kincaid grade, which is a year of school, that the overview may reach."""


def spoken(markdown: str) -> str:
    """What a reader reads of a lesson file: sentences, without markup.

    Formulae, code, tables and headings are left out, and so is what stands before the first
    section. Of links and glossary marks, the shown words stay. Each item of a list is a sentence.
    """
    text = re.sub(r"\A# .*?(?=^## )", "", markdown, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"```.*?```|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`", "", text, flags=re.DOTALL)
    text = re.sub(r"^(#|\|).*$", "", text, flags=re.MULTILINE)
    text = TERM.sub(r"\1", text)
    text = re.sub(r":[a-z-]+\[([^\]]*)\]", r"\1", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s*(?:[-*+>]|\d+\.)\s+(.*?[^.!?:;,])$", r"\1.", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*(?:[-*+>]|\d+\.)\s+", "", text, flags=re.MULTILINE)
    return " ".join(re.sub(r"[*_]", "", text).split())


@pytest.mark.parametrize(
    ("markdown", "heard"),
    [
        (
            "# Name\n\nFor the authors.\n\n## lead\n### Title\n\nOne *two* **three**.",
            "One two three.",
        ),
        ("The mean $\\alpha x_0$ stays.", "The mean stays."),
        ("Before.\n\n$$\nx_t = \\alpha x_0\n$$\n\nAfter.", "Before. After."),
        (
            "See [the paper](https://example.org/a_b) and ![a digit](x.png).",
            "See the paper and a digit.",
        ),
        ("[[Noise]] and [[some more|noise]].", "Noise and some more."),
        ("The :orange[noise] grows.", "The noise grows."),
        ("Three:\n\n- one\n- two\n1. done!", "Three: one. two. done!"),
        (
            "Words.\n\n| a | b |\n|---|---|\n| c | d |\n\nMore `code_here` words.",
            "Words. More words.",
        ),
    ],
)
def test_what_is_read_aloud(markdown: str, heard: str) -> None:
    assert spoken(markdown) == heard


def test_the_measure_knows_easy_from_hard() -> None:
    easy = "We hid a fox in a box. The fox did not like the box. It ran off into the woods."
    hard = "Parameterising probabilistic generative architectures necessitates considerable care."
    assert textstat.flesch_kincaid_grade(easy) < 3
    assert textstat.flesch_kincaid_grade(hard) > 16


def test_the_overview_is_easy_to_read() -> None:
    text = spoken((LESSON / "overview.md").read_text("utf-8"))
    assert len(text.split()) > 300
    assert textstat.flesch_kincaid_grade(text) <= HARDEST
