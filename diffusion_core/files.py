"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diffusion_core.errors import CannotWriteError, named


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

    When the block fails, what was there before stays, and the temporary file is removed.
    CannotWriteError if the disk is full, read-only, or the folder may not be written to.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
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
