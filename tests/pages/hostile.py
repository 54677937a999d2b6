"""Addresses as nobody means them: where the app can be asked for something, and with what.

Hypothesis draws from these, always the same ones, for a few seconds. FOG_FUZZ_SECONDS=600 makes
each of the fuzzers look that long, and elsewhere each time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.addresses import LABS

SECONDS = float(os.environ.get("FOG_FUZZ_SECONDS", 0))
"""How long each fuzzer is to look; 0: at a fixed number of things, the same ones each time."""


@dataclass(frozen=True)
class Place:
    """A page, or one of its labs: its script, how its address begins, and what it can say."""

    page: str
    names: tuple[str, ...] = ()
    base: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.page + "".join(f" {value}" for value in self.base.values())


def _lab(page: str, lab: str, *names: str, **base: str) -> Place:
    return Place(page, names, {LABS[page].name: LABS[page].names[lab], **base})


RECIPE = ("sampler", "steps", "leaps", "guidance", "model")
PLACES = (
    Place("home", ("path",)),
    *(Place(page) for page in ("overview", "why", "deep_dive")),
    Place("recall", ("marks",)),
    Place("start", ("at", "mine", "said")),
    Place("analogy", ("moment",)),
    Place("forward", ("digit", "which", "seed", "schedule", "t", "chain")),
    Place("reverse", ("draw", "start", "n", "compare", "step", "forks", *RECIPE)),
    Place("reverse", tuple(f"{name}2" for name in RECIPE), {"compare": "true"}),
    Place("reverse", ("leaps",), {"sampler": "leaps (distilled)"}),
    Place("confusions", ("claim", "until")),
    Place("frontier", ("way", "cost")),
    Place("teachers", ("idea", "level", "test", "questions")),
    Place("practice", ("set", "marks", "test", "feedback", "question", "shuffle")),
    Place("practice", ("prediction",), {"set": "predict"}),
    Place("practice", ("test", "feedback", "marks"), {"set": "test"}),
    Place("practice", ("test", "feedback"), {"set": "gentle"}),
    Place("training", ("learn",)),
    Place("applications", ("use",)),
    _lab("training", "one-step", "step_net", "step_batch", "step_size", "step_seed", "step_round"),
    _lab("training", "one-step", "step_at"),
    _lab("training", "history", "stop"),
    _lab("training", "own", "own_length", "own_digits", "own_seed"),
    _lab("training", "points", "plane_data", "plane_points", "plane_rate", "plane_width"),
    _lab("training", "points", "plane_schedule", "plane_levels", "plane_only", "plane_told"),
    _lab("training", "points", "plane_seed", "plane_ideal"),
    _lab("training", "points", "plane_word", plane_data="a word"),
    _lab("applications", "generate", "make", "gen_digit", "gen_guidance", "gen_seed"),
    _lab("applications", "generate", "number", make="a number"),
    _lab("applications", "generate", "gen_class", make="a measurement"),
    _lab("applications", "repair", "mend", "mend_which", "hide", "mend_as", "again", "mend_seed"),
    _lab("applications", "clean-up", "clean", "clean_which", "spoil", "clean_as", "clean_seed"),
    _lab("applications", "clean-up", "blur", spoil="blurred"),
    _lab("applications", "clean-up", "grain", spoil="grainy"),
    _lab("applications", "sketch", "sketch", "sketch_as", "strength", "sketch_seed"),
    _lab("applications", "between", "between", "from_digit", "from_seed", "to_digit", "to_seed"),
    _lab("applications", "between", "from_which", "to_which", between="given digits"),
    _lab("applications", "sound", "note", "note_seed", "note_steps", "sound_step"),
    _lab("applications", "copying", "copy", "copy_n", "copy_guidance", "copy_seed"),
)
"""Everywhere that an address leads to, with the settings that are on screen there."""

NUMBERS = (
    *("inf", "-inf", "nan", "1e400", "-1e999", "9" * 5000, "-" + "9" * 5000, "0." + "9" * 5000),
    *("1e9", "-1", "-0", "0", "1.0", "2.5", "1e-400", "0x10", "1_0", " 7", "7\n", "+7", "007"),
    *("٣", "³", "\uff17", "1" * 40, "99999999999", "2147483648", "true", "None"),
)
"""Numbers that are none, or not of this kind, or not in our letters."""
TEXTS = (
    *("", " ", "\0", "a\0b", "%", "%00", "%ff", "&", "=", "\r\nSet-Cookie: a=b", "x" * 20_000),
    *("../../etc/passwd", "C:\\", "'; DROP TABLE", "{}", "{0}", "{__class__}", "$(id)", "[]"),
    *(
        "\u202egnp.exe",
        "a\u200b\u2066b",
        "\ufeff",
        "\ud7ff",
        "👩‍👩‍👧‍👦" * 9,
        "e" + "\u0301" * 200,
        "Ω≈ç√",
    ),
)
"""Words that no setting has."""
MARKUP = (
    "[Log in again](https://example.com/login)",
    "[Log in again][a]\n\n[a]: https://example.com",
    "![](https://example.com/a.png)",
    "<https://example.com>",
    "https://example.com/login",
    "www.example.com",
    "me@example.com",
    "# A heading",
    "x\n\n# A heading",
    "x\n===",
    "> said",
    "- one\n- two",
    "1. one",
    "`code`",
    "``a`b``",
    "**bold**",
    "_slanted_",
    "~~gone~~",
    "$\\rule{1em}{200000px}$",
    "$$x$$",
    ":red[alert]",
    ":material/warning:",
    ":rainbow-background[x]",
    ":tada:",
    ":streamlit:",
    "a | b\n--|--\n1 | 2",
    "```\nx\n```",
    "<b onmouseover=alert(1)>x</b>",
    "<script>alert(1)</script>",
    "&lt;b&gt; &#x202e;",
    "a -> b <- c -- d",
    "[^1]\n\n[^1]: note",
    "\\",
    "\\[x](y)",
)
"""Markdown, as Streamlit reads it, and HTML."""

values = st.one_of(
    st.sampled_from((*NUMBERS, *TEXTS, *MARKUP)),
    st.text(max_size=60),
    st.integers().map(str),
    st.floats().map(str),
)
"""What somebody might put behind a name."""


def fuzz(count: int, look: Callable[..., None], **drawn: st.SearchStrategy[Any]) -> None:
    """Call `look` with what is drawn: `count` times and always the same; or, for SECONDS, anew."""
    quiet = [HealthCheck.too_slow]
    if not SECONDS:
        usual = settings(max_examples=count, suppress_health_check=quiet, derandomize=True)
        usual(given(**drawn)(look))()
        return
    end = time.monotonic() + SECONDS
    anew = settings(max_examples=count, suppress_health_check=quiet, derandomize=False)
    while time.monotonic() < end:
        anew(given(**drawn)(look))()
