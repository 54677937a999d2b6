"""What the addresses of the pages say that a question may open: each setting, declared once.

Pages make their widgets of these and read their addresses by them. They stand here, without
Streamlit and without the model, since pages know the questions and the questions know no page.
Settings of single labs, which no question opens, are declared in the labs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from quizzes.parameters import Choice, Number, Switch, Whole, one_of, table

MAX_SEED = 2**31 - 1
MAX_STEPS = 1000
MAX_GUIDANCE = 5.0
MAX_PICTURES = 16
TEN = {digit: digit for digit in "0123456789"}

# --- Forward -------------------------------------------------------------------------------------

SCHEDULES = {
    "cosine": "cosine",
    "linear-1000": "linear 1000",
    "linear-300": "linear 300",
    "linear-100": "linear 100",
}
DIGIT = Whole("digit", 0, 9, 3)
WHICH = Whole("which", 1, 10_000, 2)
"""Which of the pictures of the digit: how many there are depends on what is on the machine."""
SEED = Whole("seed", 0, MAX_SEED, 24)
SCHEDULE = Choice("schedule", SCHEDULES, "cosine")
T = Whole("t", 0, MAX_STEPS)
CHAIN = Switch("chain")
FORWARD = table(DIGIT, WHICH, SEED, SCHEDULE, T, CHAIN)


def steps_of(schedule: str) -> int:
    """T, the number of steps on the timeline of one of SCHEDULES."""
    return MAX_STEPS if schedule == "cosine" else int(schedule.removeprefix("linear-"))


# --- Reverse -------------------------------------------------------------------------------------

SAMPLERS = {
    "dpmpp": "DPM-Solver++(2M)",
    "ddim": "DDIM",
    "heun": "Heun",
    "ddpm": "DDPM",
    "leap": "leaps (distilled)",
}
"""What people call them, the usual one first."""
LEAPS = {1: "one leap", 2: "two leaps", 4: "four leaps"}
DRAW = Choice("draw", {**TEN, "surprise": "surprise me", "all": "all ten"}, "3")
START = Whole("start", 0, MAX_SEED, 7)
COUNT = Whole("n", 1, MAX_PICTURES, 4)
COMPARE = Switch("compare")
STEP = Whole("step", 0, MAX_STEPS)


@dataclass(frozen=True)
class Branches:
    """Forks of a run: what is different from some steps on. What a run can take of them depends on
    the run."""

    name: str

    def wanted(self, text: str) -> str | None:
        usable = len(text) <= MOST_WRITTEN and _FORKS.fullmatch(text)
        return None if usable else "forks such as 8d5 (from step 8 on, a 5)"

    def of(self, query: Mapping[str, str]) -> list[str]:
        """The turns of each branch, as they are written."""
        return query[self.name].split(",") if self.name in query else []


MOST_WRITTEN = 400
_TURN = r"\d{1,4}(?=[dgn])(d[\dx])?(g\d(\.\d{1,2})?)?(n\d{1,10})?"
_FORKS = re.compile(f"{_TURN}([_,]{_TURN})*")
FORKS = Branches("forks")


@dataclass(frozen=True)
class Recipe:
    """One way to draw."""

    suffix: str
    """What its settings end in."""
    sampler: Choice[str]
    steps: Whole
    leaps: Choice[int]
    """Instead of steps and guidance, where the sampler leaps."""
    guidance: Number


def _recipe(suffix: str, steps: int) -> Recipe:
    return Recipe(
        suffix,
        Choice(f"sampler{suffix}", SAMPLERS, "dpmpp"),
        Whole(f"steps{suffix}", 1, MAX_STEPS, steps),
        Choice(f"leaps{suffix}", LEAPS, 2),
        Number(f"guidance{suffix}", 0.0, MAX_GUIDANCE, 1.5, by=0.25),
    )


FIRST, SECOND = RECIPES = _recipe("", 20), _recipe("2", 5)
"""The second is what the first is compared with, until the reader chooses something else."""
REVERSE = table(
    *(DRAW, START, COUNT, COMPARE),
    *(one for way in RECIPES for one in (way.sampler, way.steps, way.leaps, way.guidance)),
    *(STEP, FORKS),
)

# --- The guided lesson ---------------------------------------------------------------------------

SCREENS = (
    *("fog", "draw", "cover", "mix"),
    *("be", "train", "core-training"),
    *("one", "twenty", "back", "core-steps"),
    *("hole", "core-goal", "end"),
)


@dataclass(frozen=True)
class Written:
    """What the lesson writes into its address, and reads from there on another device."""

    name: str
    pattern: str
    what: str

    def wanted(self, text: str) -> str | None:
        return None if re.fullmatch(self.pattern, text) else self.what


AT = one_of("at", SCREENS)
MINE = Written("mine", r"[\w-]{262}", "a digit as this lesson writes it")
"""784 cells of four greys, as base64url."""
SAID = Written("said", r"[a-z-]{2,20}[0-3](\.[a-z-]{2,20}[0-3]){0,19}", "answers such as mix2.one1")
GUIDED = table(AT, MINE, SAID)

# --- The others ----------------------------------------------------------------------------------

MOMENT = Whole("moment", 0, 400)
RECOVER = "They recover the original picture"
CLAIM = one_of(
    "claim",
    [
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
    ],
    RECOVER,
)
"""As assets/lesson/confusions.md has them."""
UNTIL = Whole("until", 50, 1000, 700, by=50)
COST = Choice("cost", {"calls": "network calls", "milliseconds": "milliseconds a digit"}, "calls")


@dataclass(frozen=True)
class Measured:
    """A way of drawing that the benchmark has measured. Which ones there are is whatever it last
    did; how they are named is fixed."""

    name: str

    def wanted(self, text: str) -> str | None:
        return None if _WAY.fullmatch(text) else "a way of drawing, such as DDIM, 5 steps"


_WAY = re.compile(
    r"(DPM-Solver\+\+\(2M\)|DDIM|Heun|DDPM), \d+ steps?( \(\d+ calls\))?|Leaps, \d+ calls?"
)
WAY = Measured("way")
LEARN = Choice(
    "learn",
    {
        "points": "In the plane",
        "one-step": "One step, slowly",
        "history": "The time machine",
        "own": "Train your own",
    },
    "points",
)
USE = Choice(
    "use",
    {
        "generate": "Generate",
        "repair": "Repair",
        "clean-up": "Clean up",
        "sketch": "From a sketch",
        "between": "Between two digits",
        "sound": "Sound",
        "copying": "Is it copying?",
    },
    "generate",
)
LABS = {"training": LEARN, "applications": USE}
"""The labs of the pages that have several: name, and title as the address has it."""
PAGES = {
    **{page: table() for page in ("overview", "why", "deep-dive")},
    "start": GUIDED,
    "training": table(LEARN),
    "applications": table(USE),
    "analogy": table(MOMENT),
    "forward": FORWARD,
    "reverse": REVERSE,
    "confusions": table(CLAIM, UNTIL),
    "frontier": table(WAY, COST),
}
"""Of each page that a question may show or stand on: what its address understands."""
PLACES = (*PAGES, *(f"{page}-{lab}" for page, labs in LABS.items() for lab in labs.names))
"""Where a question may stand: on a page, or beside one of its labs."""
