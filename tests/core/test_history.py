"""How a run is told: what each moment draws and says, and the file that pages read."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from diffusion_core.__main__ import main
from diffusion_core.data.embedded import embedded_digits
from diffusion_core.files.checkpoint import save_checkpoint
from diffusion_core.files.resuming import save_state
from diffusion_core.labs.history import portrait as history
from diffusion_core.labs.history.moments import Recorder
from diffusion_core.labs.history.portrait import (
    GUESS_TIMES,
    Yardstick,
    asked_about,
    kept_portrait,
    portrait,
)
from diffusion_core.measure.classifiers import FeatureNet, features_of, load_classifier
from diffusion_core.measure.evaluation import moments
from diffusion_core.training import new_state, train
from diffusion_core.unet import UNetConfig
from tests.core.training_runs import CONFIG, pictures

COUNT = 20


@pytest.fixture
def yardstick() -> Yardstick:
    """Our own embedded digits in MNIST's place."""
    feature_net, digits = load_classifier(FeatureNet), embedded_digits()
    features = features_of(feature_net, digits.images)
    return Yardstick(feature_net, moments(features, digits.labels), digits)


@pytest.fixture
def run(tiny_config: UNetConfig, tmp_path: Path) -> Path:
    """A short run with its moments, up to step 4 of 8."""
    state = new_state(CONFIG, tiny_config)
    recorder = Recorder(tmp_path / "run" / "moments", state, lambda: 1.0 / (1 + state.step))
    for event in islice(train(state, *pictures()), 4):
        recorder.hear(event, state)
    recorder.save()
    save_state(tmp_path / "run" / "state.safetensors", state)
    return tmp_path / "run"


def test_an_untrained_network_leaves_noise_as_it_is(run: Path, yardstick: Yardstick) -> None:
    told = portrait(run / "moments" / "000000.safetensors", yardstick, COUNT)
    assert told["samples"].shape == (2, 10, 28, 28)
    # Its answer in v is zero: x0_hat = alpha x_t, and walking only turns signal into noise.
    digit, noisy = asked_about()
    assert digit.shape == (28, 28) and noisy.shape == (4, 28, 28)
    inside = (noisy > 0) & (noisy < 255)
    alpha = np.cos(np.pi / 2 * np.array(GUESS_TIMES))[:, None, None] * np.ones_like(noisy)
    shown, guessed = noisy / 127.5 - 1, told["guesses"] / 127.5 - 1
    np.testing.assert_allclose(guessed[inside], (alpha * shown)[inside], atol=0.01)
    assert told["frechet"] > 50 * yardstick.floor(120) >= 0


def test_what_was_found_out_is_kept_until_the_weights_change(
    run: Path, yardstick: Yardstick, tiny_config: UNetConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, kept = run / "moments" / "000004.safetensors", run / "kept.npz"
    first = kept_portrait(path, kept, yardstick, COUNT)
    asked: list[Path] = []

    def noted(path: Path, yardstick: Yardstick, measured: int) -> dict[str, object]:
        asked.append(path)
        return portrait(path, yardstick, measured)

    monkeypatch.setattr(history, "portrait", noted)
    again = kept_portrait(path, kept, yardstick, COUNT)
    assert asked == [] and {*again} == {*first}
    assert all(np.array_equal(again[name], first[name]) for name in first)
    kept_portrait(path, kept, yardstick, COUNT + 10)
    assert asked == [path]
    save_checkpoint(path, tiny_config.build(), {})
    kept_portrait(path, kept, yardstick, COUNT + 10)
    assert asked == [path, path]


def test_the_command_writes_what_pages_read(
    run: Path,
    yardstick: Yardstick,
    tiny_config: UNetConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Yardstick, "load", classmethod(lambda cls: yardstick))
    shipped, out = tmp_path / "shipped.safetensors", tmp_path / "history.npz"
    save_checkpoint(shipped, tiny_config.build(), {"test_loss": 0.1, "epochs": 5, "minutes": 9})
    command = ["moments", "--run", run, "--model", shipped, "--out", out, "--count", COUNT]
    assert main([*map(str, command)]) == 0
    assert "Wrote" in capsys.readouterr().out
    with np.load(out) as file:
        told = {name: file[name] for name in file.files}
    assert told["steps"].tolist() == [0, 4]
    assert told["examples"].tolist() == [0, 4 * CONFIG.batch_size]
    assert told["test_loss"].tolist() == pytest.approx([1, 0.2, 0.1])
    assert told["curve"][:, 0].tolist() == [1, 2, 3, 4]
    assert len(told["samples"]) == len(told["frechet"]) == len(told["level_loss"]) == 3
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["steps_so_far"] == 4 and card["training"]["steps"] == 8
    assert card["measured"] == COUNT and card["shipped"] == {"epochs": 5, "minutes": 9}


@pytest.mark.parametrize(("count", "said"), [("19", "--count must be"), ("20", "no moments")])
def test_the_command_refuses_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count: str, said: str
) -> None:
    assert main(["moments", "--run", str(tmp_path), "--count", count]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
