"""Locks on files, by which those that are in use are told from those that were left behind.

A process that is killed removes nothing, but the system lets go of its locks. (Its number would not
do: containers that share a folder share no numbers, and numbers are used again.)
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def lock(descriptor: int) -> bool:
    """Hold the lock of an open file until it is closed; whether it was there to be had."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def lock_if_left_behind(path: Path) -> int | None:
    """A descriptor that holds the lock of a file that nobody uses, until it is closed. None if
    somebody does, or if the file is not there or not ours to open."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    if lock(descriptor):
        return descriptor
    os.close(descriptor)
    return None
