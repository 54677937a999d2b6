"""Training resumes to the same bits, whenever and however it was stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from diffusion_core.errors import CannotWriteError, CheckpointError
from diffusion_core.files.resuming import load_state, save_state
from diffusion_core.training import new_state, train
from diffusion_core.unet import UNetConfig
from tests.core.training_runs import CONFIG, assert_same, pictures

FullDisk = Callable[[int], AbstractContextManager[None]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_a_resumed_run_takes_the_same_steps(
    tiny_config: UNetConfig, tmp_path: Path, stop: int
) -> None:
    whole = new_state(CONFIG, tiny_config)
    expected = [event.loss for event in train(whole, *pictures())]

    first = new_state(CONFIG, tiny_config)
    losses = [event.loss for event in islice(train(first, *pictures()), stop)]
    save_state(tmp_path / "state.safetensors", first)
    second = load_state(tmp_path / "state.safetensors")
    assert second.step == stop
    assert second.config == CONFIG
    assert second.seconds == first.seconds
    losses += [event.loss for event in train(second, *pictures())]

    assert losses == expected
    assert_same(second, whole)
    assert second.seconds > first.seconds


def test_another_seed_trains_another_network(tiny_config: UNetConfig) -> None:
    one, same, other = (
        new_state(replace(CONFIG, steps=1, seed=seed), tiny_config) for seed in (0, 0, 1)
    )
    losses = [next(train(state, *pictures())).loss for state in (one, same, other)]
    assert_same(one, same)
    assert losses[0] == losses[1] != losses[2]


def test_training_leaves_the_global_generator_alone(tiny_config: UNetConfig) -> None:
    before = torch.random.get_rng_state()
    next(train(new_state(CONFIG, tiny_config), *pictures()))
    assert torch.equal(torch.random.get_rng_state(), before)


KILLED = """
import sys, torch
from dataclasses import replace
from tests.core.training_runs import CONFIG, pictures
from tests.core.conftest import TINY
from diffusion_core.training import new_state, train
from diffusion_core.files.resuming import save_state
torch.set_num_threads(1)
state = new_state(replace(CONFIG, steps=1000), TINY)
for event in train(state, *pictures()):
    save_state(sys.argv[1], state)
    print(event.step, flush=True)
"""


def test_a_killed_run_can_be_resumed(tiny_config: UNetConfig, tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        reported = [int(line) for line in islice(process.stdout, 5)]
        # It goes on meanwhile: the signal lands in a step, or in the middle of a save.
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert reported == [1, 2, 3, 4, 5]

    state = load_state(path)
    assert state.step >= 5
    whole = new_state(state.config, tiny_config)
    for event in train(whole, *pictures()):
        if event.step == state.step + 2:
            break
    for event in train(state, *pictures()):
        if event.step == whole.step:
            break
    assert_same(state, whole)


def damaged_state(tiny_config: UNetConfig, path: Path, damage: str) -> None:
    save_state(path, new_state(CONFIG, tiny_config))
    content = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "truncated":
            path.write_bytes(content[: len(content) // 2])
        case "random":
            path.write_bytes(np.random.default_rng(0).bytes(1000))
        case "other settings":
            path.write_bytes(content.replace(b"warmup", b"warmth"))
        case "no steps":
            path.write_bytes(content.replace(b'\\"steps\\": 8', b'\\"steps\\": 0'))
        case "other tensors":
            path.write_bytes(content.replace(b"network/leave.bias", b"network/leaf..bias"))


@pytest.mark.parametrize(
    "damage", ["missing", "truncated", "random", "other settings", "no steps", "other tensors"]
)
def test_a_damaged_state_is_refused(tiny_config: UNetConfig, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "state.safetensors"
    damaged_state(tiny_config, path, damage)
    with pytest.raises(CheckpointError, match="delete it to start afresh") as caught:
        load_state(path)
    assert str(path) in caught.value.for_operator
    assert "\n" not in str(caught.value)


def test_a_model_is_not_a_state(tiny_model: Path) -> None:
    with pytest.raises(CheckpointError):
        load_state(tiny_model)


def test_a_full_disk_leaves_the_last_state(
    tiny_config: UNetConfig, tmp_path: Path, full_disk: FullDisk
) -> None:
    path, state = tmp_path / "state.safetensors", new_state(CONFIG, tiny_config)
    save_state(path, state)
    events = train(state, *pictures())
    next(events)
    with full_disk(100_000), pytest.raises(CannotWriteError, match="too large"):
        save_state(path, state)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert load_state(path).step == 0
    # The run itself is unharmed and can try again.
    next(events)
    save_state(path, state)
    assert load_state(path).step == 2
