"""A line that says where the digits on the page come from, and what the download is doing."""

from __future__ import annotations

import streamlit as st

from pages.components.digits import Source, download


def source_badge(source: Source) -> None:
    """Nothing to say for MNIST but its name; for the embedded digits, why, and what can be done."""
    if source.mnist:
        st.caption("Digits from MNIST's test set, which the model has never seen.")
    elif download.running:
        _progress()
    else:
        reason = source.problem or download.problem or ""
        st.caption(
            f":orange-badge[drawn by our model] MNIST is not here, so these digits are "
            f"ones that our own model drew. {reason}"
        )


@st.fragment(run_every=2.0)
def _progress() -> None:
    if not download.running:
        st.rerun()
    st.caption(
        f":orange-badge[drawn by our model] MNIST is on its way ({download.fraction:.0%}); until "
        "then, these are digits that our own model drew."
    )
