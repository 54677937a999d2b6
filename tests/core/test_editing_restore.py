"""Clean pictures that fit a spoiled one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffusion_core.data.degradations import averaging, blurring, degrade
from diffusion_core.editing import Restoration, clean, restore
from diffusion_core.editing.restoring import averages_kept
from diffusion_core.errors import RequestError
from diffusion_core.guidance import Query
from diffusion_core.labs.exact import Gaussian, IdealDenoiser
from diffusion_core.pixels import to_model, to_uint8
from diffusion_core.request import NO_LABEL, Request
from tests.core.correlated import Field, finished

CALM = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)


def request(count: int = 2, **changes: object) -> Request:
    return Request(**{"labels": (NO_LABEL,) * count, "sampler": "ddpm", "steps": 4, **changes})  # type: ignore[arg-type]


def in_model(greys: np.ndarray) -> torch.Tensor:
    return to_model(greys[None])[0, 0]


@CALM
@given(small=arrays(np.uint8, (7, 7)), again=st.integers(1, 2))
def test_averaged_down_the_result_is_what_was_seen(small: np.ndarray, again: int) -> None:
    """Whatever the denoiser says: here it would rather have something else everywhere."""
    seen = Restoration(in_model(small), averaging(7))
    ended = finished(restore(seen, request(), again), Gaussian(mean=0.8, std=0.1))
    assert float(ended.abs().max()) <= 1
    for answer in ended[:, 0].double():
        by = torch.from_numpy(averaging(7))
        assert torch.allclose(by @ answer @ by.T, seen.seen.double(), atol=1e-6)
    for answer in to_uint8(ended):  # and so, but for rounding, is what is shown
        back = answer.reshape(7, 4, 7, 4).mean(axis=(1, 3))
        assert np.abs(back - small).max() <= 0.5


@CALM
@given(
    x=arrays(np.float64, (8, 8), elements=st.floats(-3, 3)),
    means=arrays(np.float64, (2, 2), elements=st.floats(-1, 1)),
)
def test_means_are_kept_by_the_smallest_change(x: np.ndarray, means: np.ndarray) -> None:
    kept = averages_kept(torch.from_numpy(x)[None, None], torch.from_numpy(means))[0, 0]
    assert float(kept.abs().max()) <= 1
    blocks = kept.reshape(2, 4, 2, 4)
    np.testing.assert_allclose(blocks.mean(dim=(1, 3)), means, atol=1e-7)
    # The nearest point of a convex set: to every other one, the way leads at 90 degrees or more.
    other = torch.from_numpy(means).repeat_interleave(4, 0).repeat_interleave(4, 1)
    away, there = torch.from_numpy(x) - kept, other - kept
    assert float((away * there).sum()) <= 1e-6


@pytest.mark.parametrize("by", [averaging(7), averaging(14), blurring(1.5)])
@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_fitting_is_the_gaussian_conditional(by: np.ndarray, noise: float) -> None:
    """Against the formula written out, with matrices of 784 x 784 instead of 28 x 28."""
    generator = torch.Generator().manual_seed(1)
    x0_hat = torch.randn((1, 1, 28, 28), generator=generator, dtype=torch.float64)
    seen = torch.randn((len(by), len(by)), generator=generator, dtype=torch.float64)
    fitted = Restoration(seen, by, noise).fitted(x0_hat, sigma=0.7)
    whole = np.kron(by, by)
    x, y = x0_hat.flatten().numpy() + 1, seen.flatten().numpy() + 1
    inner = 0.7**2 * whole @ whole.T + noise**2 * np.eye(len(whole))
    expected = x + 0.7**2 * whole.T @ np.linalg.solve(inner, y - whole @ x) - 1
    np.testing.assert_allclose(fitted.flatten(), expected, atol=1e-8)


@pytest.mark.parametrize("how", ["small7", "small14", "blur"])
def test_a_picture_among_a_few_is_found_again(how: str) -> None:
    rng = np.random.default_rng(2)
    greys = np.kron(rng.integers(0, 256, (6, 14, 14)), np.ones((2, 2))).astype(np.uint8)
    ideal = IdealDenoiser(to_model(greys))
    noise = 0.02 if how == "blur" else 0.0
    by = {"small7": averaging(7), "small14": averaging(14), "blur": blurring(2.0)}[how]
    seen = Restoration(in_model(degrade(greys[4], how, width=2.0)), by, noise)
    ended = to_uint8(finished(restore(seen, request(3, steps=20), again=2), ideal))
    assert np.abs(ended.astype(int) - greys[4]).max() <= 6


def test_grain_is_taken_off_as_bayes_would() -> None:
    """Where nothing is cut off: p(x | y) of a Gaussian is known, and is what is drawn from."""
    noise, prior = 0.2, Gaussian(mean=0.1, std=0.15)
    y = torch.full((1, 28, 28), 0.3)
    drawn = finished(clean(y, noise, request(40, steps=100)), prior)
    trust = prior.std**2 / (prior.std**2 + noise**2)
    assert float(drawn.mean()) == pytest.approx(prior.mean + trust * (0.3 - prior.mean), abs=0.004)
    # The steps of DDPM spread a little too little: by 3 % in a hundred of them.
    assert float(drawn.std()) == pytest.approx(noise * math.sqrt(trust), rel=0.05)


def test_what_was_cut_off_is_put_back_before_the_grain_is_taken_off() -> None:
    """Black pictures under strong grain: only the brighter half of it is left to be seen."""
    noise = 1.0
    black = IdealDenoiser(torch.stack([torch.full((1, 28, 28), -1.0), torch.zeros((1, 28, 28))]))
    generator = torch.Generator().manual_seed(0)
    grain = torch.randn((1, 28, 28), generator=generator) * noise
    seen = (grain - 1).clamp(-1, 1)
    run = clean(seen, noise, request(4, steps=5))
    asked = next(run)
    assert isinstance(asked, Query)
    # y has the mean of the picture again, and not that of what is left of it.
    level = math.cos(math.atan(noise))
    assert float(asked.x_t.mean()) / level == pytest.approx(-1, abs=0.08)
    assert float(seen.mean()) > -0.7
    run = clean(seen, noise, request(4, steps=5))
    assert torch.equal(finished(run, black), torch.full((4, 1, 28, 28), -1.0))


def test_on_average_the_answers_are_near_what_is_to_be_expected() -> None:
    """A field averaged down: the mean of the answers, against the Gaussian conditional."""
    field, by = Field(8, mean=0.0, std=0.25), np.kron(np.eye(4), np.full((1, 2), 0.5))
    x = field.draw(3)[0]
    seen = torch.from_numpy(by) @ x @ torch.from_numpy(by).T
    mean, _ = field.given(torch.from_numpy(np.kron(by, by)), seen.flatten(), 1e-3)
    run = restore(Restoration(seen, by, noise=1e-3), request(400, steps=20), again=2)
    drawn = finished(run, field).double().flatten(1)
    blocks = seen.repeat_interleave(2, 0).repeat_interleave(2, 1).flatten()
    naive = (blocks - mean).square().mean().sqrt()
    assert float((drawn.mean(0) - mean).square().mean().sqrt() / naive) < 0.55


@pytest.mark.parametrize("noise", [0, -1, math.nan, math.inf])
def test_grain_of_no_strength_is_refused(noise: float) -> None:
    with pytest.raises(RequestError, match="above 0"):
        clean(torch.zeros((1, 28, 28)), noise, request())
