"""Compression for travel: who takes it, and what it is worth."""

from __future__ import annotations

import gzip

from starlette.datastructures import Headers, MutableHeaders

WORTH_IT = 0.9
"""What is compressed to more than this part of itself travels as it is."""


def takes_gzip(headers: Headers) -> bool:
    """Whether a request says that its browser can read gzip ("gzip;q=0" says that it cannot)."""
    for offer in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def squeezed(content: bytes) -> bytes | None:
    """The content compressed as far as gzip can, the same each time; None if that saves little."""
    compressed = gzip.compress(content, compresslevel=9, mtime=0)
    return compressed if len(compressed) < WORTH_IT * len(content) else None


def varies(headers: MutableHeaders) -> None:
    """Tells caches on the way that another browser gets this answer in another form."""
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")


__all__ = ["squeezed", "takes_gzip", "varies"]
