"""`python -m benchmarks`: measure how fast the model draws and the app answers."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.applications import ApplicationsPlan, measure_applications
from benchmarks.browser import BrowserPlan, measure_browser
from benchmarks.editing import EditingPlan, measure_editing
from benchmarks.engine import EnginePlan, measure_engine
from benchmarks.figure import draw_frontier
from benchmarks.frontier import FrontierPlan, frontier_lines, measure_frontier
from benchmarks.goals import judged
from benchmarks.model import ModelPlan, measure_model
from benchmarks.plane import PlanePlan, measure_plane
from benchmarks.report import report
from benchmarks.service import ServicePlan, measure_service
from benchmarks.timing import machine
from benchmarks.travel import TravelPlan, measure_travel
from diffusion_core.commands.options import add_device
from diffusion_core.errors import CannotMeasureError, RequestError, in_a_sentence
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.files.whole import make_sure, replacing
from diffusion_core.measure.frontier import FRONTIER, save_frontier
from pages.shared.colours import THEMES

PARTS = (
    *("model", "service", "browser", "engine", "travel"),
    *("plane", "applications", "editing", "frontier"),
)
SUMMARY = "Measure how fast the model draws and the app answers."
MODEL, SERVICE, BROWSER, PLANE = ModelPlan(), ServicePlan(), BrowserPlan(), PlanePlan()
EDITING, APPLICATIONS = EditingPlan(), ApplicationsPlan()
ENGINE, TRAVEL = EnginePlan(), TravelPlan()
FRONTIER_PLAN = FrontierPlan.standard()
FIGURES = Path(__file__).resolve().parents[1] / "docs"


def main(argv: list[str] | None = None) -> int:
    """Measure; 0 if that was possible, 2 after one sentence that says why not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=SUMMARY)
    add_arguments(parser)
    args = parser.parse_args(argv)
    return in_a_sentence(lambda: run(args))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only",
        choices=PARTS,
        help="measure only that part",
    )
    parser.add_argument(
        "--repeat", type=int, default=MODEL.repeat, help="how often; medians are reported"
    )
    parser.add_argument(
        "--model",
        type=Path,
        default=SHIPPED,
        help="weights, .safetensors, for the model part; the app always runs the shipped ones",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep the frontier: for the app's page (assets) and the README (docs)",
    )
    parser.add_argument("--out", type=Path, help="a .json file for all that was measured")
    add_device(parser)


def run(args: argparse.Namespace) -> None:
    if args.repeat < 1:
        raise RequestError(f"--repeat must be at least 1; got {args.repeat}.")
    for path in kept_files(args):
        make_sure(path)
    # First of all: what we do ourselves is not to count as other work.
    results: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()) + " UTC",
        "machine": machine(args.device),
        "repeat": args.repeat,
    }
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "model": lambda: measure_model(
            args.model, replace(MODEL, repeat=args.repeat), args.device, _say
        ),
        "service": lambda: measure_service(replace(SERVICE, repeat=args.repeat), args.device, _say),
        "browser": lambda: measure_browser(replace(BROWSER, repeat=args.repeat), _say),
        "engine": lambda: measure_engine(replace(ENGINE, repeat=args.repeat), _say),
        "travel": lambda: measure_travel(replace(TRAVEL, repeat=args.repeat), _say),
        "plane": lambda: measure_plane(replace(PLANE, repeat=args.repeat), _say),
        "applications": lambda: measure_applications(
            replace(APPLICATIONS, repeat=args.repeat), _say
        ),
        "editing": lambda: measure_editing(replace(EDITING, repeat=args.repeat), _say),
        "frontier": lambda: _frontier(args),
    }
    for name, measure in parts.items():
        if args.only in (None, name):
            try:
                results[name] = measure()
            except CannotMeasureError as error:
                if args.only:
                    raise
                results[name] = {"skipped": str(error)}
    # Rounded once, so that what is printed is what the file says.
    results = _rounded(results)
    results["goals"] = judged(results)
    print(file=sys.stderr)
    print("\n".join(report(results)))
    if args.out:
        with replacing(args.out) as temporary:
            temporary.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
        print(f"\nWrote {args.out}.")


def kept_files(args: argparse.Namespace) -> list[Path]:
    """What will be written at the end."""
    figures = [FIGURES / f"frontier-{theme}.png" for theme in THEMES]
    frontier = [FRONTIER, *figures] if args.keep and args.only in (None, "frontier") else []
    return [*([args.out] if args.out else []), *frontier]


def _frontier(args: argparse.Namespace) -> dict[str, Any]:
    """Measure it; with --keep, put it where the page and the README find it."""
    frontier = measure_frontier(FRONTIER_PLAN, args.device, _say)
    if args.keep:
        save_frontier(frontier)
        for theme in THEMES:
            draw_frontier(frontier, FIGURES / f"frontier-{theme}.png", theme)
    return {"lines": frontier_lines(frontier), "points": [vars(p) for p in frontier.points]}


def _say(what: str) -> None:
    """Progress, on one line that is overwritten."""
    print(f"\r{what:<78}", end="", file=sys.stderr, flush=True)


def _rounded(value: Any) -> Any:
    """The same with fewer digits: the sixth says nothing about a time."""
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
