"""Four tiny files that stand in for MNIST, whole or damaged. Its fixtures are in conftest.py."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from diffusion_core.data import mnist as data
from diffusion_core.data.mnist import IdxFile, load_mnist, mnist_available
from diffusion_core.errors import MnistError, UserFacingError

KEYS = [("train", "images"), ("train", "labels"), ("test", "images"), ("test", "labels")]


def idx(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@dataclass
class StandIn:
    """A tiny data set in the place of MNIST, whose files the tests may damage."""

    arrays: dict[tuple[str, str], NDArray[np.uint8]]
    packed: dict[str, bytes]
    """NAME.gz to its bytes, undamaged."""
    names: dict[tuple[str, str], str]

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.packed.items():
            (folder / name).write_bytes(content)
        return folder

    def path(self, folder: Path, split: str, part: str) -> Path:
        return folder / self.names[split, part]


def stand_in(monkeypatch: pytest.MonkeyPatch, raw: dict[tuple[str, str], bytes]) -> StandIn:
    numbers = np.random.default_rng(0)
    arrays, files, packed, names = {}, {}, {}, {}
    for (split, part), count in zip(KEYS, (6, 6, 4, 4), strict=True):
        shape = (count, 28, 28) if part == "images" else (count,)
        array = numbers.integers(0, 256 if part == "images" else 10, shape, dtype=np.uint8)
        content = raw.get((split, part), idx(array))
        name = data.FILES[split, part].name
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        arrays[split, part], names[split, part] = array, f"{name}.gz"
        files[split, part] = IdxFile(name, md5, shape)
        packed[f"{name}.gz"] = gzip.compress(content)
    monkeypatch.setattr(data, "FILES", files)
    return StandIn(arrays, packed, names)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    """The stand-in, with no MNIST_DIR, an empty cache and no mirror."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(data, "MIRRORS", ())
    return stand_in(monkeypatch, {})


@pytest.fixture
def folder(tiny: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the stand-in, which MNIST_DIR names."""
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "chosen"))
    return tiny.write(tmp_path / "chosen")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "mnist"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def complaint(action: Callable[[], object], kind: type[Exception] = MnistError) -> str:
    """What the error says to whoever runs the app; to visitors it must be one sentence, on one
    line, without the server's folders."""
    with pytest.raises(kind) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert isinstance(caught.value, UserFacingError)
    assert caught.value.where is None or str(caught.value.where) not in message
    return caught.value.for_operator


def assert_whole(tiny: StandIn) -> None:
    assert mnist_available()
    for split in ("train", "test"):
        digits = load_mnist(split)
        np.testing.assert_array_equal(digits.images, tiny.arrays[split, "images"])
        np.testing.assert_array_equal(digits.labels, tiny.arrays[split, "labels"])
        assert (digits.images.dtype, digits.labels.dtype) == (np.uint8, np.int64)
        assert len(digits) == len(digits.images)


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def one_bit_flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def one_pixel_changed(content: bytes) -> bytes:
    return gzip.compress(one_bit_flipped(gzip.decompress(content)))
