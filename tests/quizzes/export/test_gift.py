"""GIFT, read back by gift-pegjs, a grammar of the format that others wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from quizzes.bank import load_bank
from quizzes.export.chosen import Chosen, choose
from quizzes.export.gift import gift
from quizzes.export.markup import html, solution
from tests.quizzes.export.made import BANK
from tests.quizzes.made import FULL

ROOT = Path(__file__).resolve().parents[3]
NODE = Path(sys.executable).parent / "node"
READ = """
const { parse } = require("gift-pegjs");
process.stdout.write(JSON.stringify(parse(require("fs").readFileSync(0, "utf8"))));
"""
needs_reader = pytest.mark.skipif(
    not (ROOT / "node_modules" / "gift-pegjs").is_dir(),
    reason="gift-pegjs is not here: `make lint` fetches it from npm.",
)


def read(content: bytes) -> list[dict[str, Any]]:
    """What the parser finds: categories and questions."""
    command = [NODE, "-e", READ]
    done = subprocess.run(command, cwd=ROOT, input=content, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@needs_reader
@pytest.mark.parametrize(
    "chosen",
    [choose(load_bank()), choose(BANK), choose(FULL, seed=4)],
    ids=["bank", "awkward", "seed"],
)
def test_read_back_by_another_parser(chosen: Chosen) -> None:
    found = read(gift(chosen))
    assert [one["type"] for one in found].count("Category") == len(list(chosen.by_concept()))
    questions = [one for one in found if one["type"] == "MC"]
    assert [one["id"] for one in questions] == [question.id for question in chosen.questions]
    for one, drawn in zip(questions, chosen.drawn, strict=True):
        question = drawn.question
        assert one["title"] == question.id and question.difficulty in one["tags"]
        assert one["stem"] == {"format": "html", "text": html(question.stem)}
        assert one["globalFeedback"]["text"] == solution(question)
        for choice, (_, option) in zip(one["choices"], drawn.options, strict=True):
            said = html(option.text)
            said = said.replace("%", "&#37;", 1) if said.startswith("%") else said
            assert choice["text"]["text"] == said and choice["weight"] is None
            assert choice["feedback"]["text"] == html(option.feedback)
            assert choice["isCorrect"] == option.right


def test_nothing_ends_a_question_too_early() -> None:
    """A blank line would: code has one."""
    text = gift(choose(BANK)).decode()
    assert len(text.strip().split("\n\n")) == 3
