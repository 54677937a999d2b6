"""Share what is on the page: its link, as text and as a QR code, and exports of the stage.

The link is the address bar's, which carries the whole state: widgets and the clock write themselves
into it. So everything here happens in the browser, and the server is asked only for the QR code and
for the exports (pages/exports/qr_route.py, pages/exports/route.py).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
_share = st.components.v2.component(
    "fog_share",
    html='<div class="root"></div>\n',
    css=(HERE / "share.css").read_text("utf-8"),
    js=(HERE / "share.js").read_text("utf-8"),
)


def share(page: str | None) -> None:
    """A row of buttons. page: "forward" or "reverse", whose stage can be exported; else None."""
    _share(key="share", data={"page": page})
