"""Training: it learns, and it stops before it spoils the weights."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from diffusion_core.errors import RequestError, TrainingDivergedError
from diffusion_core.training import ema_decay, new_state, train
from diffusion_core.training_config import TrainingConfig
from diffusion_core.unet import UNet, UNetConfig
from tests.core.training_runs import CONFIG, pictures, weights


def test_a_state_starts_with_equal_networks(tiny_config: UNetConfig) -> None:
    state = new_state(CONFIG, tiny_config)
    for ours, mean in zip(state.network.parameters(), state.average.parameters(), strict=True):
        assert torch.equal(ours, mean)
        assert ours.requires_grad
        assert not mean.requires_grad
    assert isinstance(state.average, UNet)


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
