"""What cannot be shown is said in one sentence, where it would stand; the rest of the page stays.

A file that ships with the app may be missing or damaged, and the disk full. Whoever reads is told
what is wrong, once on a page; whoever runs the server is told in the log, and where it is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from diffusion_core.errors import UserFacingError, note
from pages.shared.plain import sentence
from quizzes.bank import Bank, BankError, load_bank

_log = logging.getLogger("through-the-fog")
NOT_NOW = "The server has too much to do to show this just now: open the page again in a moment."
SAID = "faults:said"
"""What has been said on this page, by what it is about: which part of the page says it."""


def begin_page() -> None:
    """Nothing has been said yet: once in each run of a whole page."""
    st.session_state[SAID] = {}


@contextmanager
def naming_faults(part: str) -> Iterator[None]:
    """Say what is wrong in this part of the page, and go on below it. part: unique on the page.

    What another part has said of the same file is not said again. A fragment that runs alone says
    what it said when the page ran.
    """
    try:
        yield
    except (UserFacingError, BankError) as error:
        say_fault(part, error)
    except (OSError, MemoryError) as error:
        # Neither the file's fault nor the reader's: no descriptor or no memory is free, say.
        _log.warning("A part of a page, %s, could not be shown: %s", part, error)
        st.error(NOT_NOW)


def say_fault(part: str, error: UserFacingError | BankError) -> None:
    """Say it in this part, unless another one does, and tell whoever runs the server."""
    if isinstance(error, UserFacingError):
        note(error)
    said: dict[str, str] = st.session_state.setdefault(SAID, {})
    about = str(getattr(error, "where", None) or error)
    if said.setdefault(about, part) == part:
        st.error(sentence(error))


def usable_bank(part: str) -> Bank:
    """The questions that can be used; what cannot is said in this part of the page."""
    bank = load_bank()
    for error in bank.unusable[:1]:
        say_fault(part, error)
    return bank
