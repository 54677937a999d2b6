"""Whoever has no room for the result is told before the work begins, not when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmark_command
from diffusion_core.__main__ import main
from diffusion_core.errors import CannotWriteError
from diffusion_core.files.whole import make_sure
from diffusion_core.labs.own import learning
from diffusion_core.labs.own.job import TrainingDigits

FullDisk = Callable[[int], AbstractContextManager[None]]


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("before")
    make_sure(path, 3_000_000)
    assert path.read_text() == "before" and [*tmp_path.iterdir()] == [path]


def test_a_full_disk(tmp_path: Path, full_disk: FullDisk) -> None:
    with full_disk(2_000_000):
        make_sure(tmp_path / "small", 1_000_000)
        with pytest.raises(CannotWriteError, match="Cannot write large") as caught:
            make_sure(tmp_path / "large", 5_000_000)
    assert str(tmp_path) not in str(caught.value)
    assert str(tmp_path) in caught.value.for_operator
    assert [*tmp_path.iterdir()] == []


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(CannotWriteError, match="a folder of that name"):
        make_sure(tmp_path / "out")


def test_a_training_of_a_visitor_is_not_begun(
    tmp_path: Path, full_disk: FullDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "examples", never)
    job = TrainingDigits("0" * 16, str(tmp_path), "01", 1, 0)
    with full_disk(1_000_000), pytest.raises(CannotWriteError) as caught:
        [*learning.train_digits(job)]
    sentence = str(caught.value)
    assert "so the training was not begun" in sentence and str(tmp_path) not in sentence


def test_a_judge_is_looked_for_before_a_training_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(kind: type) -> object:
        raise CannotWriteError("There is no judge.")

    monkeypatch.setattr(learning, "examples", never)
    monkeypatch.setattr(learning, "load_classifier", damaged)
    with pytest.raises(CannotWriteError, match="There is no judge"):
        [*learning.train_digits(TrainingDigits("0" * 16, str(tmp_path), "01", 1, 0))]


def never(*args: object, **options: object) -> object:
    raise AssertionError("The work has begun.")


COMMANDS = {
    "train": (["train", "--out", "{}/w.safetensors", "--state", "s"], "subjects.load_mnist"),
    "train-state": (["train", "--out", "w.safetensors", "--state", "{}/s"], "train.load_mnist"),
    "distil": (["distil", "--out", "{}/w.safetensors", "--state", "s"], "distil.load_mnist"),
    "distil-state": (["distil", "--out", "w", "--state", "{}/s"], "distil.load_mnist"),
    "sample": (["sample", "--out", "{}/digits.npz"], "sample.draw"),
    "evaluate": (["evaluate", "--model", "{}/m", "--write-card"], "evaluate.load_mnist"),
    "sound": (
        ["evaluate", "--what", "sound", "--model", "{}/m", "--write-card"],
        "evaluate_sound.load_checkpoint",
    ),
    "own": (["own", "--out", "{}/models", "--seconds", "1"], "own.train_digits"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_so_before_it_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, works = COMMANDS[name]
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "file"
    file.write_text("a file where a folder should be")
    monkeypatch.setattr(f"diffusion_core.commands.{works}", never, raising=False)
    assert main([part.format(file) for part in command]) == 2
    said = capsys.readouterr().err
    assert "Cannot write" in said and str(file) in said and "Traceback" not in said


def test_so_does_the_benchmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark_command, "machine", never)
    (tmp_path / "file").write_text("a file where a folder should be")
    assert benchmark_command.main(["--out", f"{tmp_path}/file/all.json"]) == 2
    assert "Cannot write" in capsys.readouterr().err
