"""Denoisers: the exact one against brute force, guidance, and the network on another schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.guidance import guided
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.prediction import Prediction, add_noise, from_velocity, from_x0, score
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import COSINE, Floats, LinearBetaSchedule, alpha_sigma
from diffusion_core.unet import UNet

LEVELS = np.array([0.1, 0.4, 0.8, 1.0])
ALPHA, SIGMA = alpha_sigma(COSINE, LEVELS)


def pictures(count: int, seed: int, size: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((count, 1, size, size), generator=generator, dtype=torch.float64)


def brute_force(x: Tensor, alpha: float, sigma: float, data: Tensor) -> Tensor:
    """E[x_0 | x_t] of one picture, one term at a time."""
    weights = [math.exp(-float((x - alpha * y).square().sum()) / (2 * sigma**2)) for y in data]
    total = torch.zeros_like(x)
    for weight, y in zip(weights, data, strict=True):
        total += weight * y
    return total / sum(weights)


@pytest.fixture
def data() -> Tensor:
    return pictures(7, seed=0)


@pytest.fixture
def x_t(data: Tensor) -> Tensor:
    return add_noise(data[[2, 0, 5, 1]], pictures(4, seed=1), ALPHA, SIGMA)


UNLABELLED = torch.full((4,), NO_LABEL)


def test_ideal_denoiser_is_the_weighted_mean(data: Tensor, x_t: Tensor) -> None:
    answer = IdealDenoiser(data)(x_t, ALPHA, SIGMA, UNLABELLED)
    expected = [brute_force(x_t[i], ALPHA[i], SIGMA[i], data) for i in range(4)]
    torch.testing.assert_close(answer.x0_hat, torch.stack(expected))
    torch.testing.assert_close(add_noise(answer.x0_hat, answer.eps_hat, ALPHA, SIGMA), x_t)


def test_ideal_denoiser_with_labels_counts_only_pictures_that_carry_them(
    data: Tensor, x_t: Tensor
) -> None:
    labels = torch.tensor([3, 3, 3, 8, 8, 8, 8])
    asked = torch.tensor([3, 8, NO_LABEL, 3])
    answer = IdealDenoiser(data, labels)(x_t, ALPHA, SIGMA, asked)
    subsets = [data[:3], data[3:], data, data[:3]]
    expected = [brute_force(x_t[i], ALPHA[i], SIGMA[i], subsets[i]) for i in range(4)]
    torch.testing.assert_close(answer.x0_hat, torch.stack(expected))


def test_ideal_denoiser_without_labels_ignores_the_label(data: Tensor, x_t: Tensor) -> None:
    ideal = IdealDenoiser(data)
    with_label = ideal(x_t, ALPHA, SIGMA, torch.tensor([1, 2, 3, 4]))
    assert torch.equal(with_label.x0_hat, ideal(x_t, ALPHA, SIGMA, UNLABELLED).x0_hat)


def test_out_of_pure_noise_the_ideal_guess_is_the_mean(data: Tensor) -> None:
    answer = IdealDenoiser(data)(pictures(1, 9), np.zeros(1), np.ones(1), UNLABELLED[:1])
    torch.testing.assert_close(answer.x0_hat[0], data.mean(0))


def test_almost_clean_the_ideal_guess_is_the_nearest_picture(data: Tensor) -> None:
    # exp(-|x - x_i|^2 / 2 sigma^2) of every picture underflows here; the softmax must not.
    alpha, sigma = alpha_sigma(COSINE, np.full(7, 1e-4))
    x = add_noise(data, pictures(7, 2), alpha, sigma).float()
    answer = IdealDenoiser(data.float())(x, alpha, sigma, torch.full((7,), NO_LABEL))
    assert answer.x0_hat.dtype == torch.float32
    torch.testing.assert_close(answer.x0_hat, data.float())


def test_the_ideal_score_is_the_gradient_of_the_log_density(data: Tensor, x_t: Tensor) -> None:
    x = x_t.clone().requires_grad_()
    flat, centres = x.flatten(1), data.flatten(1)
    a, s = torch.tensor(ALPHA)[:, None], torch.tensor(SIGMA)[:, None]
    distances = (flat[:, None] - a[..., None] * centres).square().sum(-1)
    log_density = torch.logsumexp(-distances / (2 * s**2), dim=1).sum()
    (expected,) = torch.autograd.grad(log_density, x)
    answer = IdealDenoiser(data)(x_t, ALPHA, SIGMA, UNLABELLED)
    torch.testing.assert_close(score(answer, SIGMA), expected)


def test_the_ideal_denoiser_does_not_answer_about_clean_data(data: Tensor) -> None:
    with pytest.raises(ValueError, match="sigma must be above 0"):
        IdealDenoiser(data)(data, np.ones(7), np.zeros(7), torch.full((7,), NO_LABEL))


@dataclass
class Opinionated:
    """Answers with a picture that depends on the label, and counts how often it was asked."""

    asked: list[int] = field(default_factory=list)

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        self.asked.append(len(x_t))
        assert len(alpha) == len(sigma) == len(label) == len(x_t)
        opinion = torch.tanh(x_t * (1 + label.to(x_t)[:, None, None, None]))
        return from_x0(opinion, x_t, alpha, sigma)


LABELS = torch.tensor([7, 0, NO_LABEL, 3])


def test_guidance_of_one_is_plain_conditional(x_t: Tensor) -> None:
    denoiser = Opinionated()
    answer = guided(denoiser, x_t, ALPHA, SIGMA, LABELS, 1)
    plain = Opinionated()(x_t, ALPHA, SIGMA, LABELS)
    assert torch.equal(answer.combined.x0_hat, plain.x0_hat)
    assert torch.equal(answer.combined.eps_hat, plain.eps_hat)
    assert (denoiser.asked, answer.calls) == ([4], 1)


def test_guidance_of_zero_ignores_the_label(x_t: Tensor) -> None:
    denoiser = Opinionated()
    answer = guided(denoiser, x_t, ALPHA, SIGMA, LABELS, 0)
    plain = Opinionated()(x_t, ALPHA, SIGMA, UNLABELLED)
    assert torch.equal(answer.combined.x0_hat, plain.x0_hat)
    assert (denoiser.asked, answer.calls) == ([4], 1)


def test_without_labels_there_is_nothing_to_guide(x_t: Tensor) -> None:
    denoiser = Opinionated()
    answer = guided(denoiser, x_t, ALPHA, SIGMA, UNLABELLED, 4)
    assert torch.equal(answer.combined.x0_hat, Opinionated()(x_t, ALPHA, SIGMA, UNLABELLED).x0_hat)
    assert (denoiser.asked, answer.calls) == ([4], 1)


@given(st.floats(0, 5).filter(lambda s: s not in (0, 1)))
def test_guidance_extrapolates_from_without_to_with(scale: float) -> None:
    x = add_noise(pictures(4, 3), pictures(4, 4), ALPHA, SIGMA)
    denoiser = Opinionated()
    answer = guided(denoiser, x, ALPHA, SIGMA, LABELS, scale)
    conditional = Opinionated()(x, ALPHA, SIGMA, LABELS)
    unconditional = Opinionated()(x, ALPHA, SIGMA, UNLABELLED)
    # Both answers in one batch of twice the size, which counts as two.
    assert (denoiser.asked, answer.calls) == ([8], 2)
    torch.testing.assert_close(answer.conditional.eps_hat, conditional.eps_hat)
    torch.testing.assert_close(answer.unconditional.eps_hat, unconditional.eps_hat)
    difference = conditional.eps_hat - unconditional.eps_hat
    torch.testing.assert_close(answer.combined.eps_hat, unconditional.eps_hat + scale * difference)
    explained = add_noise(answer.combined.x0_hat, answer.combined.eps_hat, ALPHA, SIGMA)
    torch.testing.assert_close(explained, x)


def test_a_picture_without_a_label_is_not_guided_by_the_others(x_t: Tensor) -> None:
    answer = guided(Opinionated(), x_t, ALPHA, SIGMA, LABELS, 5)
    plain = Opinionated()(x_t, ALPHA, SIGMA, UNLABELLED)
    torch.testing.assert_close(answer.combined.x0_hat[2], plain.x0_hat[2])
    assert not torch.allclose(answer.combined.x0_hat[0], plain.x0_hat[0])


class Listening(nn.Module):
    """In place of the network: remembers the times it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[Tensor] = []

    def forward(self, x_t: Tensor, t: Tensor, label: Tensor) -> Tensor:
        self.times.append(t)
        return torch.sin(3 * x_t) + t[:, None, None, None] * label[:, None, None, None]


@pytest.mark.parametrize("schedule", [LinearBetaSchedule(100), LinearBetaSchedule(1000), COSINE])
def test_the_network_is_asked_about_the_same_noise_level(
    schedule: LinearBetaSchedule, x_t: Tensor
) -> None:
    level = alpha_sigma(schedule, LEVELS)
    network = Listening()
    answer = NetworkDenoiser(cast(UNet, network))(x_t.float(), *level, LABELS)
    (times,) = network.times
    assert times.dtype == torch.float32
    np.testing.assert_allclose(alpha_sigma(COSINE, times.numpy()), level, atol=1e-6)
    v = network(x_t.float(), times, LABELS)
    expected = from_velocity(v, x_t.float(), *level)
    torch.testing.assert_close(answer.x0_hat, expected.x0_hat)
    torch.testing.assert_close(answer.eps_hat, expected.eps_hat)


def test_on_the_cosine_schedule_the_network_is_asked_at_t(x_t: Tensor) -> None:
    network = Listening()
    NetworkDenoiser(cast(UNet, network))(x_t.float(), ALPHA, SIGMA, LABELS)
    np.testing.assert_allclose(network.times[0].numpy(), LEVELS, atol=1e-7)
