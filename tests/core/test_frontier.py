"""The frontier: what lies on it, and what is kept of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import frontier as measuring
from benchmarks.figure import draw_frontier
from benchmarks.frontier import FrontierPlan, calls_of, frontier_lines
from diffusion_core.labs.exact import Gaussian
from diffusion_core.measure.frontier import (
    SHOWN,
    Frontier,
    Point,
    best,
    load_frontier,
    save_frontier,
)
from diffusion_core.request import LEAP_STEPS, SAMPLER_NAMES, Request
from diffusion_core.run import sample
from pages.shared.colours import THEMES
from tests.core.test_evaluation import smudges

ROOT = Path(__file__).resolve().parents[2]
POINT = Point("ddim", 10, 10, 12.5, 3.4, 0.98)


def frontier_of(*points: Point) -> Frontier:
    digits = np.arange(len(points) * SHOWN * 784, dtype=np.uint32).astype(np.uint8)
    return Frontier(points, digits.reshape(-1, SHOWN, 28, 28), 500, 0.995, "2026-01-01", "here")


def test_it_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    kept = frontier_of(POINT, replace(POINT, sampler="leap", steps=2, calls=2))
    save_frontier(kept, tmp_path / "frontier.npz")
    again = load_frontier(tmp_path / "frontier.npz")
    np.testing.assert_array_equal(again.digits, kept.digits)
    assert replace(again, digits=kept.digits) == kept


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=20))
def test_nothing_beats_what_lies_on_it(ways: list[tuple[int, int]]) -> None:
    points = tuple(replace(POINT, calls=c, frechet_ratio=float(r)) for c, r in ways)
    edge = best(points, "calls")
    for point in points:
        beaten = any(
            p.calls <= point.calls
            and p.frechet_ratio <= point.frechet_ratio
            and (p.calls, p.frechet_ratio) != (point.calls, point.frechet_ratio)
            for p in points
        )
        assert (point in edge) == (not beaten)


def test_the_shipped_one_has_every_sampler_and_digits_for_each_point() -> None:
    shipped = load_frontier()
    assert {p.sampler for p in shipped.points} == set(SAMPLER_NAMES)
    assert {p.steps for p in shipped.points if p.sampler == "leap"} == set(LEAP_STEPS)
    assert shipped.digits.shape == (len(shipped.points), SHOWN, 28, 28)
    for point in shipped.points:
        (*_, last) = sample(Gaussian(), Request((3,), point.sampler, point.steps))
        assert calls_of(point.sampler, point.steps) == point.calls == last.calls
    assert shipped.count >= 500 and all(digits.max() > 200 for digits in shipped.digits)
    planned = {(s, n) for s, several in FrontierPlan.standard().steps.items() for n in several}
    assert planned == {(p.sampler, p.steps) for p in shipped.points}
    said = "\n".join(frontier_lines(shipped))
    for point in shipped.points:
        figures = rf"{point.steps}\b.*\b{point.frechet_ratio:.2f}\b.*\b{point.accuracy:.1%}"
        assert re.search(figures, said), point


def test_measuring_draws_each_way_and_compares_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {"train": smudges(300, seed=0), "test": smudges(200, seed=1)}
    monkeypatch.setattr(measuring, "load_mnist", sets.__getitem__)
    plan = FrontierPlan({"heun": (2,), "leap": (1,)}, per_label=2, timed=2, repeat=1)
    said: list[str] = []
    measured = measuring.measure_frontier(plan, "cpu", said.append)
    assert [(p.sampler, p.steps, p.calls) for p in measured.points] == [
        ("heun", 2, 3),
        ("leap", 1, 1),
    ]
    assert measured.count == 20 and measured.digits.shape == (2, SHOWN, 28, 28)
    # Digits are far from smudges, and take time.
    assert all(p.frechet_ratio > 1 and p.milliseconds > 0 for p in measured.points)
    assert len(said) == 2 and "leap in 1 steps" in said[1]


def test_the_figure_is_drawn_for_both_themes(tmp_path: Path) -> None:
    for theme in THEMES:
        draw_frontier(frontier_of(POINT), tmp_path / f"{theme}.png", theme)
        assert (tmp_path / f"{theme}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("theme", THEMES)
def test_the_colours_are_those_of_the_app(theme: str) -> None:
    app = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][theme]
    ours = THEMES[theme]
    assert (ours.paper, ours.ink) == (app["backgroundColor"], app["textColor"])
    assert (ours.grey, ours.line) == (app["grayTextColor"], app["borderColor"])
    assert (ours.signal, ours.noise) == (app["primaryColor"], app["orangeTextColor"])
