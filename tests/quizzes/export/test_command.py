"""The command: what it writes, and what it says to what cannot be."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from quizzes.__main__ import main
from quizzes.export.formats import FORMATS

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str, folder: Path, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "file"
    command = ["export", "--to", name, "--out", str(target), "--bank", str(folder)]
    assert main(command) == 0
    count = 10 if name == "paper" else 72
    assert capsys.readouterr().out == f"{count} questions are in {target}\n"
    first = target.read_bytes()
    assert main(command) == 0 and target.read_bytes() == first


def test_a_name_of_its_own(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--to", "gift", "--bank", str(folder)]) == 0
    assert (tmp_path / "through-the-fog.gift.txt").exists()


def test_by_idea_level_and_seed(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    files = [tmp_path / "1", tmp_path / "2"]
    for seed, file in enumerate(files):
        where = ["--out", str(file), "--bank", str(folder), "--seed", str(seed)]
        asked = ["--idea", "noise,goal", "--topic", "schedule", "--level", "easy"]
        assert main(["export", "--to", "moodle", *asked, *where]) == 0
        assert "6 questions are in" in capsys.readouterr().out
    assert files[0].read_bytes() != files[1].read_bytes()


@pytest.mark.parametrize("name", ["cards.csv", "cards.apkg"])
def test_the_short_form_for_anki(name: str, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / name
    assert main(["export", "--anki", str(target), "--bank", str(folder)]) == 0
    content = target.read_bytes()
    assert content.startswith(b"#separator:Comma\n") or zipfile.is_zipfile(target)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "qit"], "There is no format “qit”: did you mean qti?"),
        (["--to", "moodle", "--idea", "nois"], "There is no idea “nois”: did you mean noise?"),
        (["--to", "moodle", "--idea", ""], "There is no idea “”: use one of goal"),
        (["--to", "gift", "--level", "hrd"], "There is no level “hrd”: did you mean hard?"),
        (["--to", "qti", "--seed", "-1"], "There is no seed -1"),
        (["--to", "anki", "--seed", "1"], "leave out --seed"),
        (["--to", "moodle", "--count", "5"], "Only a test on paper has a --count"),
        (["--to", "paper", "--count", "0"], "A test of 0 questions is none"),
        (["--to", "csv", "--out", "nowhere/cards.csv"], "nowhere/cards.csv cannot be written (No"),
        (["--to", "csv", "--out", "."], "cannot be written (Is a directory)"),
        (["--to", "paper", "--seed", "x"], "invalid int value: 'x'"),
        (["--anki", "cards.txt"], "must end in .apkg or .csv"),
        (["--anki", "cards.csv", "--out", "x"], "leave out --out"),
        ([], "is required"),
    ],
)
def test_one_sentence_for_what_cannot_be(
    options: list[str],
    said: str,
    folder: Path,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["export", *options, "--bank", str(folder)])
    except SystemExit as end:
        code = int(str(end.code))
    captured = capsys.readouterr()
    assert code == 2 and not captured.out
    assert said in captured.err and captured.err.count("\n") == 1


def test_a_damaged_bank_and_an_empty_selection(
    folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    command = ["export", "--to", "csv", "--out", str(tmp_path / "c"), "--bank", str(folder)]
    goal = folder / "goal.yaml"
    goal.write_text(
        goal.read_text("utf-8").replace("difficulty: hard", "difficulty: easy"), "utf-8"
    )
    assert main([*command, "--idea", "goal", "--level", "hard"]) == 2
    assert "no question on T · hard: ask for another idea or level." in capsys.readouterr().err
    (folder / "noise.yaml").write_text("", "utf-8")
    assert main(command) == 2
    assert "the file is empty" in capsys.readouterr().err


def test_dates(folder: Path, capsys: Captured) -> None:
    assert main(["dates", "--bank", str(folder)]) == 0
    assert capsys.readouterr().out == "72 of 72 questions changed\n"
    assert main(["dates", "--bank", str(folder)]) == 0
    assert capsys.readouterr().out == "0 of 72 questions changed\n"
    known = json.loads((folder / "changed.json").read_text("utf-8"))
    assert list(known) == sorted(known) and len(known) == 72
    goal = folder / "goal.yaml"
    goal.write_text(goal.read_text("utf-8").replace("What is it?", "What?", 1), "utf-8")
    main(["check", "--bank", str(folder)])
    assert "`python -m quizzes dates` was last run: goal-0\n" in capsys.readouterr().out
