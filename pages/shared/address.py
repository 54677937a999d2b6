"""What the address bar says: settings that widgets are bound to, checked before they are believed.

Widgets write themselves into the address (Streamlit's bind="query-params") and read themselves
from it. What Streamlit does with a value that a widget cannot take is to fall back on the default,
silently; here is where the reader is told, in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

import streamlit as st

from diffusion_core.errors import RequestError
from pages.frame.address_bar import forget, read_anew, take_the_last
from pages.shared.numbers import number_of, whole_of
from pages.shared.passed_on import passed_on
from pages.shared.plain import as_text, plain

Check = Callable[[str], str | None]
"""A value from the address to None if it is fine, else to what it should be."""


def whole(low: int, high: int) -> Check:
    """A whole number from low to high."""

    def check(text: str) -> str | None:
        wanted = f"a whole number from {low} to {high}"
        return None if _is_between(text, low, high, whole_of) else wanted

    return check


def number(low: float, high: float) -> Check:
    """A number from low to high."""

    def check(text: str) -> str | None:
        wanted = f"a number from {low:g} to {high:g}"
        return None if _is_between(text, low, high, number_of) else wanted

    return check


def short(most: int) -> Check:
    """Words that a reader may type: whether they mean anything is said where they are used."""

    def check(text: str) -> str | None:
        usable = len(text) <= most and text.isprintable()
        return None if usable else f"at most {most} ordinary characters"

    return check


def one_of(choices: Sequence[str]) -> Check:
    """One of these words."""

    def check(text: str) -> str | None:
        return None if text in choices else f"one of {', '.join(choices)}"

    return check


def _is_between(text: str, low: float, high: float, read: Callable[[str], float]) -> bool:
    try:
        return low <= read(text) <= high
    except ValueError:
        return False


def asked_for(name: str, check: Check, otherwise: str) -> str:
    """What the address says of one setting, if it can be used; else `otherwise`."""
    text = st.query_params.get(name, otherwise)
    return otherwise if check(text) else text


def refuse_unusable(params: Mapping[str, str], checks: dict[str, Check]) -> None:
    """For addresses that no page reads: RequestError, in one sentence, for what cannot be used."""
    for name, check in checks.items():
        wanted = check(params[name]) if name in params else None
        if wanted is not None:
            raise RequestError(f"{name} must be {wanted}, and not {_shown(params[name])}.")


def _shown(text: str) -> str:
    """What the address says of a setting, for a sentence about it."""
    return plain(text, 40) or "nothing"


def heed_address(page: str, checks: dict[str, Check]) -> None:
    """Before a page makes its widgets: drop from the address what cannot be used, and say so.

    The sentence goes away with the next thing that the reader does.
    """
    if not read_anew(page):
        return
    complaints = {}
    for name, check in checks.items():
        text = st.query_params.get(name)
        wanted = None if text is None else check(text)
        if text is not None and wanted is not None:
            complaints[name] = f"{name} = {_shown(text)} (must be {wanted})"
    forget(complaints)
    if complaints:
        asked = as_text("; ".join(complaints.values()), MOST_SAID)
        st.warning(f"The address asks for {asked}. The usual value is used instead.")


def controls() -> str:
    """What the address says of the controls: "hide", "lock", or "" for as usual."""
    asked = st.query_params.get("controls", "")
    return asked if asked in ("hide", "lock") else ""


def locked() -> bool:
    """Whether controls may be seen but not used: a teacher's wish, by ?controls=lock."""
    return controls() == "lock"


FRAME: dict[str, Check] = {
    "present": one_of(["1"]),
    "slide": whole(1, 99),
    "controls": one_of(["hide", "lock"]),
    "lang": one_of(["en"]),
}
"""What any page's address may say, about how it is shown."""
SETTINGS = (
    *("digit", "which", "seed", "schedule", "t", "chain", "draw", "start", "n", "compare"),
    *("sampler", "steps", "leaps", "guidance", "sampler2", "steps2", "leaps2", "guidance2", "step"),
    *("way", "cost", "path", "moment", "claim", "until"),
    *("set", "test", "feedback", "question", "shuffle", "prediction"),
    *("learn", "use"),
    *("model", "model2", "own_length", "own_digits", "own_seed"),
    *("step_net", "step_batch", "step_size", "step_seed", "step_round", "step_at", "stop"),
    *("make", "number", "gen_digit", "gen_class", "gen_guidance", "gen_seed"),
    *("mend", "mend_which", "mend_as", "mend_seed", "hide", "again"),
    *("clean", "clean_which", "clean_as", "clean_seed", "spoil", "blur", "grain"),
    *("sketch", "sketch_as", "strength", "sketch_seed"),
    *("from_digit", "from_seed", "from_which", "to_digit", "to_seed", "to_which"),
    "between",
    *("copy", "copy_n", "copy_guidance", "copy_seed"),
    *("note", "note_seed", "note_steps", "sound_step"),
    *("plane_data", "plane_word", "plane_points", "plane_rate", "plane_width", "plane_schedule"),
    *("plane_levels", "plane_only", "plane_told", "plane_seed", "plane_ideal"),
)
"""What the addresses of all pages may say. Streamlit carries settings from page to page, so each
page leaves alone what belongs to another."""
INSTEAD = "instead-of"
"""How a reader whose address was of no page is sent to the nearest one (pages/http/nearest.py)."""
UNKNOWN = 3
"""Settings that do not exist, of which each is named."""
MOST_SAID = 700
"""Characters of what the address asks for that are repeated, if all of it is unusable."""


def heed_frame() -> None:
    """Before anything else of a run: make the address one of ours, and say what of it is unknown.

    What other programs have hung on it goes without a word, and of several values the last counts.
    """
    if not read_anew("address"):
        return
    take_the_last([*st.query_params])
    forget([name for name in st.query_params if passed_on(name)])
    asked = st.query_params.get(INSTEAD)
    if asked is not None:
        st.warning(f"There is no page “{as_text(asked, 40)}”; this is the nearest one.")
        forget([INSTEAD])
    heed_address("frame", FRAME)
    known = [*FRAME, *SETTINGS]
    unknown = [name for name in st.query_params if name not in known]
    for name in unknown[:UNKNOWN]:
        near = get_close_matches(name[:40], known, 1)
        meant = f" Did you mean “{near[0]}”?" if near else ""
        st.warning(f"The address has a setting “{as_text(name, 40)}”, which does not exist.{meant}")
    if len(unknown) > UNKNOWN:
        more = len(unknown) - UNKNOWN
        st.warning(f"The address has {more} more settings that do not exist.")


def choice(
    label: str, names: dict[str, str], key: str, width: int | Literal["stretch"], first: str
) -> str:
    """A select box bound to the address; returns the key of the chosen name.

    Streamlit writes an option into the address as it is shown, so the options are the names.
    """
    shown = list(names.values())
    index = shown.index(names[first])
    name = st.selectbox(
        label, shown, index, key=key, bind="query-params", width=width, disabled=locked()
    )
    return next(value for value, shown_as in names.items() if shown_as == name)


def whole_number(label: str, low: int, high: int, first: int, key: str, width: int) -> int:
    """A field for a whole number, bound to the address."""
    return int(
        st.number_input(
            label,
            low,
            high,
            first,
            key=key,
            bind="query-params",
            width=width,
            disabled=locked(),
        )
    )
