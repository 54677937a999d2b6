"""MNIST: find it, download it, verify it, decode it.

Where it is looked for, in this order: the folder that MNIST_DIR names; this user's cache folder;
and, only when asked, the public mirrors. Whatever the source, the decompressed bytes must have the
known hash, so that truncated, corrupt or swapped files are told apart from the real thing. What the
files are called, and how they are packed, does not matter. The
data set is due to Y. LeCun, C. Cortes and C. Burges; it is never part of this project.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import pooch
from numpy.typing import NDArray
from requests import HTTPError, RequestException, Response, Timeout

from diffusion_core.errors import MnistError
from diffusion_core.files.whole import is_file, is_folder, remove_half_written, replacing

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


KERAS: dict[tuple[Split, str], str] = {
    ("train", "images"): "x_train",
    ("train", "labels"): "y_train",
    ("test", "images"): "x_test",
    ("test", "labels"): "y_test",
}
"""What the four are called in the one file that Keras keeps them in."""
FLOORS = 2
MOST_FILES = 1000
"""A folder with more was not meant: it is somebody's whole disk."""
NOT_READ = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, MemoryError, NotImplementedError),
    *(RuntimeError, SyntaxError, zlib.error, zipfile.BadZipFile, struct.error),
)
"""What Python raises for files that are damaged, cut off, or not what their name says."""


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


Places = dict[str, Path]
"""The name of each of MNIST's files, and where it is."""


def _places(folder: Path) -> Places:
    """Which of MNIST's files are in a folder, under whatever name people have them.

    Packed or not; with dots (train-images.idx3-ubyte); in the folders that other libraries make
    below it (MNIST/raw); or all four in one .npz, as Keras has them. What is nearer to the top
    counts. MnistError if the folder cannot be read.
    """
    plain = {file.name: (folder / f"{file.name}.gz", folder / file.name) for file in FILES.values()}
    found = {
        name: next(filter(is_file, places))
        for name, places in plain.items()
        if any(map(is_file, places))
    }
    if len(found) == len(FILES):
        return found
    listed = _listed(folder)
    by_name: Places = {}
    for path in listed:
        by_name.setdefault(re.sub(r"[._]", "-", path.name.lower().removesuffix(".gz")), path)
    found |= {name: by_name[name] for name in plain if name not in found and name in by_name}
    if len(found) < len(FILES):
        packs = (path for path in listed if path.suffix.lower() == ".npz")
        one = next(filter(_holds_mnist, packs), None)
        return dict.fromkeys(plain, one) if one else found
    return found


def _listed(folder: Path) -> list[Path]:
    """The files of a folder and of those in it, two floors down: the nearest first."""
    files: list[Path] = []
    floor = [folder]
    try:
        for _ in range(1 + FLOORS):
            inside = sorted(path for place in floor for path in islice(place.iterdir(), MOST_FILES))
            files += [path for path in inside if is_file(path)]
            floor = [path for path in inside if is_folder(path) and path.name[0] != "."][
                :MOST_FILES
            ]
            if len(files) > MOST_FILES:
                break
    except OSError as error:
        if not files:
            raise MnistError(
                "The folder that should have MNIST cannot be read: allow this program to read it.",
                folder,
            ) from error
    return files


def _holds_mnist(path: Path) -> bool:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return set(KERAS.values()) <= set(arrays.files)
    except NOT_READ:
        return False


def _raw(path: Path, file: IdxFile) -> bytes:
    """The file's bytes as they should be, of whatever they are kept in."""
    if path.suffix.lower() == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            key = next(key for key, other in FILES.items() if other.name == file.name)
            array = arrays[KERAS[key]]
        return _header(array.shape) + array.astype(np.uint8, casting="safe").tobytes()
    content = path.read_bytes()
    # What it is, and not what it is called: unpacking often keeps the name, or the other way round.
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _read(path: Path, file: IdxFile) -> bytes:
    """The bytes of one of the files, unpacked and verified. MnistError if they are not its own."""
    what = f"{path.name} ({file.name})" if path.suffix.lower() == ".npz" else path.name
    try:
        raw = _raw(path, file)
    except NOT_READ as error:
        raise MnistError(
            f"{what} is damaged or cannot be read: replace it with a fresh copy.", path
        ) from error
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    if md5 == file.md5:
        return raw
    mistaken_for = next((f.name for f in FILES.values() if f.md5 == md5), None)
    holds = f"holds {mistaken_for} instead" if mistaken_for else "is not the original MNIST file"
    raise MnistError(f"{what} {holds}: replace it with a fresh copy of {file.name}.", path)


def _header(shape: tuple[int, ...]) -> bytes:
    """IDX: two zero bytes, the type (8 = uint8), the rank, then one big-endian size a dimension."""
    return bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)


def _decode(raw: bytes, file: IdxFile) -> NDArray[np.uint8]:
    header = _header(file.shape)
    if not raw.startswith(header) or len(raw) != len(header) + math.prod(file.shape):
        raise MnistError(
            f"{file.name} has an unexpected header or length: replace it with a fresh copy."
        )
    return np.frombuffer(raw, np.uint8, offset=len(header)).reshape(file.shape)


def _source() -> Places | None:
    """Where all four files are (whole or not: loading tells), or None."""
    chosen = os.environ.get("MNIST_DIR")
    if not chosen:
        folder = cache_folder() / "mnist"
        places = _places(folder) if is_folder(folder) else {}
        return places if len(places) == len(FILES) else None
    folder = Path(chosen)
    if not is_folder(folder):
        raise MnistError(
            "MNIST_DIR does not name a folder that this app may read: correct or unset it.", folder
        )
    places = _places(folder)
    missing = [file.name for file in FILES.values() if file.name not in places]
    if missing:
        raise MnistError(
            f"The folder that MNIST_DIR names lacks {' and '.join(missing)} ({_there(folder)}): "
            "put MNIST's four files there, packed (.gz) or not, or mnist.npz, or name another one.",
            folder,
        )
    return places


def _there(folder: Path) -> str:
    """What is in a folder, in a few words."""
    names = [path.name for path in _listed(folder)]
    if not names:
        return "it is empty"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"it has {', '.join(names[:3])}{more}"


def mnist_available() -> bool:
    """Whether load_mnist would find files now. A MNIST_DIR without them counts as not there."""
    try:
        return _source() is not None
    except MnistError:
        return False


@cache
def _load(images: Path, labels: Path, split: Split) -> Digits:
    pictures, answers = (
        _decode(_read(path, FILES[split, part]), FILES[split, part])
        for part, path in (("images", images), ("labels", labels))
    )
    return Digits(pictures, answers.astype(np.int64))


def load_mnist(split: Split) -> Digits:
    """The training or test set, from MNIST_DIR or the cache; never from the network.

    MnistError, with what to do, if it is missing, truncated, corrupt or swapped.
    """
    places = _source()
    if places is None:
        raise MnistError(
            "MNIST is not on this machine: set MNIST_DIR to a folder that has its four files, "
            "or let `python -m diffusion_core train --download` fetch them."
        )
    images, labels = (places[FILES[split, part].name] for part in ("images", "labels"))
    return _load(images, labels, split)


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
            place = _places(folder).get(file.name) if is_folder(folder) else None
            present = place is not None and bool(_read(place, file))
        except MnistError:
            present = False  # A damaged copy in our own cache is ours to replace.
        if not present:
            _fetch(file, folder, bar)
        bar.next_file()
    return folder


def remove_half_downloaded() -> None:
    """Remove what a download has left that was killed in its middle."""
    for file in FILES.values():
        remove_half_written(cache_folder() / "mnist" / f"{file.name}.gz")


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
