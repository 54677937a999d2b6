"""The shipped sound model: its notes have the pitch that was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from diffusion_core.__main__ import main
from diffusion_core.commands import subjects
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint, read_card
from diffusion_core.files.shipped import SOUND
from diffusion_core.labs.sound.evaluation import measure_notes, noise_floor
from diffusion_core.labs.sound.synth import notes
from diffusion_core.labs.sound.training import SHAPE, SIZE, TRAINING_SEED, UNSEEN_SEED, note_times
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample, start_of
from diffusion_core.samplers import levels_at
from diffusion_core.unet import UNetConfig

LABELS = tuple(range(8)) * 2


@pytest.fixture(scope="module")
def made() -> Tensor:
    """Two notes of each pitch."""
    denoiser = NetworkDenoiser(load_checkpoint(SOUND))
    request = Request(LABELS, steps=20, seed=21)
    start, levels = start_of(request, SIZE), levels_at(note_times(20))
    return final_picture(sample(denoiser, request, start, levels))[:, 0]


def test_it_is_the_network_that_this_code_describes() -> None:
    assert load_checkpoint(SOUND).config == SHAPE


def test_its_notes_have_the_pitch_that_was_asked_for(made: Tensor) -> None:
    report = measure_notes(made.numpy(), np.array(LABELS))
    assert report.right == 1
    assert report.cents < 15 and report.clarity > 0.9


def test_its_notes_are_notes_and_not_hiss(made: Tensor) -> None:
    floors = [noise_floor(wave) for wave in made.numpy()]
    assert np.median(floors) < -20
    loudness = made.std(dim=1)
    assert loudness.min() > 0.2 and loudness.max() < 0.9


def test_the_same_pitch_from_other_noise_is_another_note(made: Tensor) -> None:
    for label in range(8):
        one, other = made[label].numpy(), made[label + 8].numpy()
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.95


def test_the_card_says_what_was_measured() -> None:
    card = read_card(SOUND)
    assert card["evaluation"]["count"] == 200
    assert card["evaluation"]["made"]["right"] >= 0.95
    assert card["evaluation"]["real"]["right"] == 1
    assert "--what sound" in card["command"] and card["minutes"] > 0


def test_notes_to_test_with_are_not_those_to_learn_from() -> None:
    learned, unseen = notes(8, TRAINING_SEED)[0], notes(8, UNSEEN_SEED)[0]
    assert TRAINING_SEED != UNSEEN_SEED
    assert all(abs(np.corrcoef(a, b)[0, 1]) < 0.99 for a in learned for b in unseen)


def test_training_and_measuring_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = UNetConfig(
        widths=(16, 16),
        blocks=1,
        heads=2,
        embedding=32,
        groups=4,
        dimensions=1,
        fold=64,
        positions=32,
        echo=True,
    )
    monkeypatch.setattr("diffusion_core.commands.train.SHAPE", small)
    monkeypatch.setattr(subjects, "NOTES", 32)
    monkeypatch.setattr(subjects, "UNSEEN", 8)
    out, run = tmp_path / "sound.safetensors", tmp_path / "run"
    command = ["train", "--what", "sound", "--batch-size", "8", "--out", str(out)]
    command += ["--state", str(run), "--steps"]
    assert main([*command, "4"]) == 0
    assert load_checkpoint(out).config == small
    card = read_card(out)
    assert card["name"] == "sound" and "--what sound --steps 4" in card["command"]
    assert card["epochs"] == 1.0
    assert main([*command, "6"]) == 0
    assert "Resuming at step" in capsys.readouterr().out

    evaluate = f"evaluate --what sound --model {out} --per-label 1 --steps 2 --no-write-card"
    assert main(evaluate.split()) == 0
    said = capsys.readouterr().out
    assert "8 notes" in said and "noise between the partials" in said
    assert "evaluation" not in read_card(out)
    assert main(["evaluate", "--what", "sound", "--per-label", "0"]) == 2
