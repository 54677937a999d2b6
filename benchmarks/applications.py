"""The applications, as a visitor has them: how soon each lab shows something, and how soon it is
done; and the same for a single digit, by HTTP alone."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.chromium import launched, tab
from benchmarks.server import running_app
from benchmarks.timing import Say, spread

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DONE = """(stage) => {
    const scene = window.throughTheFog?.get(stage)?.scene;
    return scene?.lanes?.length && scene.firstAfter !== null && !scene.live && scene.complete;
}"""
WHOLE = """(stage) => {
    const { firstAfter, began, ended, lanes } = window.throughTheFog.get(stage).scene;
    const addresses = lanes.map((lane) => lane.address);
    return { first: firstAfter / 1000, whole: (ended - began) / 1000, addresses };
}"""
UNSEEN = 3_000_000
"""Seeds from here on are asked for by nobody else: what was kept would cost nothing."""


@dataclass(frozen=True)
class Lab:
    """A lab of the page: its title in the address, its stage, and where its address has a seed."""

    title: str
    stage: str
    seed: str


LABS = (
    Lab("Generate", "generate", "gen_seed"),
    Lab("Repair", "repair", "mend_seed"),
    Lab("Clean up", "clean-up", "clean_seed"),
    Lab("From a sketch", "sketch", "sketch_seed"),
    Lab("Between two digits", "between", "from_seed"),
    Lab("Sound", "sound", "note_seed"),
    Lab("Is it copying?", "copying", "copy_seed"),
)


@dataclass(frozen=True)
class ApplicationsPlan:
    """What to measure."""

    labs: tuple[Lab, ...] = LABS
    repeat: int = 3


def measure_applications(plan: ApplicationsPlan, say: Say) -> dict[str, Any]:
    """All figures, in seconds. CannotMeasureError without a browser, or if the app does not start.

    labs, by title: as of `times_of`. slowest: of each figure, the worst median of all labs.
    """
    labs: dict[str, Any] = {}
    with launched() as browser, running_app() as app:
        for lab in plan.labs:
            say(f"Applications: {lab.title}.")
            labs[lab.title] = times_of(lab, browser, app.address, plan.repeat)
    slowest = {
        figure: max(found[figure]["median"] for found in labs.values())
        for figure in ("first", "whole", "one_first", "one")
    }
    return {"labs": labs, "slowest": slowest}


def times_of(lab: Lab, browser: Browser, app: str, repeat: int) -> dict[str, Any]:
    """Medians and extremes, in seconds, of a lab of the app at that address.

    `first` picture and `whole` as the lab is when it is opened, several digits at a time;
    `one_first` and `one` for a single digit (or a walk, or a note). What several lanes would ask
    for is asked for one after the other, and the slowest counts.
    """
    figures: dict[str, list[float]] = {"first": [], "whole": [], "one_first": [], "one": []}
    for k in range(repeat):
        seed = UNSEEN + 1000 * k  # a lab may go on to the seeds after it
        opened = _opened(browser, app, lab, seed)
        addresses = alone(opened["addresses"], seed + 500)
        ones = [_timed(f"{app}/{address}") for address in addresses]
        figures["first"].append(opened["first"])
        figures["whole"].append(opened["whole"])
        figures["one_first"].append(max(first for first, _ in ones))
        figures["one"].append(max(over for _, over in ones))
    return {name: asdict(spread(values)) for name, values in figures.items()}


def _opened(browser: Browser, app: str, lab: Lab, seed: int) -> dict[str, Any]:
    with tab(browser) as page:
        page.goto(f"{app}/applications?{urlencode({'use': lab.title, lab.seed: seed})}")
        page.wait_for_function(DONE, arg=lab.stage)
        found: dict[str, Any] = page.evaluate(WHOLE, lab.stage)
    return found


def _timed(address: str) -> tuple[float, float]:
    """Seconds to the first frame of a recording, and to its end."""
    began = time.perf_counter()
    with urllib.request.urlopen(address) as answer:
        answer.readline()  # the head: it comes before anything has been computed
        answer.read(1)
        first = time.perf_counter() - began
        answer.read()
    return first, time.perf_counter() - began


def alone(addresses: Sequence[str], seed: int) -> list[str]:
    """What the lanes of a lab ask for, for one digit each, from noise that nobody has asked for.

    A walk has its usual stops, between digits of other seeds. Lanes that ask for the same are one.
    """
    found: list[str] = []
    for address in addresses:
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if asked.get("kind") == "between":
            for k, end in enumerate(("from", "to")):
                if end in asked:
                    asked[end] = f"{asked[end].partition('.')[0]}.{seed + k}"
        elif "n" in asked:
            asked["n"] = "1"
        if asked.get("digit") == "all":
            asked["digit"] = "3"
        asked["seed"] = str(seed)
        found.append(f"{parts.path}?{urlencode(asked)}")
    return list(dict.fromkeys(found))
