"""Trainings in the plane, for tests: what the page would read of the worker's answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KINDS = {"float32": "<f4", "int16": "<i2", "int8": "<i1"}


@dataclass(frozen=True)
class Received:
    """A head, the training points that are shown, and the snapshots, the ideal denoiser's apart."""

    head: dict[str, Any]
    data: NDArray[np.float64]
    ideal: dict[str, Any]
    snapshots: list[dict[str, Any]]


def received(answer: bytes) -> Received:
    """The whole answer, taken apart as run.js does it."""
    line, _, rest = answer.partition(b"\n")
    head = json.loads(line)
    size = head["data"] * 4
    data = np.frombuffer(rest[:size], "<i2").reshape(-1, 2) / 32767 * head["plane"]
    each = sum(count * np.dtype(KINDS[kind]).itemsize for _, kind, count in head["layout"])
    shots = [_snapshot(head, rest[at : at + each]) for at in range(size, len(rest), each)]
    return Received(head, data, shots[0], shots[1:])


def _snapshot(head: dict[str, Any], part: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    for name, kind, count in head["layout"]:
        found[name] = np.frombuffer(part, KINDS[kind], count, at)
        at += found[name].nbytes
    assert at == len(part)
    found |= dict(zip(head["numbers"], found["numbers"].tolist(), strict=True))
    times, samples = len(head["times"]), head["samples"]
    found["paths"] = found["paths"].reshape(times, samples, 2) / 32767 * head["plane"]
    grid = head["field"]
    shape = (len(grid["times"]), grid["side"] ** 2, 2)
    found["field"] = found["field"].reshape(shape) / 127 * grid["reach"]
    return found


def energy_distance(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'|, which is 0 for equal distributions and else above
    (Szekely & Rizzo 2013), of points (N, 2) and (M, 2)."""

    def apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        return float(np.linalg.norm(a[:, None] - b[None], axis=-1).mean())

    return 2 * apart(x, y) - apart(x, x) - apart(y, y)


def whole(chunks: Iterable[bytes]) -> Received:
    return received(b"".join(chunks))
