"""What we aim for, beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FULL_SPEED = 0.98 * 60
"""A stage that misses one frame in fifty still plays at 60 frames per second."""


@dataclass(frozen=True)
class Goal:
    """A figure (where it is in the results, "part.name.….") and the limit that it should keep."""

    what: str
    path: str
    limit: float
    unit: str = "s"
    at_least: bool = False

    def measured(self, results: dict[str, Any]) -> float | None:
        """The figure, or None if it was not measured."""
        found: Any = results
        for name in self.path.split("."):
            if not isinstance(found, dict) or name not in found:
                return None
            found = found[name]
        return float(found)

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


GOALS = (
    Goal("16 guided digits, 20 steps", "model.standard.total.median", 1.5),
    Goal("their first frame", "model.standard.first_frame.median", 0.3),
    Goal("16 digits in two leaps", "service.leap_2.median", 0.08),
    Goal("shared batches, of bare passes", "service.shared.share.median", 0.9, "", at_least=True),
    Goal("server started to moving on /forward", "browser.start_forward.seconds.median", 4),
    Goal("server started to moving on /reverse", "browser.start_reverse.seconds.median", 4),
    Goal("page switch", "browser.switch.seconds.median", 0.5),
    Goal("scrubbing, median", "browser.scrub.seconds.median", 0.016),
    Goal("scrubbing, HTTP requests", "browser.scrub.traffic.moving.requests", 0, ""),
    Goal("scrubbing, WebSocket messages", "browser.scrub.traffic.moving.messages", 0, ""),
    Goal("playing", "browser.play.frames_per_second.median", FULL_SPEED, "frames/s", at_least=True),
    Goal(
        "playing with the chain",
        "browser.play_chain.frames_per_second.median",
        FULL_SPEED,
        "frames/s",
        at_least=True,
    ),
    Goal("in the tab: engine ready, cold", "engine.loading.cold.median", 2.5),
    Goal("engine ready, warm", "engine.loading.warm.median", 1),
    Goal("a guided digit of 20 steps", "engine.one.all.median", 0.5),
    Goal("its first step", "engine.one.first_step.median", 0.05),
    Goal("16 of them", "engine.sixteen.all.median", 5),
    Goal("their first step", "engine.sixteen.first_step.median", 0.3),
    Goal("16 in two leaps", "engine.leaps.all.median", 0.3),
    Goal(
        "frames while dragging, with guesses",
        "engine.guess.dragging_frames_a_second.median",
        50,
        "frames/s",
        at_least=True,
    ),
    Goal(
        "guesses meanwhile",
        "engine.guess.dragging_guesses_a_second.median",
        25,
        "a second",
        at_least=True,
    ),
    Goal("requests of the server for all that", "engine.asked.requests", 0, ""),
    Goal("first visit on a phone: something moves", "travel.first.moves.median", 4),
    Goal("it is usable", "travel.first.usable.median", 10),
    Goal("sent before that", "travel.first.kilobytes.median", 1300, "kB"),
    Goal("in the plane: Train to a shape", "plane.slowest.shape.median", 10),
    Goal("updates of its picture", "plane.slowest.updates.median", 10, "a second", at_least=True),
    Goal("a training in the tab, of torch's", "plane.torch.ratio.median", 1.5, ""),
    Goal("its stage", "plane.playing.median", FULL_SPEED, "frames/s", at_least=True),
    Goal("applications: first picture", "applications.slowest.first", 0.5),
    Goal("one digit of them", "applications.slowest.one", 3),
    Goal("a digit beside three trainings, of alone", "plane.others.digit_ratio", 2, ""),
)


def judged(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Each goal of the parts that were asked for: the figure, and whether it is met.

    Both are None where the figure is missing.
    """
    rows = []
    for goal in GOALS:
        if goal.path.split(".")[0] in results:
            value = goal.measured(results)
            met = None if value is None else goal.met(value)
            limit = {"limit": goal.limit, "at_least": goal.at_least, "unit": goal.unit}
            rows.append({"what": goal.what, **limit, "measured": value, "met": met})
    return rows
