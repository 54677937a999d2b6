"""Share what is on the page: its link, as text and as a QR code, and exports of the stage.

The link is the address bar's, which carries the whole state: widgets and the clock write themselves
into it. So everything here happens in the browser, and the server is asked only for the QR code and
for the exports (pages/exports/qr_route.py, pages/exports/route.py).
"""

from __future__ import annotations

from pathlib import Path

from pages.shared.component import component

HERE = Path(__file__).parent
_share = component("share", "frame/share/share.js", [HERE / "share.css"])


def share(page: str | None) -> None:
    """A row of buttons. page: "forward" or "reverse", whose stage can be exported; else None."""
    _share(key="share", data={"page": page})
