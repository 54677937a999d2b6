"""MNIST: find it, download it, verify it, decode it.

Where it is looked for, in this order: the folder that MNIST_DIR names; this user's cache folder;
and, only when asked, the public mirrors. Whatever the source, the decompressed bytes must have the
known hash, so that truncated, corrupt or swapped files are told apart from the real thing. The
data set is due to Y. LeCun, C. Cortes and C. Burges; it is never part of this project.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pooch
from numpy.typing import NDArray
from requests import HTTPError, RequestException, Response, Timeout

from diffusion_core.errors import MnistError, named
from diffusion_core.files import is_file, is_folder, replacing

Split = Literal["train", "test"]

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


@dataclass(frozen=True)
class IdxFile:
    """One of MNIST's four files, as it should be once decompressed."""

    name: str
    md5: str
    shape: tuple[int, ...]


FILES: dict[tuple[Split, str], IdxFile] = {
    ("train", "images"): IdxFile(
        "train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", (60000, 28, 28)
    ),
    ("train", "labels"): IdxFile(
        "train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", (60000,)
    ),
    ("test", "images"): IdxFile(
        "t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", (10000, 28, 28)
    ),
    ("test", "labels"): IdxFile(
        "t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", (10000,)
    ),
}


@dataclass(frozen=True)
class Digits:
    """Pictures and what they show: images uint8 (N, 28, 28), 0 = background; labels int64 (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    @cached_property
    def places(self) -> tuple[NDArray[np.int64], ...]:
        """Where to find the digits of each class, in order."""
        return tuple(np.flatnonzero(self.labels == label) for label in range(10))

    def __len__(self) -> int:
        return len(self.labels)


def cache_folder() -> Path:
    """Where downloaded files are kept: the user's cache folder, or FOG_CACHE_DIR."""
    chosen = os.environ.get("FOG_CACHE_DIR")
    return Path(chosen) if chosen else Path(pooch.os_cache("through-the-fog"))


def _read(folder: Path, file: IdxFile) -> bytes | None:
    """The bytes of NAME.gz (unpacked) or NAME; None if neither is there. MnistError if damaged."""
    packed, plain = folder / f"{file.name}.gz", folder / file.name
    path = packed if is_file(packed) else plain
    if not is_file(path):
        return None
    try:
        raw = gzip.decompress(path.read_bytes()) if path is packed else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise MnistError(
            f"{named(path)} is damaged or cannot be read: replace it with a fresh copy.", path
        ) from error
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() == file.md5:
        return raw
    mistaken_for = next(
        (
            f.name
            for f in FILES.values()
            if hashlib.md5(raw, usedforsecurity=False).hexdigest() == f.md5
        ),
        None,
    )
    what = f"holds {mistaken_for} instead" if mistaken_for else "is not the original MNIST file"
    raise MnistError(f"{named(path)} {what}: replace it with a fresh copy of {file.name}.", path)


def _decode(raw: bytes, file: IdxFile) -> NDArray[np.uint8]:
    """IDX: two zero bytes, the type (8 = uint8), the rank, then one big-endian size a dimension."""
    header = bytes([0, 0, 8, len(file.shape)])
    header += b"".join(size.to_bytes(4, "big") for size in file.shape)
    if not raw.startswith(header) or len(raw) != len(header) + math.prod(file.shape):
        raise MnistError(
            f"{file.name} has an unexpected header or length: replace it with a fresh copy."
        )
    return np.frombuffer(raw, np.uint8, offset=len(header)).reshape(file.shape)


def _source() -> Path | None:
    """The first folder that has all four files (whole or not: loading tells), or None."""
    chosen = os.environ.get("MNIST_DIR")
    if chosen and not is_folder(chosen):
        raise MnistError(
            "MNIST_DIR does not name a folder that this app may read: correct or unset it.", chosen
        )
    for folder in [Path(chosen)] if chosen else [cache_folder() / "mnist"]:
        missing = [
            f.name
            for f in FILES.values()
            if not is_file(folder / f.name) and not is_file(folder / f"{f.name}.gz")
        ]
        if not missing:
            return folder
        if chosen:
            raise MnistError(
                f"MNIST_DIR names a folder in which {missing[0]}.gz is not: add it.", chosen
            )
    return None


def mnist_available() -> bool:
    """Whether load_mnist would find files now. A MNIST_DIR without them counts as not there."""
    try:
        return _source() is not None
    except MnistError:
        return False


@cache
def _load(folder: Path, split: Split) -> Digits:
    arrays = []
    for part in ("images", "labels"):
        file = FILES[split, part]
        raw = _read(folder, file)
        if raw is None:
            raise MnistError(f"{file.name}.gz is missing: add it.", folder)
        arrays.append(_decode(raw, file))
    return Digits(arrays[0], arrays[1].astype(np.int64))


def load_mnist(split: Split) -> Digits:
    """The training or test set, from MNIST_DIR or the cache; never from the network.

    MnistError, with what to do, if it is missing, truncated, corrupt or swapped.
    """
    folder = _source()
    if folder is None:
        raise MnistError(
            "MNIST is not on this machine: set MNIST_DIR to a folder that has its four files, "
            "or let `python -m diffusion_core train --download` fetch them."
        )
    return _load(folder, split)


def download_mnist(progress: Callable[[float], None] = lambda fraction: None) -> Path:
    """Fetch the files that the cache lacks; return the folder. Calls progress(0..1) as it goes.

    Each file is fetched to a temporary place, checked, and only then moved where load_mnist looks,
    so that a broken connection or a full disk leaves nothing half-written. MnistError if no
    mirror could deliver, CannotWriteError if the disk cannot take it.
    """
    folder = cache_folder() / "mnist"
    bar = _Progress(progress)
    for file in FILES.values():
        try:
            present = _read(folder, file) is not None
        except MnistError:
            present = False  # A damaged copy in our own cache is ours to replace.
        if not present:
            _fetch(file, folder, bar)
        bar.next_file()
    return folder


def _fetch(file: IdxFile, folder: Path, bar: _Progress) -> None:
    problem = ""
    with replacing(folder / f"{file.name}.gz") as temporary:
        for mirror in MIRRORS:
            bar.reset()
            try:
                download = pooch.HTTPDownloader(progressbar=bar, timeout=20)
                download(f"{mirror}{file.name}.gz", str(temporary), None)
                raw = gzip.decompress(temporary.read_bytes())
            except (RequestException, gzip.BadGzipFile, EOFError, zlib.error) as error:
                # Any other OSError is the disk's, and no other mirror would help.
                problem = _reason(error)
                continue
            if hashlib.md5(raw, usedforsecurity=False).hexdigest() == file.md5:
                return
            problem = "what arrived has the wrong checksum"
        raise MnistError(
            f"Could not download {file.name}.gz ({problem}): check the connection and try again, "
            "or set MNIST_DIR to a folder that has MNIST."
        )


def _reason(error: Exception) -> str:
    """Why a download failed, in a few words: what requests says runs over several lines."""
    match error:
        case HTTPError(response=Response(status_code=status)):
            return f"the server answered {status}"
        case Timeout():
            return "the server did not answer in time"
        case RequestException():
            return "there is no connection to the server, or it broke off"
        case _:
            return "what arrived is damaged"


class _Progress:
    """What pooch asks of a progress bar. Reports the fraction of all files, which never falls."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self.report = report
        self.files = 0
        self.furthest = 0.0
        self.total = 0
        self.done = 0

    def update(self, size: int) -> None:
        self.done += size
        if self.total:
            self._reach(self.files + min(1.0, self.done / self.total))

    def next_file(self) -> None:
        self.files += 1
        self._reach(self.files)

    def _reach(self, files: float) -> None:
        # A second mirror starts its file again, which is no step back for whoever watches.
        self.furthest = max(self.furthest, files / len(FILES))
        self.report(self.furthest)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        pass
