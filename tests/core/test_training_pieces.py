"""What training is made of: learning rates, the optimizer, the average, times, the loss."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from diffusion_core.optimizers import Optimizers
from diffusion_core.request import NO_LABEL
from diffusion_core.training import (
    diffusion_losses,
    ema_decay,
    new_state,
    step_generator,
    stratified_times,
)
from diffusion_core.training_config import TrainingConfig
from diffusion_core.unet import UNet, UNetConfig
from tests.core.training_runs import CONFIG


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
    # Muon replaces the singular values of an update by numbers near 1 (its five iterations
    # leave them between 0.6 and 1.3), however uneven those of the gradient are. AdamW's first
    # step is its rate, in the direction of the gradient's sign.
    network = UNet(tiny_config)
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    for p in network.parameters():
        uneven = torch.randn(p.shape, generator=torch.Generator().manual_seed(0))
        p.grad = uneven.sign() * (0.01 + uneven.abs() ** 3)
    Optimizers(network, CONFIG.learning_rate, CONFIG.adam_rate, 0.0, CONFIG.momentum).step(0.5)
    matrices = 0
    for name, now in network.named_parameters():
        change, gradient = now.detach() - before[name], now.grad
        assert gradient is not None
        if now.ndim > 1 and not name.startswith(("enter", "leave", "label", "noise_level")):
            matrices += 1
            flat = change.flatten(1)
            length = 0.5 * CONFIG.learning_rate * max(1, flat.shape[0] / flat.shape[1]) ** 0.5
            sizes = torch.linalg.svdvals(flat) / length
            assert sizes.min() > 0.5 and sizes.max() < 1.4, name
        else:
            expected = -0.5 * CONFIG.adam_rate * gradient.sign()
            torch.testing.assert_close(change, expected, rtol=1e-3, atol=1e-6)
    assert matrices > 10


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_momentum_is_how_long_a_gradient_counts(tiny_config: UNetConfig, momentum: float) -> None:
    state = new_state(replace(CONFIG, momentum=momentum, weight_decay=0.0), tiny_config)
    weight = state.network.shrink.weight
    weight.grad = torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    state.optimizer.step(1.0)
    before = weight.detach().clone()
    weight.grad.zero_()
    state.optimizer.step(1.0)
    assert torch.equal(weight, before) == (momentum == 0.0)


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
        diffusion_losses(Constant(answer), x_0, labels, step_generator(0, 0)).squared
        for answer in (0.0, 1.0)
    )
    assert zero.shape == (512,)
    assert float(zero.mean()) == pytest.approx(1, abs=0.01)
    assert float(one.mean()) == pytest.approx(1 - 2 * (2 / math.pi) + 1, abs=0.01)


@pytest.mark.parametrize(
    ("dropout", "fewest", "most"), [(0, 0, 0), (0.1, 60, 140), (1, 1000, 1000)]
)
def test_labels_are_dropped(dropout: float, fewest: int, most: int) -> None:
    network, labels = Constant(), torch.arange(1000) % 10
    diffusion_losses(
        network, torch.zeros(1000, 1, 2, 2), labels, step_generator(0, 3), label_dropout=dropout
    )
    seen = torch.tensor(network.labels)
    dropped = seen == NO_LABEL
    assert fewest <= int(dropped.sum()) <= most
    assert torch.equal(seen[~dropped], labels[~dropped])
