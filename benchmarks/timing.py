"""Repeated measurements, what is said of them, and on which machine they were taken."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

BUSY = 0.3
"""Load per core above which other work takes time away from what is measured."""

Say = Callable[[str], None]
"""Told, while it works, what is being measured."""


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing: the median, the extremes, and how many there were."""

    median: float
    low: float
    high: float
    count: int


def spread(values: Sequence[float]) -> Spread:
    """Median and extremes. ValueError for none."""
    if not values:
        raise ValueError("There is no median of nothing.")
    return Spread(statistics.median(values), min(values), max(values), len(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed."""
    return float(np.percentile(values, percent))


def finish(device: str) -> None:
    """Wait until the device has done what it was given: a GPU is asked and answers later."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device.startswith("mps"):
        torch.mps.synchronize()


def seconds(work: Callable[[], object], device: str = "cpu") -> float:
    """How long `work` takes, in seconds, with everything that it left to the device."""
    finish(device)
    began = time.perf_counter()
    work()
    finish(device)
    return time.perf_counter() - began


def machine(device: str) -> dict[str, Any]:
    """What the figures depend on, and how busy it is now (load: mean of the last minute)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[0]
    return {
        "processor": _processor(),
        "cores": cores or 1,
        "load": round(load, 2),
        "busy": load > BUSY * (cores or 1),
        "device": torch.cuda.get_device_name(device) if device.startswith("cuda") else device,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def resident_bytes(peak: bool = False) -> int | None:
    """Memory that this process holds now, or held at most; None where the system does not tell."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in _lines("/proc/self/status"):
        if line.startswith(wanted):
            return 1024 * int(line.split()[1])
    return None


def _lines(path: str) -> list[str]:
    """A file of Linux's /proc; empty on other systems."""
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
