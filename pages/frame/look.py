"""The few things about the look that Streamlit's theme has no setting for."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import streamlit as st
from PIL import Image

from diffusion_core.data.embedded import ICON
from diffusion_core.errors import note
from diffusion_core.files.shipped import damaged, read_bytes
from pages.frame import presenting as presentation
from pages.shared.address import controls

STYLE = Path(__file__).with_name("look.css").read_text("utf-8")
_SETTINGS = '[class*="st-key-controls"], [class*="st-key-more-"], .stCheckbox'
HIDDEN = f"<style>body :is({_SETTINGS}) {{ display: none; }}</style>"
"""What ?controls=hide takes away: the settings. The timeline stays."""


def special_style(presenting: bool) -> None:
    """Over the app's style sheet, which pages/http/early_page.py puts into every page, those of a
    presentation and of hidden controls, where the address asks for them."""
    style = (presentation.STYLE if presenting else "") + (HIDDEN if controls() == "hide" else "")
    if style:
        st.html(style)


@cache
def icon() -> str | None:
    """The tab's icon, as an address that holds the picture: nobody needs to fetch it. None where it
    cannot be had: then the tab has the browser's usual one, which is no reader's concern."""
    try:
        with Image.open(ICON, formats=["PNG"]) as picture:
            picture.verify()
        return "data:image/png;base64," + base64.b64encode(read_bytes(ICON)).decode()
    except Exception:  # Pillow has no common kind for what it says of a damaged file.
        note(damaged(ICON))
        return None
