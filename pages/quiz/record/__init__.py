"""The learner's record in their own browser, and what this visit adds to it.

The log of attempts is the truth (quizzes/log.py). The browser keeps it in localStorage; the session
keeps a copy, so that pages can work out what follows from it. record.js adds what the session
learned, and sends what the session does not know yet.
"""

from __future__ import annotations

import json
import time
from datetime import tzinfo
from pathlib import Path

import streamlit as st

from pages.quiz import drafts
from pages.shared.component import component
from quizzes.days import zone_of
from quizzes.log import Event, Log, LogError, dump, merge, parse

HERE = Path(__file__).parent
LOG = "record:log"
NEW = "record:new"
"""What the browser is not known to have."""
REFUSED = "record:refused"
"""When the browser sent what cannot be read; it then sets that aside."""
BROUGHT = "quiz:brought"
"""How often something was brought to the top of the view, and what it was the last time."""


_STYLES = [HERE / "record.css"]
_record = component("record", "quiz/record/record.js", _STYLES)
_keys = component("keys", "quiz/record/keys.js", _STYLES)


def log() -> Log:
    """All attempts that this session knows of."""
    known = st.session_state.get(LOG, Log())
    assert isinstance(known, Log)
    return known


def remember(*events: Event) -> None:
    """Add attempts to the record; the browser gets them when `record` is shown next."""
    st.session_state[LOG] = log().add(*events)
    st.session_state[NEW] = [*st.session_state.get(NEW, []), *events]


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def zone() -> tzinfo:
    """The time zone of the learner, as their browser says it."""
    return zone_of(st.context.timezone)


def record(where: str, panel: bool = False) -> None:
    """Keep the browser's record and the session's together.

    panel: with buttons to export and erase. Once on a page, or in a fragment, after everything
    that may call `remember`.
    """
    key = f"record-{where}"

    def received() -> None:
        told = st.session_state[key].get("told") or {}
        if told.get("drafts"):
            drafts.told(told["drafts"])
        text = told.get("log")
        if not isinstance(text, str):
            return
        try:
            found = parse(text)
        except LogError:
            st.session_state[REFUSED] = now()
            return
        st.session_state[LOG] = merge(found, log())
        kept = {event.id for event in found}
        st.session_state[NEW] = [event for event in log() if event.id not in kept]

    def erased() -> None:
        st.session_state[LOG], st.session_state[NEW] = Log(), []
        drafts.forget_all()

    _record(
        key=key,
        data={
            "empty": dump(Log()),
            "events": json.loads(dump(Log(tuple(st.session_state.get(NEW, [])))))["events"],
            "known": len(log()),
            "refused": st.session_state.pop(REFUSED, 0),
            "panel": panel,
            **drafts.for_browser(),
        },
        on_told_change=received,
        on_erased_change=erased,
    )


def bring_up(selector: str) -> None:
    """Something else is to be looked at now: `keys`, shown next, brings it to the top of the view.
    For callbacks, so that only what the reader does moves the page."""
    count, _ = st.session_state.get(BROUGHT, (0, ""))
    st.session_state[BROUGHT] = (count + 1, selector)


def keys(said: str) -> None:
    """Letters choose an option of the question on screen; `said` is what screen readers hear."""
    moved, to = st.session_state.get(BROUGHT, (0, ""))
    _keys(key="answer-keys", data={"said": said, "moved": moved, "to": to})
