"""What the reader's tab needs to run the network itself: the engine, the graphs and the weights.

All under one address that is made of what they are, so a browser keeps them for good, and an engine
never meets the weights of another version. The tab is told what each file has to be (subresource
integrity), and uses no other. Sent compressed, where that saves anything.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, PlainTextResponse, Response

from diffusion_core.files.graph import GRAPH
from diffusion_core.files.shipped import LEAP, SHIPPED
from pages.engine.fetch import FILES, SCRIPT, WASM, complete, locked
from pages.http.gzipped import takes_gzip
from pages.http.modules import FOR_GOOD
from pages.http.modules import VERSION as SCRIPTS

TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}
MODELS = {"digits": SHIPPED, "leap": LEAP}
"""What the tab can draw with, by name (request.network_of)."""


@dataclass(frozen=True)
class _File:
    path: Path
    squeezed: bytes | None
    """What it holds, compressed, where that is worth it."""
    media_type: str
    integrity: str


def _read(path: Path) -> _File:
    content = path.read_bytes()
    beside = path.with_name(f"{path.name}.gz")
    squeezed = beside.read_bytes() if beside.is_file() else gzip.compress(content, mtime=0)
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return _File(
        path,
        squeezed if len(squeezed) < 0.9 * len(content) else None,
        TYPES.get(path.suffix, "application/octet-stream"),
        f"sha384-{digest}",
    )


@cache
def _files() -> dict[str, _File]:
    """Name in the address -> file. Nothing, if not all of them are there."""
    paths = [FILES / SCRIPT, FILES / WASM, GRAPH, *MODELS.values()]
    if not complete() or not all(path.is_file() for path in paths):
        return {}
    return {path.name: _read(path) for path in paths}


@cache
def version() -> str:
    """What all of it is, in 16 letters."""
    parts = [locked()[1], *(file.integrity for file in _files().values())]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


@cache
def sources() -> dict[str, Any] | None:
    """For a scene: where the tab finds what it needs. None if the server has to draw."""
    files = _files()
    if not files:
        return None

    def place(name: str) -> dict[str, str]:
        address = f"engine/{version()}/{name}"
        return {"address": address, "integrity": files[name].integrity}

    return {
        "worker": f"js/{SCRIPTS}/engine/worker.js",
        "script": place(SCRIPT),
        "wasm": place(WASM),
        "networks": {
            name: {"graph": place(GRAPH.name), "weights": place(path.name)}
            for name, path in MODELS.items()
        },
    }


def engine_file(request: HttpRequest) -> Response:
    """One of them. An old address gets what is there today, and is not to keep it."""
    file = _files().get(request.path_params["name"])
    if file is None:
        return PlainTextResponse("There is nothing at this address.", status_code=404)
    current = request.path_params["version"] == version()
    headers = {"Cache-Control": FOR_GOOD if current else "no-store"}
    if file.squeezed is not None:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request.headers):
            headers["Content-Encoding"] = "gzip"
            return Response(file.squeezed, headers=headers, media_type=file.media_type)
    return FileResponse(file.path, headers=headers, media_type=file.media_type)


__all__ = ["engine_file", "sources", "version"]
