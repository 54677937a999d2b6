"""Schedules: points on the quarter circle, walked from data to noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from diffusers import DDPMScheduler
from hypothesis import given
from hypothesis import strategies as st

from diffusion_core.schedule import (
    COSINE,
    SCHEDULES,
    LinearBetaSchedule,
    Schedule,
    alpha_sigma,
    cosine_time,
    log_snr,
    make_schedule,
)

times = st.floats(0, 1)
schedules = st.one_of(st.just(COSINE), st.integers(1, 1000).map(LinearBetaSchedule))


@given(schedules, st.lists(times, min_size=1, max_size=20))
def test_points_lie_on_the_quarter_circle(schedule: Schedule, t: list[float]) -> None:
    alpha, sigma = alpha_sigma(schedule, t)
    assert alpha.shape == sigma.shape == (len(t),)
    assert alpha.dtype == sigma.dtype == np.float64
    assert np.all((alpha >= 0) & (sigma >= 0))
    np.testing.assert_allclose(alpha**2 + sigma**2, 1, atol=1e-14)


@given(schedules, st.lists(times, min_size=2, max_size=20))
def test_signal_falls_and_noise_rises(schedule: Schedule, t: list[float]) -> None:
    alpha, sigma = alpha_sigma(schedule, sorted(t))
    assert np.all(np.diff(alpha) <= 0)
    assert np.all(np.diff(sigma) >= 0)


@given(schedules)
def test_all_times_differ(schedule: Schedule) -> None:
    alpha, sigma = alpha_sigma(schedule, np.linspace(0, 1, 1001))
    assert np.all(np.diff(alpha) < 0)
    assert np.all(np.diff(sigma) > 0)
    assert np.all(np.diff(log_snr(alpha, sigma)) < 0)


@given(schedules)
def test_data_end_is_exact(schedule: Schedule) -> None:
    assert [float(amount) for amount in alpha_sigma(schedule, 0.0)] == [1.0, 0.0]


def test_cosine_reaches_pure_noise_exactly() -> None:
    assert [float(amount) for amount in alpha_sigma(COSINE, 1.0)] == [0.0, 1.0]


@given(times)
def test_cosine_is_the_arc_at_constant_speed(t: float) -> None:
    alpha, sigma = alpha_sigma(COSINE, t)
    assert alpha == pytest.approx(math.cos(math.pi * t / 2), abs=1e-15)
    assert sigma == pytest.approx(math.sin(math.pi * t / 2), abs=1e-15)


@given(times)
def test_cosine_time_inverts_the_cosine_schedule(t: float) -> None:
    assert cosine_time(*alpha_sigma(COSINE, t)) == pytest.approx(t, abs=1e-14)


@given(schedules, times)
def test_cosine_time_finds_the_level_of_any_schedule(schedule: Schedule, t: float) -> None:
    level = alpha_sigma(schedule, t)
    same = alpha_sigma(COSINE, cosine_time(*level))
    np.testing.assert_allclose(same, level, atol=1e-14)


@pytest.mark.parametrize("steps", [100, 300, 1000])
def test_linear_schedule_is_that_of_ddpm(steps: int) -> None:
    theirs = DDPMScheduler(steps, beta_start=1e-4, beta_end=0.02, beta_schedule="linear")
    alpha, _ = alpha_sigma(LinearBetaSchedule(steps), np.arange(1, steps + 1) / steps)
    # Theirs is a product of up to a thousand factors in float32.
    np.testing.assert_allclose(alpha**2, theirs.alphas_cumprod.numpy(), rtol=2e-4)


def test_a_short_chain_leaves_signal() -> None:
    def last(steps: int) -> float:
        return float(alpha_sigma(LinearBetaSchedule(steps), 1.0)[0])

    # -log(alpha^2) is about the sum of the betas: the mean beta, 0.01005, a step.
    assert last(100) == pytest.approx(math.exp(-0.01005 * 100 / 2), rel=0.01)
    assert last(100) > 0.6 > 0.25 > last(300) > 0.01 > last(1000) > 0


@given(st.integers(1, 1000), st.floats(0, 0.999))
def test_linear_schedule_stays_between_its_grid_points(steps: int, t: float) -> None:
    below = math.floor(t * steps)
    (high, here, low), _ = alpha_sigma(
        LinearBetaSchedule(steps), [below / steps, t, min(1.0, (below + 1) / steps)]
    )
    assert high + 1e-12 >= here >= low - 1e-12


@given(st.floats(1e-3, 1), st.floats(1e-3, 1))
def test_log_snr_is_the_log_of_the_ratio_squared(alpha: float, sigma: float) -> None:
    assert log_snr(alpha, sigma) == pytest.approx(math.log(alpha**2 / sigma**2), abs=1e-12)


def test_log_snr_at_the_ends() -> None:
    assert log_snr([1, 0], [0, 1]).tolist() == [math.inf, -math.inf]


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_made_by_name(name: str) -> None:
    assert make_schedule(name).name == name


def test_the_number_of_steps_reaches_the_linear_schedule() -> None:
    assert make_schedule("linear", 123) == LinearBetaSchedule(123)
    assert len(LinearBetaSchedule(123).betas) == 123


def test_an_unknown_name_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"'sigmoid'.*cosine, linear"):
        make_schedule("sigmoid")


@pytest.mark.parametrize("t", [-1e-9, 1 + 1e-9, math.nan, math.inf, [0.5, 2]])
def test_times_outside_the_timeline_are_errors(t: float | list[float]) -> None:
    with pytest.raises(ValueError, match="between 0"):
        alpha_sigma(COSINE, t)


@pytest.mark.parametrize(
    ("steps", "start", "end"),
    [(0, 1e-4, 0.02), (-1, 1e-4, 0.02), (10, 0, 0.02), (10, 0.03, 0.02), (10, 1e-4, 1)],
)
def test_impossible_betas_are_errors(steps: int, start: float, end: float) -> None:
    with pytest.raises(ValueError, match=r"step|[Bb]eta"):
        LinearBetaSchedule(steps, start, end)
