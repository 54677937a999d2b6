"""The JavaScript of the pages as the browser's own modules, each file at the address of its place.

/js/VERSION/stage/clock.js is pages/stage/clock.js, and its imports are what they look like there.
VERSION is made of everything in all of the files, so what lies at such an address never changes
and a browser keeps it for good; a change to any file moves them all to new addresses.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from pages.http.gzipped import takes_gzip

PAGES = Path(__file__).parent.parent
IMPORT = re.compile(r'^import [^;]*? from "(\.[^"]+)";', re.MULTILINE)
FOR_GOOD = "public, max-age=31536000, immutable"


def _read() -> dict[str, bytes]:
    found = sorted(PAGES.rglob("*.js"))
    return {path.relative_to(PAGES).as_posix(): path.read_bytes() for path in found}


SCRIPTS = _read()
"""Address below /js/VERSION/ -> text."""
COMPRESSED = {path: gzip.compress(text, mtime=0) for path, text in SCRIPTS.items()}
VERSION = hashlib.sha256(
    b"".join(path.encode() + b"\0" + text + b"\0" for path, text in SCRIPTS.items())
).hexdigest()[:16]


@cache
def needed_by(path: str) -> tuple[str, ...]:
    """A module and all that it imports, directly or not; the module itself comes first.

    Whoever loads it asks for all of them at once, instead of one depth after another.
    """
    found = [path]
    for module in found:
        folder = posixpath.dirname(module)
        for name in IMPORT.findall(SCRIPTS[module].decode()):
            other = posixpath.normpath(posixpath.join(folder, name))
            if other not in found:
                found.append(other)
    return tuple(found)


def script(request: HttpRequest) -> Response:
    """One module. A tab that was opened before an update gets today's, and is not to keep it."""
    path = request.path_params["path"]
    if path not in SCRIPTS:
        return PlainTextResponse("There is nothing at this address.", status_code=404)
    current = request.path_params["version"] == VERSION
    headers = {"Cache-Control": FOR_GOOD if current else "no-store", "Vary": "Accept-Encoding"}
    body = SCRIPTS[path]
    if takes_gzip(request.headers):
        headers["Content-Encoding"] = "gzip"
        body = COMPRESSED[path]
    return Response(body, media_type="text/javascript", headers=headers)


__all__ = ["VERSION", "needed_by", "script"]
