"""Writing files whole or not at all."""

from __future__ import annotations

import glob
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diffusion_core.errors import CannotWriteError
from diffusion_core.locks import lock, lock_if_left_behind


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; if the block ends well, it takes path's place at once.

    When the block fails, what was there before stays, and the temporary file is removed. Where
    the process is killed meanwhile, the next one that writes to `path` removes it.
    CannotWriteError if the disk is full, read-only, or the folder may not be written to.
    """
    path = Path(path)
    temporary: Path | None = None
    handle: int | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_half_written(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        lock(handle)
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise CannotWriteError(
            f"Cannot write {path}: {error.strerror or error}. "
            "Free some space or choose a folder that you may write to."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def remove_half_written(path: Path) -> None:
    """Remove what a process that was killed has left of writing to `path`."""
    named = re.compile(re.escape(f".{path.name}.") + "[a-z0-9_]{8}")  # as mkstemp does
    for left in path.parent.glob(f".{glob.escape(path.name)}.????????"):
        held = lock_if_left_behind(left) if named.fullmatch(left.name) else None
        if held is not None:
            with suppress(OSError):
                left.unlink()
            os.close(held)
