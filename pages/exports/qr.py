"""QR codes of links: on a screen as SVG, and on paper."""

from __future__ import annotations

import io
from functools import lru_cache
from urllib.parse import urlsplit

import segno

from diffusion_core.errors import RequestError

LONGEST_LINK = 1000


def checked_link(link: str) -> str:
    """The link, if it is one that a phone may be sent to. RequestError, in one sentence, if not."""
    if len(link) > LONGEST_LINK:
        raise RequestError(
            f"The link must have at most {LONGEST_LINK} characters to fit in a QR code; this one "
            f"has {len(link)}."
        )
    try:
        parts = urlsplit(link)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine or not link.isprintable() or " " in link:
        raise RequestError("The link must be a web address that begins with http:// or https://.")
    return link


def qr_code(link: str) -> segno.QRCode:
    """The code of a link: as few modules as it takes, so that each is large."""
    try:
        return segno.make_qr(checked_link(link), error="l", boost_error=True)
    except segno.DataOverflowError as error:  # Letters beyond ASCII take several bytes each.
        raise RequestError("The link must be shorter to fit in a QR code.") from error


@lru_cache(maxsize=128)
def qr_svg(link: str) -> bytes:
    """The code as SVG: dark on white in every theme, with the white border that cameras need."""
    file = io.BytesIO()
    qr_code(link).save(
        file,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        xmldecl=False,
        nl=False,
    )
    return file.getvalue()
