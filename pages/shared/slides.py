"""The parts of a page. On an ordinary visit they stand below one another; with ?present=1 in the
address each is a slide of its own, shown one at a time (frame/chrome/presenter.js)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import streamlit as st

from pages.shared.faults import naming_faults

PREFIX = "slide-"


def presenting() -> bool:
    """Whether the address asks for slides."""
    return st.query_params.get("present") == "1"


@contextmanager
def slide(name: str, essential: bool = False) -> Iterator[None]:
    """One idea: `with slide("where-it-breaks"): ...`. Names are unique on their page, a-z and -.

    What cannot be shown of it is said in its place, and what stands below it goes on: unless it is
    essential to that, which then ends with it."""
    faults = nullcontext() if essential else naming_faults(PREFIX + name)
    with st.container(key=PREFIX + name), faults:
        yield


@contextmanager
def apart(name: str) -> Iterator[None]:
    """What stands beside something on the page, and is a slide of its own in a presentation, where
    there is no room for both. It may be a part of another slide, which is then shown without it."""
    if presenting():
        with st.container(key=PREFIX + name):
            yield
    else:
        yield
