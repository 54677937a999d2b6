"""The frontier as a figure for the README, in a light and a dark version."""

from __future__ import annotations

from pathlib import Path

from diffusion_core.files.whole import replacing
from diffusion_core.measure.frontier import Frontier, best
from pages.shared.colours import THEMES
from quizzes.addresses import SAMPLERS

MARKERS = {"ddpm": "v", "ddim": "o", "heun": "s", "dpmpp": "D", "leap": "*"}


def draw_frontier(frontier: Frontier, path: Path, theme: str) -> None:
    """Write the figure as a PNG: quality against network calls, and against time."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FixedLocator, NullLocator

    colours = THEMES[theme]
    style = {
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
    with plt.rc_context(style):  # type: ignore[arg-type]
        figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True, layout="constrained")
        for axis, cost, words in zip(
            axes,
            ("calls", "milliseconds"),
            ("network calls for a digit", "milliseconds for a digit, sixteen at a time"),
            strict=True,
        ):
            chosen = best(frontier.points, cost)
            axis.plot(
                [getattr(p, cost) for p in chosen],
                [p.frechet_ratio for p in chosen],
                color=colours.line,
                linewidth=6,
                solid_capstyle="round",
                zorder=0,
            )
            for sampler, marker in MARKERS.items():
                points = [p for p in frontier.points if p.sampler == sampler]
                ours = sampler == "leap"
                axis.plot(
                    [getattr(p, cost) for p in points],
                    [p.frechet_ratio for p in points],
                    marker=marker,
                    markersize=13 if ours else 6,
                    linewidth=1,
                    color=colours.signal if ours else colours.grey,
                    markeredgecolor=colours.paper,
                    label=SAMPLERS[sampler],
                )
            axis.axhline(1, color=colours.ink, linewidth=1, linestyle=(0, (4, 4)))
            axis.set(xscale="log", yscale="log", xlabel=words)
            for side in (axis.xaxis, axis.yaxis):
                side.set_major_locator(FixedLocator([0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]))
                side.set_minor_locator(NullLocator())
                side.set_major_formatter("{x:g}")
            axis.tick_params(which="both", length=0)
        axes[0].set_ylabel("Fréchet distance, times that of real digits")
        axes[0].text(axes[0].get_xlim()[0] * 1.05, 1.04, "unseen real digits", color=colours.grey)
        axes[1].legend(frameon=False)
        with replacing(path) as temporary:
            figure.savefig(temporary, format="png", dpi=130)
        plt.close(figure)
