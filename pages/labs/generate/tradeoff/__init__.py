"""What guidance buys and costs, measured while one watches (generate/route.py)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from pages.shared.component import component
from pages.stage import HERE as STAGE

HERE = Path(__file__).parent

_tradeoff = component(
    "tradeoff", "labs/generate/tradeoff/tradeoff.js", [STAGE / "stage.css", HERE / "tradeoff.css"]
)


def tradeoff(digit: str, seed: int, said: str) -> None:
    """A chart of fidelity and variety against guidance, for one digit, and the digits measured.

    said: what the two are, in Markdown-free words.
    """
    address = "api/spread?" + urlencode({"digit": digit, "seed": seed})
    _tradeoff(key="tradeoff", data={"address": address, "digit": digit, "said": said})
