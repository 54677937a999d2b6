"""Moments of a training run: when they are, that a resumed run keeps them, what they hold."""

from __future__ import annotations

import json
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.resuming import load_state, save_state
from diffusion_core.labs.history.moments import Recorder, moment_steps, read_losses, read_moments
from diffusion_core.labs.history.portrait import curve_of
from diffusion_core.training import TrainingState, new_state, train
from diffusion_core.unet import UNet, UNetConfig
from tests.core.training_runs import CONFIG, pictures


@pytest.mark.parametrize("steps", [1, 2, 7, 25, 26, 60, 1800, 20_000, 1_000_000])
def test_moments_lead_from_the_beginning_to_the_end(steps: int) -> None:
    moments = moment_steps(steps)
    assert moments[0] == 0
    assert moments[-1] == steps
    assert all(a < b for a, b in pairwise(moments))
    assert len(moments) <= 12


def test_moments_are_evenly_spaced_in_the_logarithm() -> None:
    moments = moment_steps(20_000)
    assert len(moments) == 12
    assert moments[1] == 25
    ratios = np.array(moments[2:]) / np.array(moments[1:-1])
    np.testing.assert_allclose(ratios, 800 ** (1 / 10), rtol=0.02)


def recorded(state: TrainingState[UNet], folder: Path, stop: int | None = None) -> Recorder:
    """Train on, recording; save the losses at the end, as train saves its state."""
    recorder = Recorder(folder, state, lambda: float(state.step))
    for event in islice(train(state, *pictures()), stop):
        recorder.hear(event, state)
    recorder.save()
    return recorder


def told(folder: Path) -> list[tuple[int, int, float | None, float]]:
    return [(m.step, m.examples, m.loss, m.test_loss) for m in read_moments(folder)]


def test_a_run_keeps_its_moments(tiny_config: UNetConfig, tmp_path: Path) -> None:
    state = new_state(CONFIG, tiny_config)
    begun = {name: p.clone() for name, p in state.average.state_dict().items()}
    losses = [event.loss for event in train(new_state(CONFIG, tiny_config), *pictures())]
    recorded(state, tmp_path)
    steps = [0, 4, 8]
    assert [m.step for m in read_moments(tmp_path)] == steps == [*moment_steps(CONFIG.steps)]
    expected = [None, np.mean(losses[:4]), np.mean(losses[4:])]
    for moment, step, loss in zip(read_moments(tmp_path), steps, expected, strict=True):
        assert moment.examples == step * CONFIG.batch_size
        assert moment.test_loss == step
        assert moment.loss == (None if loss is None else pytest.approx(loss))
    np.testing.assert_allclose(read_losses(tmp_path), losses, rtol=1e-6)
    first, *_, last = read_moments(tmp_path)
    assert first.seconds == 0 <= last.seconds
    for moment, weights in ((first, begun), (last, state.average.state_dict())):
        kept = load_checkpoint(moment.path).state_dict()
        for name, tensor in weights.items():
            torch.testing.assert_close(kept[name], tensor, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("stop", [2, 4, 5])
def test_a_resumed_run_keeps_the_same_moments(
    tiny_config: UNetConfig, tmp_path: Path, stop: int
) -> None:
    recorded(new_state(CONFIG, tiny_config), tmp_path / "whole")
    state = new_state(CONFIG, tiny_config)
    recorded(state, tmp_path / "parts", stop)
    save_state(tmp_path / "state.safetensors", state)
    recorded(load_state(tmp_path / "state.safetensors"), tmp_path / "parts")
    assert told(tmp_path / "parts") == told(tmp_path / "whole")
    np.testing.assert_array_equal(read_losses(tmp_path / "parts"), read_losses(tmp_path / "whole"))


def test_a_run_that_goes_back_forgets_what_came_after(
    tiny_config: UNetConfig, tmp_path: Path
) -> None:
    state = new_state(CONFIG, tiny_config)
    recorded(state, tmp_path / "moments", 2)
    save_state(tmp_path / "state.safetensors", state)
    recorded(state, tmp_path / "moments")
    assert [m.step for m in read_moments(tmp_path / "moments")] == [0, 4, 8]
    earlier = load_state(tmp_path / "state.safetensors")
    Recorder(tmp_path / "moments", earlier, lambda: 0.0)
    assert [m.step for m in read_moments(tmp_path / "moments")] == [0]
    recorded(new_state(CONFIG, tiny_config), tmp_path / "moments", 1)
    assert [m.step for m in read_moments(tmp_path / "moments")] == [0]


def test_a_run_begun_before_there_were_moments(tiny_config: UNetConfig, tmp_path: Path) -> None:
    state = new_state(CONFIG, tiny_config)
    list(islice(train(state, *pictures()), 6))
    recorded(state, tmp_path)
    (last,) = read_moments(tmp_path)
    assert last.step == 8
    assert last.loss is not None and np.isfinite(last.loss)
    assert np.isnan(read_losses(tmp_path)[:6]).all()


def test_no_moments(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="`make train` keeps them") as caught:
        read_losses(tmp_path)
    assert "\n" not in str(caught.value)
    assert read_moments(tmp_path) == []


def test_the_curve_keeps_every_step_once() -> None:
    losses = np.random.default_rng(0).random(1234)
    curve = curve_of(losses)
    ends = curve[:, 0].astype(int)
    assert ends[0] == 1
    assert ends[-1] == 1234
    assert len(curve) <= 200
    sizes = np.diff([0, *ends])
    assert (sizes > 0).all()
    assert (curve[:, 1] * sizes).sum() == pytest.approx(losses.sum(), rel=1e-5)
    assert curve[0, 1] == pytest.approx(losses[0])


def test_moments_know_their_card(tiny_config: UNetConfig, tmp_path: Path) -> None:
    recorded(new_state(CONFIG, tiny_config), tmp_path)
    card = json.loads((tmp_path / "000004.json").read_text())
    assert {*card} == {"step", "examples", "seconds", "loss", "test_loss"}
