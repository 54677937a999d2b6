"""Temporary folders that can be told, later, from those whose owner was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from diffusion_core.files.locks import lock, lock_if_left_behind

LOCK = ".in-use"
"""The file whose lock the owner of a folder holds."""
DAY = 86_400.0
"""Seconds."""


class Scratch:
    """A temporary folder of this process, from now until `remove`."""

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock: int | None = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        lock(self._lock)

    def remove(self) -> None:
        """Remove it with all that is in it. Once more does no harm."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_left_behind(prefix: str) -> None:
    """Remove the folders that begin like this and whose owners are gone. Those of others, which we
    may not remove, stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if not folder.is_dir() or folder.is_symlink():
            continue
        if not (folder / LOCK).exists():
            # Of an older version, or made a moment ago by somebody who has not locked it yet.
            if _age(folder) > DAY:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        held = lock_if_left_behind(folder / LOCK)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _age(path: Path) -> float:
    """In seconds."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
