"""What guidance buys and costs, measured while one watches (generate/route.py)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from pages.stage import HERE as STAGE

HERE = Path(__file__).parent

_tradeoff = st.components.v2.component(
    "fog_tradeoff",
    html='<div class="root"></div>\n',
    css="\n".join(p.read_text("utf-8") for p in (STAGE / "stage.css", HERE / "tradeoff.css")),
    js="\n".join(p.read_text("utf-8") for p in (STAGE / "stage.js", HERE / "tradeoff.js")),
)


def tradeoff(digit: str, seed: int, said: str) -> None:
    """A chart of fidelity and variety against guidance, for one digit, and the digits measured.

    said: what the two are, in Markdown-free words.
    """
    address = "api/spread?" + urlencode({"digit": digit, "seed": seed})
    _tradeoff(key="tradeoff", data={"address": address, "digit": digit, "said": said})
