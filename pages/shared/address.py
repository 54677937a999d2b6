"""What the address bar says: settings that widgets are bound to, checked before they are believed.

Widgets write themselves into the address (Streamlit's bind="query-params") and read themselves
from it. What Streamlit does with a value that a widget cannot take is to fall back on the default,
silently; here is where the reader is told, in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import streamlit as st

from diffusion_core.errors import RequestError
from pages.frame.address_bar import forget, read_anew, take_the_last
from pages.shared.passed_on import passed_on
from pages.shared.plain import as_text, plain
from quizzes.addresses import PAGES
from quizzes.parameters import Parameter, Parameters, Whole, one_of, table


def asked_for(setting: Parameter, otherwise: str = "") -> str:
    """What the address says of one setting, if it can be used; else `otherwise`."""
    text = st.query_params.get(setting.name, otherwise)
    return otherwise if setting.wanted(text) else text


def usable(settings: Parameters) -> dict[str, str]:
    """What the address says of these settings, where it can be used."""
    found = {name: st.query_params[name] for name in settings if name in st.query_params}
    return {name: text for name, text in found.items() if settings[name].wanted(text) is None}


def refuse_unusable(params: Mapping[str, str], settings: Parameters) -> None:
    """For addresses that no page reads: RequestError, in one sentence, for what cannot be used."""
    for name, setting in settings.items():
        wanted = setting.wanted(params[name]) if name in params else None
        if wanted is not None:
            raise RequestError(f"{name} must be {wanted}, and not {_shown(params[name])}.")


def _shown(text: str) -> str:
    """What the address says of a setting, for a sentence about it."""
    return plain(text, 40) or "nothing"


def heed_address(page: str, settings: Parameters) -> None:
    """Before a page makes its widgets: drop from the address what cannot be used, and say so.

    The sentence goes away with the next thing that the reader does.
    """
    if not read_anew(page):
        return
    complaints = {}
    for name, setting in settings.items():
        text = st.query_params.get(name)
        wanted = None if text is None else setting.wanted(text)
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


FRAME = table(
    one_of("present", ["1"]),
    Whole("slide", 1, 99),
    one_of("controls", ["hide", "lock"]),
    one_of("lang", ["en"]),
    one_of("engine", ["server", "browser"]),
)
"""What any page's address may say, about how it is shown."""
SETTINGS = (
    *(name for page in PAGES.values() for name in page),
    *("model", "model2", "path"),
    *("set", "marks", "test", "feedback", "question", "shuffle", "prediction"),
    *("idea", "level", "questions"),
    *("own_length", "own_digits", "own_seed"),
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
