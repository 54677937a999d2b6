"""Which states of the app a question may show: the pages, and what their addresses understand.

The pages check their addresses themselves; this is the same knowledge without Streamlit, so that
the bank can be checked without the app. A test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlencode

from quizzes.schema import Show

Check = Callable[[str], str | None]
"""A value of a query to None if it is fine, else to what it should be."""

MAX_SEED = 2**31 - 1
MAX_STEPS = 1000
STEPS_OF = {"cosine": 1000, "linear 1000": 1000, "linear 300": 300, "linear 100": 100}
LEAPS = "leaps (distilled)"
LEAP_NAMES = ("one leap", "two leaps", "four leaps")
SAMPLERS = ("DPM-Solver++(2M)", "DDIM", "Heun", "DDPM", LEAPS)
WAY = re.compile(
    r"(DPM-Solver\+\+\(2M\)|DDIM|Heun|DDPM), \d+ steps?( \(\d+ calls\))?|Leaps, \d+ calls?"
)
RECOVER = "They recover the original picture"
CLAIMS = (
    "They only add noise",
    "They make the picture at once",
    RECOVER,
    "They paste stored pictures together",
    "Noise means blur",
    "Training runs the whole chain for each picture",
    "The model predicts the previous frame",
    "At each step all of the predicted noise is removed and none is added",
    "More steps are always better",
    "Stronger guidance is always better",
    "At half of the steps, the picture is half noise",
    "The step number t is decoration",
    "The same seed gives the same picture with every sampler",
)


def _number(kind: type[int] | type[float], low: float, high: float, wanted: str) -> Check:
    def check(text: str) -> str | None:
        try:
            return None if low <= kind(text) <= high else wanted
        except ValueError:
            return wanted

    return check


def whole(low: int, high: int) -> Check:
    """A whole number from low to high."""
    return _number(int, low, high, f"a whole number from {low} to {high}")


def number(low: float, high: float) -> Check:
    """A number from low to high."""
    return _number(float, low, high, f"a number from {low:g} to {high:g}")


def one_of(choices: Sequence[str]) -> Check:
    """One of these words."""

    def check(text: str) -> str | None:
        return None if text in choices else f"one of {', '.join(choices)}"

    return check


def _until(text: str) -> str | None:
    fifties = text.isdecimal() and 50 <= int(text) <= 1000 and int(text) % 50 == 0
    return None if fifties else "from 50 to 1000 in steps of 50"


def _way(text: str) -> str | None:
    # Which ways there are is whatever the benchmark last measured; how they are named is fixed.
    return None if WAY.fullmatch(text) else "a way of drawing, such as DDIM, 5 steps"


def _recipe(suffix: str) -> dict[str, Check]:
    """One way to draw, on the reverse page."""
    return {
        f"sampler{suffix}": one_of(SAMPLERS),
        f"steps{suffix}": whole(1, MAX_STEPS),
        f"leaps{suffix}": one_of(LEAP_NAMES),
        f"guidance{suffix}": number(0, 5),
    }


YES = one_of(["true"])
LABS = {
    "training": {
        "points": "In the plane",
        "one-step": "One step, slowly",
        "history": "The time machine",
        "own": "Train your own",
    },
    "applications": {
        "generate": "Generate",
        "repair": "Repair",
        "clean-up": "Clean up",
        "sketch": "From a sketch",
        "between": "Between two digits",
        "sound": "Sound",
        "copying": "Is it copying?",
    },
}
"""The labs of the pages that have several: name, and title as the address has it."""
PAGES: dict[str, dict[str, Check]] = {
    **{page: {} for page in ("overview", "why", "deep-dive")},
    "training": {"learn": one_of([*LABS["training"].values()])},
    "applications": {"use": one_of([*LABS["applications"].values()])},
    "analogy": {"moment": whole(0, 400)},
    "forward": {
        "digit": whole(0, 9),
        "which": whole(1, 10_000),
        "seed": whole(0, MAX_SEED),
        "schedule": one_of([*STEPS_OF]),
        "t": whole(0, MAX_STEPS),
        "chain": YES,
    },
    "reverse": {
        "draw": one_of([*"0123456789", "surprise me", "all ten"]),
        "start": whole(0, MAX_SEED),
        "n": whole(1, 16),
        "compare": YES,
        **_recipe(""),
        **_recipe("2"),
        "step": whole(0, MAX_STEPS),
    },
    "confusions": {"claim": one_of(CLAIMS), "until": _until},
    "frontier": {"way": _way, "cost": one_of(["network calls", "milliseconds a digit"])},
}
"""Of each page that a question may show or stand on: what its address understands."""
PLACES = (*PAGES, *(f"{page}-{lab}" for page, labs in LABS.items() for lab in labs))
"""Where a question may stand: on a page, or beside one of its labs."""


def complaint(show: Show) -> str | None:
    """What is wrong with a state, in half a sentence; None if the app can show it."""
    if show.page not in PAGES:
        return f"there is no page {show.page!r} to show: choose one of {', '.join(PAGES)}"
    known = PAGES[show.page]
    for name, value in show.query.items():
        if name not in known:
            understood = f"it understands {', '.join(known)}" if known else "it understands none"
            return f"the page {show.page} has no setting {name!r}: {understood}"
        wanted = known[name](str(value))
        if wanted is not None:
            return f"{name} = {value} cannot be shown: it must be {wanted}"
    return _does_not_fit({name: str(value) for name, value in show.query.items()})


def _does_not_fit(query: dict[str, str]) -> str | None:
    """Settings that are fine by themselves, but not together."""
    longest = STEPS_OF[query.get("schedule", "cosine")]
    if int(query.get("t", 0)) > longest:
        return f"t = {query['t']} is beyond the end of the schedule: it must be at most {longest}"
    if "until" in query and query.get("claim") != RECOVER:
        return f"until belongs to the claim “{RECOVER}” alone"
    if "compare" not in query:
        of_the_second = [name for name in query if name.endswith("2")]
        if of_the_second:
            return f'{of_the_second[0]} is shown only beside compare: "true"'
    for suffix in ("", "2"):
        leaping = query.get(f"sampler{suffix}") == LEAPS
        if f"leaps{suffix}" in query and not leaping:
            return f"leaps{suffix} is shown only with sampler{suffix}: {LEAPS}"
        if leaping and f"steps{suffix}" in query:
            return f"steps{suffix} means nothing to {LEAPS}: say leaps{suffix}"
    return None


def address(show: Show) -> str:
    """Where the app shows it, such as /forward?t=500."""
    query = urlencode({name: str(value) for name, value in show.query.items()}, quote_via=quote)
    return f"/{show.page}{'?' + query if query else ''}"
