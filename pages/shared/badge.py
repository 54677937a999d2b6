"""A line that says where the digits on the page come from, and what the download is doing."""

from __future__ import annotations

import streamlit as st

from pages.shared.digits import Source, download

OURS = ":orange-badge[drawn by our model]"


def source_badge(source: Source) -> None:
    """Nothing to say for MNIST but its name; for the embedded digits, why, and what can be done."""
    if source.mnist:
        st.caption("Digits from MNIST's test set, which the model has never seen.")
    elif download.running:
        _progress()
    else:
        reason = download.problem or source.problem
        st.caption(f"{OURS} MNIST is not here, so our own model drew these digits. {reason}")
        if download.problem:
            st.button("Try to fetch MNIST again", on_click=download.start)


@st.fragment(run_every=2.0)
def _progress() -> None:
    if not download.running:
        st.rerun()
    st.caption(
        f"{OURS} MNIST is on its way ({download.fraction:.0%}); until then, our own model drew "
        "these digits."
    )
