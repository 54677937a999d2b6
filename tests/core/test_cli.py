"""The command line: what it promises, and one sentence in place of a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from diffusion_core import run as running
from diffusion_core.__main__ import COMMANDS, main
from diffusion_core.commands import sample as sample_command
from diffusion_core.commands import train as train_command
from diffusion_core.data.mnist import Digits
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint, read_card
from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample
from diffusion_core.unet import UNetConfig

ROOT = Path(__file__).resolve().parents[2]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command that must be refused: exit code 2, one sentence, nothing else."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert err.endswith((".\n", "]\n"))  # behind the sentence: where on this machine
    assert "Traceback" not in err
    assert "Wrote" not in out
    return err


def misused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command whose arguments argparse refuses, with its usage line."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


# --- sample ------------------------------------------------------------------------------------


def drawn(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    with np.load(path) as archive:
        assert sorted(archive) == ["images", "labels"]
        return archive["images"], archive["labels"]


def test_sample_writes_what_it_promises(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "folder" / "digits.npz"
    code = main(
        f"sample --labels 301 --per-label 2 --steps 3 --sampler heun --guidance 2 --seed 9 "
        f"--model {tiny_model} --out {out}".split()
    )
    assert code == 0
    assert capsys.readouterr() == (f"Wrote 6 pictures to {out}.\n", "")
    images, labels = drawn(out)
    assert (images.dtype, images.shape) == (np.uint8, (6, 28, 28))
    assert (labels.dtype, labels.tolist()) == (np.int64, [3, 3, 0, 0, 1, 1])
    # The same as through the door that the pages use.
    request = Request((3, 3, 0, 0, 1, 1), "heun", 3, 2.0, 9)
    denoiser = NetworkDenoiser(load_checkpoint(tiny_model))
    np.testing.assert_array_equal(images, to_uint8(final_picture(sample(denoiser, request))))


def test_sample_is_the_same_every_time(tiny_model: Path, tmp_path: Path) -> None:
    archives = []
    for run, seed in enumerate([5, 5, 6]):
        out = tmp_path / f"{run}.npz"
        assert main(f"sample --steps 2 --seed {seed} --model {tiny_model} --out {out}".split()) == 0
        archives.append(drawn(out))
    (first, labels), (second, _), (other, _) = archives
    assert labels.tolist() == [*range(10)]
    np.testing.assert_array_equal(first, second)
    assert (first != other).mean() > 0.1


def test_large_requests_are_drawn_in_batches_and_do_not_show_it(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    denoiser = NetworkDenoiser(load_checkpoint(tiny_model))
    request = Request((4, 5, 6, 7, 8, 9, 0), "ddpm", 3, 2.0, 1)
    (whole,) = running.draw(denoiser, request)
    monkeypatch.setattr(running, "BATCH", 3)
    parts = [*running.draw(denoiser, request)]
    assert [len(part) for part in parts] == [3, 3, 1]
    together = np.concatenate(parts).astype(int)
    # Batches of another size may round differently in the last bit, which is at most one level.
    assert np.abs(together - whole).max() <= 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--labels 12a", "'12a'"),
        ("--labels=", "''"),
        ("--labels -1", "'-1'"),
        ("--labels 1,2", "'1,2'"),
        ("--labels ٣", "takes digits"),
        ("--per-label 0", "at least 1; got 0"),
        ("--steps 0", "from 1 to 1000; got 0"),
        ("--steps 1001", "from 1 to 1000; got 1001"),
        ("--guidance 6", "from 0 to 5; got 6"),
        ("--guidance -1", "from 0 to 5; got -1"),
        ("--guidance nan", "from 0 to 5; got nan"),
        ("--seed -1", "from 0 to 2147483647; got -1"),
    ],
)
def test_sample_refuses_what_is_out_of_range(
    tiny_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    says: str,
) -> None:
    out = tmp_path / "out.npz"
    message = refused(capsys, "sample", "--model", tiny_model, "--out", out, *arguments.split(" "))
    assert says in message
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--steps many", "invalid int value: 'many'"),
        ("--sampler euler", "invalid choice: 'euler'"),
        ("--device nowhere", "there is no device 'nowhere' on this machine"),
        ("--colour", "unrecognized arguments: --colour"),
    ],
)
def test_sample_explains_what_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, says: str
) -> None:
    assert says in misused(capsys, "sample", "--out", tmp_path / "x.npz", *arguments.split())


def test_sample_without_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out" in misused(capsys, "sample")


def test_sample_with_a_missing_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nothing.safetensors"
    message = refused(capsys, "sample", "--model", missing, "--out", tmp_path / "out.npz")
    assert f"There is no model at {Path(missing).name}" in message


def test_sample_with_a_tampered_model(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_model.write_bytes(tiny_model.read_bytes()[:-100])
    message = refused(capsys, "sample", "--model", tiny_model, "--out", tmp_path / "out.npz")
    assert f"{tiny_model.name} is damaged" in message


@pytest.mark.parametrize("place", ["file/out.npz", "folder"])
def test_sample_to_where_nothing_can_be_written(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder").mkdir()
    out = tmp_path / place
    message = refused(
        capsys, "sample", "--labels", "1", "--steps", "1", "--model", tiny_model, "--out", out
    )
    assert f"Cannot write {Path(out).name}" in message
    assert (tmp_path / "file").read_text() == "precious"
    assert {p.name for p in tmp_path.iterdir()} == {"file", "folder", "model"}


# --- train -------------------------------------------------------------------------------------


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch, tiny_config: UNetConfig) -> None:
    """Training on forty random pictures with the tiny network, so that a run takes a second."""
    numbers = np.random.default_rng(0)
    digits = Digits(
        numbers.integers(0, 256, (40, 28, 28), dtype=np.uint8), numbers.integers(0, 10, 40)
    )
    monkeypatch.setattr(train_command, "load_mnist", lambda split: digits)
    monkeypatch.setattr(train_command, "UNetConfig", lambda: tiny_config)


def test_train_writes_a_model_a_card_and_a_history_and_resumes(
    small_world: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, run = tmp_path / "model.safetensors", tmp_path / "run"
    command = ["train", "--batch-size", "8", "--out", str(out), "--state", str(run), "--steps"]
    assert main([*command, "4"]) == 0
    assert "step      4/4" in capsys.readouterr().out
    assert load_checkpoint(out).config.widths == (16, 16)

    assert main([*command, "6"]) == 0
    # Its learning rate had begun to fall after step 3: the longer run goes on from there.
    assert "Resuming at step 3 of 6." in capsys.readouterr().out
    card = read_card(out)
    assert card["training"]["steps"] == 6
    assert card["parameters"] == load_checkpoint(out).parameter_count
    assert "--steps 6 --batch-size 8" in card["command"]
    history = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    assert [record["step"] for record in history] == [6]
    assert all(0 < record["loss"] < 2 and 0 < record["test_loss"] < 2 for record in history)
    assert card["test_loss"] == history[-1]["test_loss"]

    other = refused(capsys, *command, "7", "--seed", "3")
    assert "begun with --seed 0, not 3" in other and "--fresh" in other

    assert main([*command, "5", "--fresh"]) == 0
    assert "Resuming" not in capsys.readouterr().out
    history = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    assert [record["step"] for record in history] == [5]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--steps 0", "at least one step"),
        ("--batch-size 0", "at least one picture"),
        ("--learning-rate 0", "above 0; got 0"),
        ("--learning-rate nan", "above 0; got nan"),
        ("--seed -1", "from 0 to 2147483647; got -1"),
    ],
)
def test_train_refuses_what_is_out_of_range(
    small_world: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    says: str,
) -> None:
    out = tmp_path / "model.safetensors"
    assert says in refused(
        capsys, "train", "--out", out, "--state", tmp_path / "run", *arguments.split()
    )
    assert not out.exists()


def test_train_with_a_damaged_state(
    small_world: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "run" / "state.safetensors"
    state.parent.mkdir()
    state.write_bytes(b"damaged")
    message = refused(
        capsys,
        "train",
        "--steps",
        "1",
        "--out",
        tmp_path / "m.safetensors",
        "--state",
        state.parent,
    )
    assert f"Cannot resume from {Path(state).name}" in message


def test_train_without_mnist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path / "cache"))
    assert "MNIST is not on this machine" in refused(capsys, "train", "--state", tmp_path / "run")


# --- All of it ---------------------------------------------------------------------------------


def test_ctrl_c_is_no_traceback(
    tiny_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sample_command, "load_checkpoint", interrupt)
    assert main(["sample", "--out", str(tmp_path / "out.npz")]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert "required: command" in misused(capsys)
    assert "invalid choice: 'draw'" in misused(capsys, "draw")


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_comes_without_loading_torch(arguments: list[str]) -> None:
    code = f"""
import sys
from diffusion_core.__main__ import main
try:
    main({arguments!r})
except SystemExit as stop:
    print(stop.code, "torch" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *helped, last = done.stdout.splitlines()
    assert last == ("0 False" if arguments else "2 False")
    if arguments:
        assert all(f"    {command} " in "\n".join(helped) for command in COMMANDS)


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.safetensors"
    arguments = ["sample", "--model", str(missing), "--out", str(tmp_path / "out.npz")]
    done = subprocess.run(
        [sys.executable, "-m", "diffusion_core", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("There is no model at ")
    assert done.stderr.count("\n") == 1
