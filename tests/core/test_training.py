"""Training: it learns, it resumes to the same bits, and it stops before it spoils the weights."""

from __future__ import annotations

import math
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
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from diffusion_core.errors import (
    CannotWriteError,
    CheckpointError,
    RequestError,
    TrainingDivergedError,
)
from diffusion_core.request import NO_LABEL
from diffusion_core.training import (
    Optimizers,
    TrainingConfig,
    TrainingState,
    diffusion_loss,
    ema_decay,
    load_state,
    new_state,
    save_state,
    step_generator,
    stratified_times,
    train,
)
from diffusion_core.unet import UNet, UNetConfig

FullDisk = Callable[[int], AbstractContextManager[None]]
CONFIG = TrainingConfig(steps=8, batch_size=16, warmup=2, learning_rate=2e-2, adam_rate=5e-3)
ROOT = Path(__file__).resolve().parents[2]


def pictures() -> tuple[Tensor, Tensor]:
    """64 random pictures, each a bright rectangle on black."""
    numbers = np.random.default_rng(0)
    x_0 = -torch.ones(64, 1, 28, 28)
    for picture, (top, left) in zip(x_0, numbers.integers(2, 16, (64, 2)), strict=True):
        picture[0, top : top + 8, left : left + 10] = 1
    return x_0, torch.from_numpy(numbers.integers(0, 10, 64))


def weights(state: TrainingState) -> list[Tensor]:
    return [p.detach().clone() for p in (*state.network.parameters(), *state.average.parameters())]


def assert_same(one: TrainingState, other: TrainingState) -> None:
    assert one.step == other.step
    for ours, theirs in zip(weights(one), weights(other), strict=True):
        assert torch.equal(ours, theirs)


def test_it_learns(tiny_config: UNetConfig) -> None:
    config = replace(CONFIG, steps=60, decay=0.2)
    state = new_state(config, tiny_config)
    losses = [event.loss for event in train(state, *pictures())]
    assert len(losses) == 60
    # A fresh network answers 0, and the mean of v^2 is about 1, as is that of x_0^2 and eps^2.
    assert losses[0] == pytest.approx(1, abs=0.1)
    assert np.mean(losses[-5:]) < 0.4
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[15:20])


def test_what_an_event_tells(tiny_config: UNetConfig) -> None:
    events = [*train(new_state(CONFIG, tiny_config), *pictures())]
    assert [event.step for event in events] == [*range(1, 9)]
    assert [event.learning_rate for event in events] == [
        CONFIG.learning_rate * CONFIG.share_at(k) for k in range(8)
    ]
    assert all(event.gradient_norm > 0 for event in events)
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)


def test_the_average_follows_the_network(tiny_config: UNetConfig) -> None:
    state = new_state(CONFIG, tiny_config)
    means = [p.detach().clone() for p in state.network.parameters()]
    for event in train(state, *pictures()):
        keep = ema_decay(event.step, CONFIG.ema_gamma)
        for mean, now in zip(means, state.network.parameters(), strict=True):
            mean.mul_(keep).add_(now.detach(), alpha=1 - keep)
    for mean, average in zip(means, state.average.parameters(), strict=True):
        torch.testing.assert_close(average, mean)


def test_every_epoch_shows_every_picture_once_in_a_new_order(tiny_config: UNetConfig) -> None:
    config = replace(CONFIG, steps=6, batch_size=4, label_dropout=0.0)
    state, labels = new_state(config, tiny_config), torch.arange(8)
    seen: list[int] = []
    state.network.register_forward_pre_hook(lambda _, inputs: seen.extend(inputs[2].tolist()))
    for _ in train(state, torch.zeros(8, 1, 28, 28), labels):
        pass
    epochs = [tuple(seen[start : start + 8]) for start in (0, 8, 16)]
    assert [sorted(epoch) for epoch in epochs] == [[*range(8)]] * 3
    assert len(set(epochs)) == 3


# --- Resuming ----------------------------------------------------------------------------------


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
from tests.core.test_training import CONFIG, pictures
from tests.core.conftest import TINY
from diffusion_core.training import new_state, save_state, train
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
    assert str(path) in str(caught.value)
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


# --- Going wrong -------------------------------------------------------------------------------


def test_divergence_stops_before_the_weights_are_touched(tiny_config: UNetConfig) -> None:
    x_0, labels = pictures()
    state = new_state(CONFIG, tiny_config)
    events = train(state, x_0, labels)
    next(events)
    before = weights(state)
    x_0[:] = torch.nan
    with pytest.raises(TrainingDivergedError, match=r"below 0\.02") as caught:
        next(events)
    assert "\n" not in str(caught.value)
    assert state.step == 1
    for then, now in zip(before, weights(state), strict=True):
        assert torch.equal(then, now)


@pytest.mark.parametrize(
    "fields",
    [
        {"steps": 0},
        {"steps": -5},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": -1e-3},
        {"learning_rate": math.nan},
        {"learning_rate": math.inf},
        {"seed": -1},
        {"seed": 2**31},
    ],
)
def test_impossible_settings_are_refused(fields: dict[str, int]) -> None:
    with pytest.raises(RequestError) as caught:
        TrainingConfig(**fields)
    assert "\n" not in str(caught.value)


# --- The pieces --------------------------------------------------------------------------------


@given(st.integers(20, 5000), st.integers(0, 400), st.floats(0.05, 0.9))
def test_the_rate_warms_up_stays_and_decays(steps: int, warmup: int, decay: float) -> None:
    config = TrainingConfig(steps=steps, warmup=min(warmup, steps // 10), decay=decay)
    shares = np.array([config.share_at(step) for step in range(steps + 1)])
    assert shares.max() <= 1
    assert shares[-1] == 0
    assert shares[-2] <= 1 / (decay * steps) * (1 + 1e-9)
    falling = math.ceil((1 - decay) * steps)
    assert shares[min(config.decay_from + 2, steps)] < 1  # one more, where decay * steps is rounded
    if config.decay_from >= config.warmup:
        assert config.share_at(config.decay_from) == 1
    assert np.all(np.diff(shares[falling:]) < 0)
    if falling > config.warmup:
        np.testing.assert_array_equal(shares[max(0, config.warmup - 1) : falling], 1)
        rising = shares[: config.warmup]
        np.testing.assert_allclose(rising, np.arange(1, config.warmup + 1) / max(1, config.warmup))


def test_the_default_rate() -> None:
    config = TrainingConfig()
    assert config.share_at(0) == pytest.approx(1 / 200)
    assert config.share_at(199) == config.share_at(14_999) == config.share_at(15_000) == 1
    assert config.share_at(17_500) == pytest.approx(0.5)
    assert config.share_at(19_999) == pytest.approx(1 / 5_000)
    assert config.decay_from == 15_000


def test_matrices_move_equally_far_in_all_directions(tiny_config: UNetConfig) -> None:
    # Muon replaces the singular values of an update by numbers near 1 (torch's five iterations
    # leave them between 0.6 and 1.3), however uneven those of the gradient are. AdamW's first
    # step is its rate, in the direction of the gradient's sign.
    config = replace(CONFIG, weight_decay=0.0)
    network = UNet(tiny_config)
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    for p in network.parameters():
        uneven = torch.randn(p.shape, generator=torch.Generator().manual_seed(0))
        p.grad = uneven.sign() * (0.01 + uneven.abs() ** 3)
    Optimizers(network, config).step(0.5)
    matrices = 0
    for name, now in network.named_parameters():
        change, gradient = now.detach() - before[name], now.grad
        assert gradient is not None
        if now.ndim > 1 and not name.startswith(("enter", "leave", "label", "noise_level")):
            matrices += 1
            flat = change.flatten(1)
            length = 0.5 * config.learning_rate * max(1, flat.shape[0] / flat.shape[1]) ** 0.5
            sizes = torch.linalg.svdvals(flat) / length
            assert sizes.min() > 0.5 and sizes.max() < 1.4, name
        else:
            expected = -0.5 * config.adam_rate * gradient.sign()
            torch.testing.assert_close(change, expected, rtol=1e-3, atol=1e-6)
    assert matrices > 10


@pytest.mark.parametrize("gamma", [1.0, 6.94, 16.97])
def test_the_average_weighs_step_k_by_its_power(gamma: float) -> None:
    # Weights k^gamma on the steps 1, 2, ... K have their mean at (gamma + 1) / (gamma + 2) of K and
    # a variance of (gamma + 1) / ((gamma + 2)^2 (gamma + 3)) of K^2.
    mean, mean_square, last = 0.0, 0.0, 20_000
    for k in range(1, last + 1):
        keep = ema_decay(k, gamma)
        assert 0 <= keep < 1
        mean = keep * mean + (1 - keep) * k
        mean_square = keep * mean_square + (1 - keep) * k * k
    assert mean / last == pytest.approx((gamma + 1) / (gamma + 2), rel=1e-3)
    spread = math.sqrt(mean_square - mean**2) / last
    expected = math.sqrt((gamma + 1) / ((gamma + 2) ** 2 * (gamma + 3)))
    assert spread == pytest.approx(expected, rel=1e-2)


def test_the_default_window_is_five_percent_wide() -> None:
    gamma = TrainingConfig().ema_gamma
    width = math.sqrt((gamma + 1) / ((gamma + 2) ** 2 * (gamma + 3)))
    assert width == pytest.approx(0.05, abs=5e-4)


@given(st.integers(1, 300), st.integers(0, 2**40))
def test_one_time_in_each_stratum(count: int, seed: int) -> None:
    times = stratified_times(count, seed)
    assert np.floor(times * count + 1e-9).tolist() == [*range(count)]
    assert times.min() >= 0
    assert times.max() < 1
    assert np.array_equal(times, stratified_times(count, seed))


class Constant(nn.Module):
    """In place of the network: answers with one number and remembers the labels."""

    def __init__(self, answer: float = 0.0) -> None:
        super().__init__()
        self.answer = answer
        self.labels: list[int] = []

    def forward(self, x_t: Tensor, t: Tensor, label: Tensor) -> Tensor:
        self.labels += label.tolist()
        return torch.full_like(x_t, self.answer)


def test_the_loss_is_the_squared_error_of_v() -> None:
    # Of black pictures x_0 = -1, v = alpha eps + sigma: over a uniform time its square has the
    # mean E[alpha^2 eps^2] + E[sigma^2] = 1/2 + 1/2, and its own mean is E[sigma] = 2 / pi.
    x_0, labels = -torch.ones(512, 1, 28, 28), torch.zeros(512, dtype=torch.int64)
    zero, one = (
        diffusion_loss(Constant(answer), x_0, labels, step_generator(0, 0)) for answer in (0.0, 1.0)
    )
    assert zero.shape == (512,)
    assert float(zero.mean()) == pytest.approx(1, abs=0.01)
    assert float(one.mean()) == pytest.approx(1 - 2 * (2 / math.pi) + 1, abs=0.01)


@pytest.mark.parametrize(
    ("dropout", "fewest", "most"), [(0, 0, 0), (0.1, 60, 140), (1, 1000, 1000)]
)
def test_labels_are_dropped(dropout: float, fewest: int, most: int) -> None:
    network, labels = Constant(), torch.arange(1000) % 10
    diffusion_loss(
        network, torch.zeros(1000, 1, 2, 2), labels, step_generator(0, 3), label_dropout=dropout
    )
    seen = torch.tensor(network.labels)
    dropped = seen == NO_LABEL
    assert fewest <= int(dropped.sum()) <= most
    assert torch.equal(seen[~dropped], labels[~dropped])


def test_a_state_starts_with_equal_networks(tiny_config: UNetConfig) -> None:
    state = new_state(CONFIG, tiny_config)
    for ours, mean in zip(state.network.parameters(), state.average.parameters(), strict=True):
        assert torch.equal(ours, mean)
        assert ours.requires_grad
        assert not mean.requires_grad
    assert isinstance(state.average, UNet)
