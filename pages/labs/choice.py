"""Which of a page's labs is open: a choice that the address remembers."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.shared.address import heed_address, locked, one_of


def choose_lab(label: str, names: Mapping[str, str], key: str) -> str:
    """A row of buttons, one for each lab, bound to the address under `key`; the chosen lab's name.

    names: the labs' names to what readers see, the usual one first.
    """
    shown = list(names.values())
    heed_address(key, {key: one_of(shown)})
    with st.container(key=f"labs-{key}"):
        chosen = st.segmented_control(
            label,
            shown,
            default=shown[0],
            required=True,
            key=key,
            bind="query-params",
            label_visibility="collapsed",
            disabled=locked(),
        )
    return next((name for name, title in names.items() if title == chosen), next(iter(names)))
