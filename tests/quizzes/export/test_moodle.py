"""Moodle XML, read back by moodle_xml_parser, and by the standard library where that looks away."""

from __future__ import annotations

from html import unescape
from xml.etree import ElementTree as ET

import pytest
from moodle_xml_parser.parser import parse_bytes

from quizzes.bank import load_bank
from quizzes.export.chosen import choose
from quizzes.export.markup import html, solution
from quizzes.export.moodle import moodle
from tests.quizzes.export.made import AWKWARD, BANK
from tests.quizzes.made import FULL

# Moodle takes a grade only if it knows it (get_grade_options), but for 0 and 100 as they are.
KNOWN = {"0", "100"}


def test_read_back_by_another_library(capsys: pytest.CaptureFixture[str]) -> None:
    bank = load_bank()
    found = parse_bytes(moodle(choose(bank)))["multichoice"]
    assert not capsys.readouterr().out  # It prints what it cannot read.
    assert [one.name for one in found] == list(bank.questions)
    for one, question in zip(found, bank.questions.values(), strict=True):
        assert one.single and one.shuffle_answers and one.default_grade == 1
        # It undoes entities once more than it should, and so must we.
        assert one.text_pre_parse == unescape(html(question.stem))
        assert one.general_feedback == unescape(solution(question))
        for read, option in zip(one.options, question.options, strict=True):
            assert read.answer == unescape(html(option.text))
            assert read.feedback == unescape(html(option.feedback))
            assert read.score_fraction == 100 * option.right


def test_what_else_moodle_takes() -> None:
    questions = ET.fromstring(moodle(choose(FULL))).findall("question")
    categories = [q for q in questions if q.get("type") == "category"]
    assert len(categories) == 12 and len(questions) == 84
    question = next(q for q in questions if q.findtext("idnumber") == "noise-1")
    assert [tag.text for tag in question.findall("tags/tag/text")] == ["noise", "medium"]
    assert [hint.text for hint in question.findall("hint/text")] == ["Think."]
    assert {answer.get("fraction") for answer in question.findall("answer")} == KNOWN
    formatted = ["questiontext", "generalfeedback", "answer", "answer/feedback", "hint"]
    assert {question.find(name).get("format") for name in formatted} == {"html"}  # type: ignore[union-attr]


def test_awkward_signs() -> None:
    category, question = ET.fromstring(moodle(choose(BANK))).findall("question")
    assert category.findtext("category/text") == (
        "$course$/top/Through the Fog/Goals // aims: {all} = 1"
    )
    stem = question.findtext("questiontext/text")
    assert stem is not None and stem == html(AWKWARD.stem)
    assert '<pre><code class="language-python">eps = {' in stem and "# one\n\nx_t" in stem
    assert r"\(\frac{\sigma^2}{\alpha_t} &lt; 1\)" in stem and r"\[\hat x_0" in stem
    assert "<i>" not in stem


def test_with_a_seed_the_order_holds() -> None:
    chosen = choose(FULL, seed=3)
    for read, drawn in zip(parse_bytes(moodle(chosen))["multichoice"], chosen.drawn, strict=True):
        assert not read.shuffle_answers
        assert [one.answer for one in read.options] == [option.text for _, option in drawn.options]
