"""Writing files whole or not at all."""

from __future__ import annotations

import glob
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diffusion_core.errors import CannotWriteError, named
from diffusion_core.files.locks import lock, lock_if_left_behind


def is_file(path: str | Path) -> bool:
    """Whether there is such a file, for all that we may see. Path.is_file raises where a folder on
    the way may not be entered."""
    with suppress(OSError, ValueError):
        return Path(path).is_file()
    return False


def is_folder(path: str | Path) -> bool:
    """The same of a folder, which must also let us read what is in it."""
    with suppress(OSError, ValueError):
        return Path(path).is_dir() and os.access(path, os.R_OK | os.X_OK)
    return False


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
            f"Cannot write {named(path)}: {error.strerror or 'the disk refuses'}. "
            "Free some space or choose a folder that you may write to.",
            path,
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def remove_half_written(path: Path) -> None:
    """Remove what a process that was killed has left of writing to `path`."""
    named = re.compile(re.escape(f".{path.name}.") + "[a-z0-9_]{8}")  # as mkstemp does
    found: list[Path] = []
    with suppress(OSError):  # What may not be looked at is not ours to tidy.
        found = [*path.parent.glob(f".{glob.escape(path.name)}.????????")]
    for left in found:
        held = lock_if_left_behind(left) if named.fullmatch(left.name) else None
        if held is not None:
            with suppress(OSError):
                left.unlink()
            os.close(held)


def make_sure(path: str | Path, size: int = 1_000_000) -> None:
    """See to it that `path` could be written now, with as many bytes: before the work whose result
    it is to hold, and not hours later. CannotWriteError, as of `replacing`, if it could not."""
    if Path(path).is_dir():
        raise CannotWriteError(
            f"Cannot write {named(path)}: there is a folder of that name. Choose another.", path
        )
    try:
        with replacing(path) as temporary:
            with temporary.open("wb") as file:
                for _ in range(-(-size // PIECE)):
                    file.write(bytes(PIECE))
                file.flush()
                os.fsync(file.fileno())  # Some disks say only now that they are full.
            raise _Enough
    except _Enough:
        return


PIECE = 1 << 20


class _Enough(Exception):
    """It could be written, and must not take the place of what is there."""
