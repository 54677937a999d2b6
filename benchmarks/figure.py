"""The frontier as a figure for the README, in a light and a dark version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from diffusion_core.files.whole import replacing
from diffusion_core.measure.frontier import Frontier, Point, best
from pages.shared.colours import THEMES, Palette
from quizzes.addresses import SAMPLERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = {"ddpm": "v", "ddim": "o", "heun": "s", "dpmpp": "D", "leap": "*"}


COSTS = {
    "calls": "network calls for a digit",
    "milliseconds": "milliseconds for a digit, sixteen at a time",
}
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def draw_frontier(frontier: Frontier, path: Path, theme: str) -> None:
    """Write the figure as a PNG: quality against network calls, and against time."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    colours = THEMES[theme]
    with plt.rc_context(_style(colours)):  # type: ignore[arg-type]
        figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True, layout="constrained")
        for axis, cost in zip(axes, COSTS, strict=True):
            _draw_points(axis, frontier, cost, colours)
            _draw_scales(axis, cost)
        axes[0].set_ylabel("Fréchet distance, times that of real digits")
        axes[0].text(axes[0].get_xlim()[0] * 1.05, 1.04, "unseen real digits", color=colours.grey)
        axes[1].legend(frameon=False)
        with replacing(path) as temporary:
            figure.savefig(temporary, format="png", dpi=130)
        plt.close(figure)


def _style(colours: Palette) -> dict[str, object]:
    return {
        "figure.facecolor": colours.paper,
        "axes.facecolor": colours.paper,
        "axes.edgecolor": colours.line,
        "text.color": colours.ink,
        "axes.labelcolor": colours.ink,
        "xtick.color": colours.grey,
        "ytick.color": colours.grey,
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }


def _draw_points(axis: Axes, frontier: Frontier, cost: str, colours: Palette) -> None:
    """The samplers, each as a line through its points, and the frontier under them."""
    edge = best(frontier.points, cost)
    wide = {"linewidth": 6, "solid_capstyle": "round", "zorder": 0}
    axis.plot(*_places(edge, cost), color=colours.line, **wide)  # type: ignore[arg-type]
    for sampler, marker in MARKERS.items():
        ours = sampler == "leap"
        axis.plot(
            *_places([p for p in frontier.points if p.sampler == sampler], cost),
            marker=marker,
            markersize=13 if ours else 6,
            linewidth=1,
            color=colours.signal if ours else colours.grey,
            markeredgecolor=colours.paper,
            label=SAMPLERS[sampler],
        )
    axis.axhline(1, color=colours.ink, linewidth=1, linestyle=(0, (4, 4)))


def _places(points: Sequence[Point], cost: str) -> tuple[list[float], list[float]]:
    return [getattr(p, cost) for p in points], [p.frechet_ratio for p in points]


def _draw_scales(axis: Axes, cost: str) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    axis.set(xscale="log", yscale="log", xlabel=COSTS[cost])
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_locator(FixedLocator(TICKS))
        side.set_minor_locator(NullLocator())
        side.set_major_formatter("{x:g}")
    axis.tick_params(which="both", length=0)
