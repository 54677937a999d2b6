"""Addresses that are of no page lead to the nearest one, as ASGI middleware.

Streamlit would show its own notice in a window over the first page. Here a reader who mistyped an
address, or follows an old link, lands on the page that was probably meant, which says so. And what
other programs have hung on a link (passed_on.py) is taken off it before the page opens.
"""

from __future__ import annotations

from difflib import get_close_matches
from urllib.parse import unquote_plus, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.address import INSTEAD
from pages.shared.modes import EVERY
from pages.shared.passed_on import passed_on

SLUGS = tuple(mode.slug for mode in EVERY)
KNOWN = ("", "home", *SLUGS)


def nearest_page(asked: str) -> str | None:
    """The path to go to instead of `asked`, a path without its first slash; None if it is known."""
    if asked.rstrip("/") in KNOWN:
        return None
    found = get_close_matches(asked.strip("/").lower(), SLUGS, 1, cutoff=0.6)
    return "/" + (found[0] if found else "")


class NearestPage:
    """Redirects those who open a page, and leaves everything else alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = self._target(scope)
        if target is None:
            await self.app(scope, receive, send)
        else:
            await RedirectResponse(target, status_code=307)(scope, receive, send)

    def _target(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        asked = scope["path"].lstrip("/")
        opens_a_page = "text/html" in Headers(scope=scope).get("accept", "")
        # Files have a dot in their names, and what Streamlit and we serve lies in folders.
        if not opens_a_page or "." in asked or asked.startswith(("api/", "_stcore/", "media/")):
            return None
        query = scope["query_string"].decode("latin-1")
        ours = own_part(query)
        if asked.rstrip("/") == "home":  # what the menu calls the first page, which has no name
            return "./" + f"?{ours}" * bool(ours)
        page = nearest_page(asked)
        if page is None:
            # Beside where it stands, whatever lies before the app's own paths.
            here = f"./{asked.rpartition('/')[2]}" + f"?{ours}" * bool(ours)
            return here if ours != query else None
        return f"{page}?{'&'.join(filter(None, [ours, urlencode({INSTEAD: asked.strip('/')})]))}"


def own_part(query: str) -> str:
    """Of the settings of an address those that no other program has hung on it."""
    return "&".join(
        setting
        for setting in query.split("&")
        if not passed_on(unquote_plus(setting.partition("=")[0]))
    )
