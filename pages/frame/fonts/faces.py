"""Fonts that are light to send (make.py): a style sheet that puts them in front of Streamlit's.

Two rules for one family, style and weight are one font to a browser: it looks for a character in
the one that came last, which is ours, and fetches Streamlit's where ours has none.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from pages.frame.fonts.make import FILES, FONTS, Font, complete
from pages.http.modules import FOR_GOOD


@cache
def _files() -> dict[str, bytes]:
    """Name in the address, of the file and of what it holds, -> file. Nothing if any is missing."""
    if not complete():
        return {}
    contents = {name: (FILES / f"{name}.woff2").read_bytes() for name in FONTS}
    return {
        f"{name}.{hashlib.sha256(content).hexdigest()[:16]}.woff2": content
        for name, content in contents.items()
    }


@cache
def style() -> str:
    """A <style> element for the end of a page, which overrides Streamlit's; "" without them."""
    rules = []
    for file, (name, font) in zip(_files(), FONTS.items(), strict=False):
        # While it is on its way, words stand in the system's letters; an icon's name is not shown.
        if name != "name":
            display = "block" if name == "icons" else "swap"
            rules.append(_rule(font, f"./fonts/{file}", display))
    return "<style>" + "\n".join(rules) + "</style>" if rules else ""


@cache
def name_style() -> str:
    """A <style> element that holds the letters of the app's name themselves."""
    for file, content in _files().items():
        if file.startswith("name."):
            inside = "data:font/woff2;base64," + base64.b64encode(content).decode()
            return f"<style>{_rule(FONTS['name'], inside, 'block')}</style>"
    return ""


def _rule(font: Font, address: str, display: str) -> str:
    return (
        f'@font-face {{ font-family: "{font.family}"; font-style: {font.style}; '
        f"font-weight: {font.weights}; font-display: {display}; "
        f'src: url("{address}") format("woff2"); }}'
    )


@cache
def preloads() -> str:
    """Links to those that every page's first screen needs."""
    wanted = [file for file in _files() if file.startswith(("sans.", "serif.", "icons."))]
    return "".join(
        f'<link rel="preload" href="./fonts/{file}" as="font" type="font/woff2" crossorigin>\n'
        for file in wanted
    )


def font_file(request: HttpRequest) -> Response:
    """One of them."""
    content = _files().get(request.path_params["file"])
    if content is None:
        return PlainTextResponse("There is nothing at this address.", status_code=404)
    return Response(content, media_type="font/woff2", headers={"Cache-Control": FOR_GOOD})


__all__ = ["font_file", "name_style", "preloads", "style"]
