"""Flashcards: what Anki would find in them, read back without Anki."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from quizzes.__main__ import main
from quizzes.bank import load_bank
from quizzes.export import anki_csv, anki_package, back, front, html
from tests.quizzes.made import FULL


def notes(package: bytes, folder: Path) -> dict[str, tuple[str, str]]:
    """The notes of a package: guid to (fields, tags)."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        archive.extract("collection.anki2", folder)
    with closing(sqlite3.connect(folder / "collection.anki2")) as database:
        rows = database.execute("SELECT guid, flds, tags FROM notes").fetchall()
        cards = database.execute("SELECT count(*) FROM cards").fetchone()[0]
        assert cards == len(rows)
        decks = json.loads(database.execute("SELECT decks FROM col").fetchone()[0])
        assert "Through the Fog" in {deck["name"] for deck in decks.values()}
    return {guid: (fields, tags) for guid, fields, tags in rows}


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain", "plain"),
        ("**bold** and *this*", "<strong>bold</strong> and <em>this</em>"),
        ("$x_t = a_t x_0$ here", r"\(x_t = a_t x_0\) here"),
        ("$a < b$ & c", r"\(a &lt; b\) &amp; c"),
        ("$$\\sigma^2$$", r"\[\sigma^2\]"),
        ("$a$ and $b$", r"\(a\) and \(b\)"),
        ("it costs $5 or $6", "it costs $5 or $6"),
        (r"it costs \$5 and $x$", r"it costs $5 and \(x\)"),
        ("the [[noise]] and [[fog|noise]]", "the noise and fog"),
        ("see [Forward](/forward?t=5)", "see Forward"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("`x_0`", "<code>x_0</code>"),
        ("\ue0009\ue001", "9"),
    ],
)
def test_markdown_as_anki_reads_it(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


def test_a_card() -> None:
    question = FULL.questions["goal-0"]
    assert front(question) == (
        'What is it?<ol type="A"><li>Snow</li><li>Rain</li><li>Hail</li><li>Mist</li></ol>'
    )
    assert back(question) == (
        "<b>A. Snow</b><hr>So it is said.<hr><b>Rule of thumb:</b> Look first."
    )


def test_plain_text() -> None:
    text = anki_csv(FULL)
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head == [
        "#separator:Comma",
        "#html:true",
        "#deck:Through the Fog",
        "#notetype:Basic",
        "#columns:Id,Front,Back,Tags",
        "#guid column:1",
        "#tags column:4",
    ]
    found = rows(text)
    assert len(found) == len(FULL.questions)
    question = FULL.questions["noise-1"]
    assert ["through-the-fog:noise-1", front(question), back(question), "noise medium"] in found
    assert anki_csv(FULL) == text


def test_a_package(tmp_path: Path) -> None:
    found = notes(anki_package(FULL, made=1_800_000_000), tmp_path)
    assert set(found) == {f"through-the-fog:{id}" for id in FULL.questions}
    question = FULL.questions["goal-2"]
    fields, tags = found["through-the-fog:goal-2"]
    assert fields == f"{front(question)}\x1f{back(question)}" and tags.split() == ["goal", "hard"]


def test_a_later_export_is_the_same_cards(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = notes(anki_package(FULL, made=1_800_000_000), tmp_path / "a")
    assert notes(anki_package(FULL, made=1_900_000_000), tmp_path / "b") == first


def test_some_questions_only(tmp_path: Path) -> None:
    some = ["noise-1", "goal-0", "not-in-the-bank"]
    assert [row[0] for row in rows(anki_csv(FULL, some))] == [
        "through-the-fog:noise-1",
        "through-the-fog:goal-0",
    ]
    assert len(notes(anki_package(FULL, some, made=0), tmp_path)) == 2


def test_the_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("cards.csv", "cards.apkg"):
        target = tmp_path / name
        assert main(["export", "--anki", str(target), "--bank", str(folder)]) == 0
        assert "72 questions" in capsys.readouterr().out
    assert len(rows((tmp_path / "cards.csv").read_text("utf-8"))) == 72
    assert len(notes((tmp_path / "cards.apkg").read_bytes(), tmp_path)) == 72


def test_what_the_command_cannot_do(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere" / "cards.csv")
    assert main(["export", "--anki", nowhere, "--bank", str(folder)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["export", "--anki", "cards.txt", "--bank", str(folder)])
    (folder / "noise.yaml").write_text("", "utf-8")
    assert main(["export", "--anki", str(tmp_path / "c.csv"), "--bank", str(folder)]) == 2
    assert "the file is empty" in capsys.readouterr().err


def test_every_question_of_the_bank_becomes_a_card() -> None:
    bank = load_bank()
    for row in rows(anki_csv(bank)):
        assert len(row) == 4 and "$" not in row[1] + row[2]
        assert "[[" not in row[1] + row[2] and "\ue000" not in row[1] + row[2]
