"""Numbers and arrays in one piece of bytes, for a stage in the browser.

A component takes either JSON or one piece of bytes. A bundle is both: one line of JSON, whose
"arrays" lists name, type and shape of what follows, then the arrays' bytes one after another, in
little-endian order. stage.js reads it back.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES = {"uint8": "|u1", "float32": "<f4", "float64": "<f8"}


def bundle(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    """Pack a head that JSON can hold and arrays of uint8, float32 or float64."""
    parts = {name: np.ascontiguousarray(a, TYPES[str(a.dtype)]) for name, a in arrays.items()}
    listed = [
        {"name": name, "type": str(a.dtype), "shape": list(a.shape)} for name, a in parts.items()
    ]
    line = json.dumps({**head, "arrays": listed}, allow_nan=False).encode() + b"\n"
    return line + b"".join(part.tobytes() for part in parts.values())
