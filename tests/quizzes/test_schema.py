"""The bank of questions is usable, and says what is wrong with it when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizzes import schema
from quizzes.schema import BANK, QuestionError, questions

GOOD = """
- id: one
  ask: Which?
  options:
    - {text: this, why: because, right: true}
    - {text: that, why: since}
    - {text: the other, why: for}
"""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty bank of one's own."""
    monkeypatch.setattr(schema, "BANK", tmp_path)
    questions.cache_clear()
    yield tmp_path
    questions.cache_clear()


@pytest.mark.parametrize("path", sorted(BANK.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_of_the_bank_is_usable(path: Path) -> None:
    found = questions(path.stem)
    assert found
    for question in found.values():
        assert sum(option.right for option in question.options) == 1
        # Whoever is wrong hears why, and not only that.
        assert all(len(option.why.split()) >= 5 for option in question.options)


def test_a_question_is_read(bank: Path) -> None:
    (bank / "good.yaml").write_text(GOOD, "utf-8")
    question = questions("good")["one"]
    assert [option.right for option in question.options] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace(", right: true", ""), "exactly one option must be right"),
        (GOOD.replace("why: since", "why: since, right: true"), "exactly one option must be right"),
        (GOOD.replace("text: that", "text: this"), "two options say the same"),
        (GOOD.replace("why: since", 'why: ""'), "options.1.why"),
        (GOOD.replace("id: one", "id: One!"), "id"),
        (GOOD + GOOD.replace("Which", "What"), "two questions have the same id"),
        (GOOD.replace("ask:", "asked:"), "ask"),
        ("just words", "bad.yaml"),
        ("[unclosed", "is not a list of questions"),
        ("", "is not a list of questions"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(bank: Path, text: str, said: str) -> None:
    (bank / "bad.yaml").write_text(text, "utf-8")
    with pytest.raises(QuestionError) as caught:
        questions("bad")
    sentence = str(caught.value)
    assert sentence.startswith("quizzes/bank/bad.yaml") and said in sentence
    assert "\n" not in sentence


def test_a_missing_file_is_named(bank: Path) -> None:
    with pytest.raises(QuestionError, match=r"quizzes/bank/none\.yaml cannot be read"):
        questions("none")
