"""What is half done, between this session and the browser that keeps it.

The session tells the browser of each change as it is made (record.js puts it away), and asks it
once for what it had: after a restart of the server, a lost connection or a reload, the session is a
new one. What came is used when its question is next shown, unless something was chosen meanwhile.
"""

from __future__ import annotations

import secrets
from typing import Any

import streamlit as st

from quizzes.draft import Draft, read_drafts, read_line

FOUND = "drafts:found"
"""What the browser sent, and nobody has used yet."""
TOUCHED = "drafts:touched"
"""What this session did, by place; None: nothing is left to keep. The latest comes last."""
WANTS = "drafts:wants"
"""A word by which the browser knows that this session is new; "" once it has answered."""
LATEST = 24
"""So many changes are told again and again: more than one run of a page can make."""
LINE, SHOWING = "recall:line", "recall:showing"
"""The questions of a session of recall that are still to come; and the one on screen, with how
often it had been answered before."""
KEPT_LINE = "recall-line"


def found(where: str) -> Draft | None:
    """What the browser had kept of a place."""
    return st.session_state.get(FOUND, {}).get(where)


def use(where: str) -> Draft | None:
    """The same, once."""
    return st.session_state.get(FOUND, {}).pop(where, None)


def keep(where: str, draft: Draft) -> None:
    """What was done at a place so far."""
    what = None if draft.blank else draft
    if st.session_state.get(TOUCHED, {}).get(where) != what:
        _touch(where, what)


def keep_line(line: list[str]) -> None:
    """The questions that are still to come."""
    _touch(KEPT_LINE, line or None)


def drop(where: str) -> None:
    """Nothing of a place is to come back."""
    use(where)
    _touch(where, None)


def _touch(where: str, what: Draft | list[str] | None) -> None:
    touched = {**st.session_state.get(TOUCHED, {})}
    touched.pop(where, None)
    st.session_state[TOUCHED] = {**touched, where: what}


def told(text: str) -> None:
    """The browser sent what it has."""
    st.session_state[WANTS] = ""
    st.session_state[FOUND] = read_drafts(text)
    line = read_line(text, KEPT_LINE)
    if line and KEPT_LINE not in st.session_state.get(TOUCHED, {}):
        st.session_state.setdefault(LINE, [*line])


def forget_all() -> None:
    """The learner erased everything, so every question is open again."""
    ends, parts = (":attempt", ":hints", ":seen"), ("-chosen-", "-sure-", "-second-")
    for name in map(str, [*st.session_state]):
        if name.endswith(ends) or any(part in name for part in parts):
            del st.session_state[name]
    for name in (FOUND, TOUCHED, LINE, SHOWING):
        st.session_state.pop(name, None)


def for_browser() -> dict[str, Any]:
    """What record.js is given."""
    touched = [*st.session_state.get(TOUCHED, {}).items()][-LATEST:]
    return {
        "wants": st.session_state.setdefault(WANTS, secrets.token_hex(8)),
        "drafts": {
            where: what.model_dump() if isinstance(what, Draft) else what for where, what in touched
        },
    }
