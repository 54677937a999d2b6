"""What the reader's tab needs to run the network itself: the engine, the graphs and the weights.

All under one address that is made of what they are, so a browser keeps them for good, and an engine
never meets the weights of another version. Sent compressed, where that saves anything.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, PlainTextResponse, Response

from diffusion_core.files.checkpoint import LEAP, SHIPPED
from diffusion_core.files.graph import GRAPH
from pages.engine.fetch import FILES, WANTED, complete, locked
from pages.http.modules import FOR_GOOD, VERSION

TYPES = {
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".onnx": "application/octet-stream",
    ".safetensors": "application/octet-stream",
}
MODELS = {"digits": SHIPPED, "leap": LEAP}


@cache
def _files() -> dict[str, Path]:
    """Name in the address -> file."""
    engine = {name: FILES / name for name in WANTED}
    return {**engine, GRAPH.name: GRAPH, **{path.name: path for path in MODELS.values()}}


@cache
def version() -> str | None:
    """What all of it is, in 16 letters; None if it is not all there."""
    if not complete() or not all(path.is_file() for path in _files().values()):
        return None
    digest = hashlib.sha256(locked()[1].encode())
    for path in (GRAPH, *MODELS.values()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def sources() -> dict[str, Any] | None:
    """For a scene: where the tab finds what it needs. None if the server has to draw."""
    if version() is None:
        return None
    root = f"engine/{version()}"
    networks = {
        name: {"graph": f"{root}/{GRAPH.name}", "weights": f"{root}/{path.name}"}
        for name, path in MODELS.items()
    }
    worker = f"js/{VERSION}/engine/worker.js"
    return {"worker": worker, "engine": f"{root}/{WANTED[0]}", "networks": networks}


def engine_file(request: HttpRequest) -> Response:
    """One of them. An old address gets what is there today, and is not to keep it."""
    path = _files().get(request.path_params["name"])
    if version() is None or path is None:
        return PlainTextResponse("There is nothing at this address.", status_code=404)
    current = request.path_params["version"] == version()
    headers = {"Cache-Control": FOR_GOOD if current else "no-store"}
    squeezed = path.with_name(f"{path.name}.gz")
    if squeezed.is_file():
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            path = squeezed
    name = path.name.removesuffix(".gz")
    return FileResponse(path, headers=headers, media_type=TYPES[Path(name).suffix])


__all__ = ["engine_file", "sources", "version"]
