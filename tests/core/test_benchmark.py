"""The benchmark: what it counts, and how it fails. How long things take is not tested."""

from __future__ import annotations

import json
import math
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as benchmark_command
from benchmarks import applications, chromium, editing, frontier
from benchmarks.goals import GOALS, judged
from benchmarks.model import ModelPlan, measure_model
from benchmarks.report import report
from benchmarks.server import App, running_app
from benchmarks.service import ServicePlan
from benchmarks.timing import percentile, spread
from diffusion_core.errors import CannotMeasureError, MnistError
from diffusion_core.request import WALKING_SAMPLERS

PLAN = ModelPlan(pictures=3, steps=4, step_counts=(2, 5), batch_sizes=(1, 4), repeat=2)

# Answers 200 to everything, on the port it is given.
SMALL_SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def unheard(what: str) -> None:
    pass


def spreads(value: Any) -> Iterator[dict[str, float]]:
    """Every repeated measurement in the results, however deep."""
    if isinstance(value, dict):
        if {"median", "low", "high"} <= set(value):
            yield value
        for inner in value.values():
            yield from spreads(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from spreads(inner)


# --- What is measured --------------------------------------------------------------------------


def test_model_part(tiny_model: Path) -> None:
    results = measure_model(tiny_model, PLAN, "cpu", unheard)

    standard = results["standard"]
    assert (standard["sampler"], standard["steps"], standard["guidance"]) == ("dpmpp", 4, 1.5)
    assert standard["frames"] == 4 + 1
    assert standard["network_calls"] == 2 * 4
    assert standard["total"]["count"] == PLAN.repeat

    rows = {(r["sampler"], r["guidance"], r["steps"]): r for r in results["samplers"]}
    assert set(rows) == {(s, g, n) for s in WALKING_SAMPLERS for g in (1.5, 1.0) for n in (2, 5)}
    for (sampler, guidance, steps), row in rows.items():
        asked = 2 * steps - 1 if sampler == "heun" else steps
        assert row["network_calls"] == asked * (2 if guidance != 1 else 1)
        assert row["first_frame"]["low"] <= row["total"]["low"]

    assert [row["batch"] for row in results["passes"]] == [1, 4]
    for row in results["passes"]:
        assert row["pictures_per_second"] == pytest.approx(row["batch"] / row["seconds"]["median"])

    found = [*spreads(results)]
    assert len(found) == 2 + 2 * len(rows) + 2 + 3 * 3
    for one in found:
        assert 0 < one["low"] <= one["median"] <= one["high"] < math.inf
    memory = standard["memory"]
    assert memory["before"] is None or 0 < memory["before"] <= memory["peak"]


def test_diffusers_draws_the_same_pictures(tiny_model: Path) -> None:
    # Else the ratio would compare different work.
    rows = measure_model(tiny_model, PLAN, "cpu", unheard)["diffusers"]
    assert [row["sampler"] for row in rows] == ["dpmpp", "ddim", "ddpm"]
    for row in rows:
        assert row["ratio"]["count"] == PLAN.repeat
        assert row["grey_levels_apart"] <= 2


def test_without_diffusers_the_rest_is_measured(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    results = measure_model(tiny_model, PLAN, "cpu", unheard)
    assert "diffusers, which is not installed" in results["diffusers"]["skipped"]
    assert results["standard"]["frames"] == 5


def test_one_digit_is_asked_for_where_a_lab_asks_for_several() -> None:
    lanes = [
        "api/sample?digit=all&seed=7&steps=15&n=10",
        "api/sample?digit=all&seed=8&steps=15&n=10",
        "api/edit?kind=between&n=11&seed=7&way=noise&from=3.7&to=8.21",
        "api/sound?melody=A&seed=7",
    ]
    assert applications.alone(lanes, 500) == [
        "api/sample?digit=3&seed=500&steps=15&n=1",
        "api/edit?kind=between&n=11&seed=500&way=noise&from=3.500&to=8.501",
        "api/sound?melody=A&seed=500",
    ]


def test_spread_and_percentile() -> None:
    found = spread([5.0, 1.0, 2.0, 100.0])
    assert (found.median, found.low, found.high, found.count) == (3.5, 1, 100, 4)
    assert percentile(list(range(101)), 95) == 95
    with pytest.raises(ValueError, match="nothing"):
        spread([])


# --- What we aim for ---------------------------------------------------------------------------


def results_with(path: str, value: float) -> dict[str, Any]:
    """Results in which there is only one figure."""
    results: dict[str, Any] = {}
    *folders, name = path.split(".")
    inner = results
    for folder in folders:
        inner = inner.setdefault(folder, {})
    inner[name] = value
    return results


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.what)
def test_goals_are_judged(goal: Any) -> None:
    worse = goal.limit - 1 if goal.at_least else goal.limit + 1
    for value, met in ((goal.limit, True), (worse, False)):
        rows = {row["what"]: row for row in judged(results_with(goal.path, value))}
        assert (rows[goal.what]["measured"], rows[goal.what]["met"]) == (value, met)
        # The others of that part are missing, those of the other part were not asked for.
        others = [row for row in rows.values() if row["what"] != goal.what]
        assert all(row["met"] is None and row["measured"] is None for row in others)
        assert len(rows) == sum(g.path.split(".")[0] == goal.path.split(".")[0] for g in GOALS)


# --- The command -------------------------------------------------------------------------------


@pytest.fixture
def small_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_mnist(split: str) -> None:
        raise MnistError("MNIST is not here.")

    monkeypatch.setattr(benchmark_command, "MODEL", PLAN)
    service = ServicePlan(pictures=2, batch=4, steps=2, settling=0.1)
    monkeypatch.setattr(benchmark_command, "SERVICE", service)
    monkeypatch.setattr(frontier, "load_mnist", without_mnist)
    monkeypatch.setattr(editing, "load_mnist", without_mnist)


def test_command_prints_a_table_and_writes_json(
    small_plan: None, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "speed.json"
    command = f"--only model --repeat 1 --model {tiny_model} --out {out}"
    assert benchmark_command.main(command.split()) == 0
    printed = capsys.readouterr().out
    results = json.loads(out.read_text("utf-8"))
    assert "browser" not in results
    assert results["repeat"] == 1
    assert results["machine"]["cores"] >= 1
    assert [goal["what"] in printed for goal in results["goals"]] == [True, True]
    assert printed.splitlines()[: len(report(results))] == report(results)
    for name in ("GOALS", "MODEL", *WALKING_SAMPLERS, "batch of 4", "ratio"):
        assert name in printed
    assert "BROWSER" not in printed


@pytest.mark.parametrize("missing", ["playwright", "chromium"])
def test_without_a_browser_the_rest_is_measured(
    missing: str,
    small_plan: None,
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if missing == "playwright":
        monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    else:
        pytest.importorskip("playwright")
        monkeypatch.setattr(chromium, "BROWSERS", ("no-such-browser",))
    assert benchmark_command.main(["--repeat", "1", "--model", str(tiny_model)]) == 0
    printed = capsys.readouterr().out
    assert "since Playwright is not" in printed or "since Chromium is not" in printed
    assert "every step recorded" in printed and "4 requests for one digit each" in printed
    assert "The frontier needs MNIST. MNIST is not here." in printed
    assert "not measured" in printed

    # Where nothing else was asked for, nothing was done.
    assert benchmark_command.main(["--only", "browser"]) == 2
    assert f"{missing.capitalize()} is not installed" in capsys.readouterr().err


def test_command_refuses_what_is_out_of_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark_command.main(["--repeat", "0"]) == 2
    assert capsys.readouterr().err == "--repeat must be at least 1; got 0.\n"
    assert benchmark_command.main(["--only", "model", "--model", "nothing.safetensors"]) == 2
    assert "There is no model at nothing.safetensors" in capsys.readouterr().err


# --- The server --------------------------------------------------------------------------------


def small_server(port: int) -> list[str]:
    return [sys.executable, "-c", SMALL_SERVER, str(port)]


def answers(app: App) -> bool:
    try:
        with urllib.request.urlopen(app.address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_server_is_ended_after_the_measurement() -> None:
    with running_app(small_server) as app:
        assert answers(app)
    assert not answers(app)


def test_server_is_ended_when_the_measurement_fails() -> None:
    apps = []

    def fail() -> None:
        with running_app(small_server) as app:
            apps.append(app)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not answers(apps[0])


def test_server_that_does_not_start_says_why() -> None:
    def broken(port: int) -> list[str]:
        return [sys.executable, "-c", "raise SystemExit('no such thing as an app')"]

    with (
        pytest.raises(CannotMeasureError, match=r"did not start \(no such thing as an app\)"),
        running_app(broken),
    ):
        pass
