"""A test on paper: read as HTML, and printed by the browser in tests/browser/test_teachers.py."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from quizzes.bank import load_bank
from quizzes.export.chosen import choose
from quizzes.export.paper import paper
from quizzes.schema import LETTERS
from tests.quizzes.export.made import BANK
from tests.quizzes.made import FULL

VOID = {"meta", "br", "hr", "img", "mspace"}


class Balanced(HTMLParser):
    """Finds elements that are not closed, or in the wrong order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag


@pytest.mark.parametrize("seed", [0, 1, 7, 1_000_000])
def test_the_key_is_right(seed: int) -> None:
    chosen = choose(load_bank(), seed=seed, count=10)
    text = paper(chosen).decode()
    key = re.findall(r"<tr><td>(\d+)</td><td>([A-D])</td>", text)
    assert [int(number) for number, _ in key] == list(range(1, 11))
    for (_, letter), drawn in zip(key, chosen.drawn, strict=True):
        assert drawn.options[LETTERS.index(letter)][1].right
    assert f"Through the Fog: test {seed}" in text
    assert f"/practice?set=test&amp;test={seed}<" in text


def test_it_needs_nothing_else() -> None:
    text = paper(choose(load_bank(), count=92)).decode()
    addresses = re.findall(r"""(?:src|href|url\(|@import)[ =("']+([^)"' ]+)""", text)
    assert not addresses and "<script" not in text and "$" not in text
    parser = Balanced()
    parser.feed(text)
    assert not parser.open and text.count('<ol class="options">') == 92


def test_of_one_idea() -> None:
    text = paper(choose(FULL, ["noise"], ["hard"], seed=2, count=10)).decode()
    assert "2 questions · T · hard." in text and "/practice?" not in text


def test_awkward_signs() -> None:
    text = paper(choose(BANK, count=1)).decode()
    assert "1 question." in text and "&lt;i&gt;" in text and "<math" in text
