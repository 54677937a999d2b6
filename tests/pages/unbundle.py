"""Reads a bundle back, as stage.js does in the browser."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.files.bundle import TYPES


def unbundle(packed: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    line, _, rest = packed.partition(b"\n")
    head = json.loads(line)
    arrays, offset = {}, 0
    for listed in head["arrays"]:
        dtype = np.dtype(TYPES[listed["type"]])
        count = math.prod(listed["shape"])
        flat = np.frombuffer(rest, dtype, count, offset)
        arrays[listed["name"]] = flat.reshape(listed["shape"])
        offset += count * dtype.itemsize
    assert offset == len(rest)
    return head, arrays
