"""Every conversion between the forms of a prediction, against the truth it was made from."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from diffusion_core.labs.exact import Gaussian
from diffusion_core.prediction import (
    Prediction,
    add_noise,
    from_velocity,
    from_x0,
    per_image,
    score,
    velocity,
)

QUARTER = math.pi / 2
angles = st.floats(0, QUARTER)


def pair(dtype: torch.dtype = torch.float64, count: int = 3) -> tuple[Tensor, Tensor]:
    """Some x_0 and eps."""
    generator = torch.Generator().manual_seed(1)
    x_0, eps = torch.randn((2, count, 1, 5, 4), generator=generator, dtype=dtype)
    return x_0, eps


def close(prediction: Prediction, x_0: Tensor, eps: Tensor, tolerance: float = 1e-12) -> bool:
    return torch.allclose(prediction.x0_hat, x_0, rtol=0, atol=tolerance) and torch.allclose(
        prediction.eps_hat, eps, rtol=0, atol=tolerance
    )


@given(angles)
def test_velocity_gives_back_picture_and_noise(angle: float) -> None:
    (x_0, eps), alpha, sigma = pair(), math.cos(angle), math.sin(angle)
    x_t, v = add_noise(x_0, eps, alpha, sigma), velocity(x_0, eps, alpha, sigma)
    assert close(from_velocity(v, x_t, alpha, sigma), x_0, eps)


@given(st.floats(0.01, QUARTER))
def test_picture_gives_back_noise(angle: float) -> None:
    (x_0, eps), alpha, sigma = pair(), math.cos(angle), math.sin(angle)
    x_t = add_noise(x_0, eps, alpha, sigma)
    assert close(from_x0(x_0, x_t, alpha, sigma), x_0, eps)


@given(angles)
def test_any_prediction_explains_what_was_seen(angle: float) -> None:
    # Also a wrong one: whatever v says, the two answers add up to x_t.
    (x_t, v), alpha, sigma = pair(), math.cos(angle), math.sin(angle)
    answer = from_velocity(v, x_t, alpha, sigma)
    torch.testing.assert_close(add_noise(answer.x0_hat, answer.eps_hat, alpha, sigma), x_t)


def test_the_ends_of_the_timeline() -> None:
    x_0, eps = pair()
    assert torch.equal(add_noise(x_0, eps, 1.0, 0.0), x_0)
    assert torch.equal(velocity(x_0, eps, 1.0, 0.0), eps)
    assert torch.equal(add_noise(x_0, eps, 0.0, 1.0), eps)
    assert torch.equal(velocity(x_0, eps, 0.0, 1.0), -x_0)


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_each_picture_has_its_own_amounts(kind: str) -> None:
    x_0, eps = pair(torch.float32)
    angle = np.array([0.0, 0.7, QUARTER])
    alpha, sigma = np.cos(angle), np.sin(angle)
    amounts = (alpha, sigma) if kind == "numpy" else (torch.tensor(alpha), torch.tensor(sigma))
    x_t = add_noise(x_0, eps, *amounts)
    assert x_t.dtype == torch.float32
    assert close(from_velocity(velocity(x_0, eps, *amounts), x_t, *amounts), x_0, eps, 1e-6)
    alone = [add_noise(x_0[i], eps[i], float(alpha[i]), float(sigma[i])) for i in range(3)]
    torch.testing.assert_close(x_t, torch.stack(alone))


def test_amounts_are_shaped_for_pictures() -> None:
    x, _ = pair()
    assert per_image(0.5, x).shape == (1, 1, 1, 1)
    assert per_image(np.ones(3), x).shape == (3, 1, 1, 1)
    assert per_image(0.5, x).dtype == x.dtype


@pytest.mark.parametrize("sigma", [0.0, np.array([0.5, 0.0, 0.5])])
def test_clean_data_says_nothing_about_the_noise(sigma: float) -> None:
    x_0, eps = pair()
    with pytest.raises(ValueError, match="sigma must be above 0"):
        from_x0(x_0, x_0, 1.0, sigma)
    with pytest.raises(ValueError, match="sigma must be above 0"):
        score(Prediction(x_0, eps), sigma)


@given(st.floats(0.01, QUARTER), st.floats(-1, 1), st.floats(0.05, 2))
def test_score_of_gaussian_data(angle: float, mean: float, std: float) -> None:
    (x_t, _), alpha, sigma = pair(), math.cos(angle), math.sin(angle)
    # log N(x; alpha m, r^2) has the gradient -(x - alpha m) / r^2.
    expected = -(x_t - alpha * mean) / (alpha**2 * std**2 + sigma**2)
    answer = Gaussian(mean, std)(x_t, alpha, sigma, torch.zeros(3))
    torch.testing.assert_close(score(answer, sigma), expected, rtol=1e-9, atol=1e-9)
    # And so it is through the other door, from the picture alone.
    through_x0 = from_x0(answer.x0_hat, x_t, alpha, sigma)
    torch.testing.assert_close(score(through_x0, sigma), expected, rtol=1e-6, atol=1e-6)
