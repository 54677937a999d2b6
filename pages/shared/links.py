"""Ways from here to another page of the lesson."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.shared.modes import mode_of


def way_to(slug: str, label: str, query: Mapping[str, str] | None = None) -> None:
    """A link to the page with this address; {page} in the label becomes its title.

    Nothing, if there is no such page: whoever names one in a lesson file or the bank is told of a
    mistake by a test, not its reader.
    """
    page = mode_of(slug)
    if page:
        st.page_link(
            page.file,
            label=label.replace("{page}", page.title),
            icon=":material/arrow_forward:",
            query_params=dict(query) if query else None,
        )
