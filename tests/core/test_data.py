"""MNIST: found, fetched, verified, decoded. Most tests use four tiny files that stand in for it."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from diffusion_core import data
from diffusion_core.data import IdxFile, download_mnist, load_mnist, mnist_available
from diffusion_core.errors import CannotWriteError, MnistError

FullDisk = Callable[[int], AbstractContextManager[None]]
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
    """What the error says; it must be one sentence, on one line."""
    with pytest.raises(kind) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


def assert_whole(tiny: StandIn) -> None:
    assert mnist_available()
    for split in ("train", "test"):
        digits = load_mnist(split)
        np.testing.assert_array_equal(digits.images, tiny.arrays[split, "images"])
        np.testing.assert_array_equal(digits.labels, tiny.arrays[split, "labels"])
        assert (digits.images.dtype, digits.labels.dtype) == (np.uint8, np.int64)
        assert len(digits) == len(digits.images)


# --- Finding and verifying ---------------------------------------------------------------------


def test_found_in_the_chosen_folder(tiny: StandIn, folder: Path) -> None:
    assert_whole(tiny)


def test_unpacked_files_will_do(tiny: StandIn, folder: Path) -> None:
    for packed in folder.iterdir():
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    assert_whole(tiny)


def test_found_in_the_cache(tiny: StandIn, cache: Path) -> None:
    tiny.write(cache)
    assert_whole(tiny)


def test_the_chosen_folder_comes_before_the_cache(tiny: StandIn, folder: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    for name in tiny.packed:
        (cache / name).write_bytes(b"not this one")
    assert_whole(tiny)


def test_nowhere(tiny: StandIn) -> None:
    assert not mnist_available()
    message = complaint(lambda: load_mnist("train"))
    assert "MNIST_DIR" in message
    assert "--download" in message


def test_half_a_cache_is_none(tiny: StandIn, cache: Path) -> None:
    tiny.write(cache)
    tiny.path(cache, "test", "labels").unlink()
    assert not mnist_available()
    assert "not on this machine" in complaint(lambda: load_mnist("train"))


def test_a_chosen_folder_that_is_none(
    tiny: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "nowhere"))
    assert not mnist_available()
    assert "nowhere, which is not a folder" in complaint(lambda: load_mnist("train"))


def test_a_chosen_folder_that_lacks_a_file(tiny: StandIn, folder: Path, cache: Path) -> None:
    # Whoever names a folder means it: the cache does not step in silently.
    tiny.write(cache)
    tiny.path(folder, "train", "labels").unlink()
    assert not mnist_available()
    assert "train-labels-idx1-ubyte.gz is not there" in complaint(lambda: load_mnist("train"))


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def one_bit_flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def one_pixel_changed(content: bytes) -> bytes:
    return gzip.compress(one_bit_flipped(gzip.decompress(content)))


def not_gzip(content: bytes) -> bytes:
    return b"<html>404</html>"


def empty(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [truncated, one_bit_flipped, one_pixel_changed, not_gzip, empty])
@pytest.mark.parametrize("part", ["images", "labels"])
def test_damage_is_noticed(
    tiny: StandIn, folder: Path, part: str, damage: Callable[[bytes], bytes]
) -> None:
    path = tiny.path(folder, "train", part)
    path.write_bytes(damage(path.read_bytes()))
    message = complaint(lambda: load_mnist("train"))
    assert str(path) in message
    assert "replace it with a fresh copy" in message
    assert len(load_mnist("test")) == 4  # The other files are still good.


def test_swapped_files_are_called_by_their_name(tiny: StandIn, folder: Path) -> None:
    images, labels = (tiny.path(folder, "train", part) for part in ("images", "labels"))
    content = images.read_bytes(), labels.read_bytes()
    labels.write_bytes(content[0])
    images.write_bytes(content[1])
    message = complaint(lambda: load_mnist("train"))
    assert "train-images-idx3-ubyte.gz holds train-labels-idx1-ubyte instead" in message


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\x08",
        idx(np.zeros((5, 28, 28), np.uint8)),  # fewer pictures
        idx(np.zeros((6, 14, 56), np.uint8)),  # another size
        idx(np.zeros(6 * 784, np.uint8)),  # another rank
        b"\0\0\x0d\x03" + idx(np.zeros((6, 28, 28), np.uint8))[4:],  # floats
        idx(np.zeros((6, 28, 28), np.uint8))[:-1],  # one byte short
    ],
)
def test_a_header_that_does_not_fit(
    raw: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only if the table of files is itself wrong, since the checksum has been verified by then.
    tiny = stand_in(monkeypatch, {("train", "images"): raw})
    monkeypatch.setenv("MNIST_DIR", str(tiny.write(tmp_path / "odd")))
    assert "unexpected header" in complaint(lambda: load_mnist("train"))


# --- Fetching ----------------------------------------------------------------------------------


@dataclass
class Mirrors:
    """A server whose folders misbehave in different ways."""

    address: str
    requests: list[str] = field(default_factory=list)

    def __getitem__(self, behaviour: str) -> str:
        return f"{self.address}/{behaviour}/"


@pytest.fixture
def mirrors(tiny: StandIn) -> Iterator[Mirrors]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.requests.append(self.path)
            _, behaviour, name = self.path.split("/")
            content = tiny.packed[name]
            promised = len(content)
            if behaviour == "missing":
                self.send_error(404)
                return
            if behaviour in damages:
                content = damages[behaviour](content)
                promised = len(content)
            if behaviour == "breaks-off":
                content = truncated(content)
            self.send_response(200)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    damages = {"short": truncated, "damaged": one_bit_flipped, "another": one_pixel_changed}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Mirrors(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def use(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr(data, "MIRRORS", addresses)


def test_download(
    tiny: StandIn, cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, mirrors["good"])
    assert download_mnist() == cache
    assert files_in(cache) == sorted(tiny.packed)
    assert_whole(tiny)


@pytest.mark.parametrize("bad", ["missing", "breaks-off", "short", "damaged", "another"])
def test_the_second_mirror_helps_out(
    tiny: StandIn, cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    use(monkeypatch, mirrors[bad], mirrors["good"])
    download_mnist()
    assert files_in(cache) == sorted(tiny.packed)
    assert_whole(tiny)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("missing", "the server answered 404"),
        ("breaks-off", "broke off"),
        ("short", "damaged"),
        ("damaged", "damaged"),
        ("another", "wrong checksum"),
    ],
)
def test_a_failed_download_leaves_nothing_behind(
    tiny: StandIn,
    cache: Path,
    mirrors: Mirrors,
    monkeypatch: pytest.MonkeyPatch,
    bad: str,
    reason: str,
) -> None:
    use(monkeypatch, mirrors[bad])
    message = complaint(download_mnist)
    assert reason in message
    assert "MNIST_DIR" in message
    assert files_in(cache) == []
    assert not mnist_available()


def test_no_network(tiny: StandIn, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    use(monkeypatch, f"http://127.0.0.1:{port}/")
    assert "no connection" in complaint(download_mnist)
    assert files_in(cache) == []


def test_only_what_is_missing_or_damaged_is_fetched(
    tiny: StandIn, cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, mirrors["good"])
    tiny.write(cache)
    tiny.path(cache, "train", "images").unlink()
    tiny.path(cache, "test", "labels").write_bytes(b"damaged")
    download_mnist()
    assert mirrors.requests == [
        f"/good/{tiny.names['train', 'images']}",
        f"/good/{tiny.names['test', 'labels']}",
    ]
    assert_whole(tiny)


@pytest.mark.parametrize("bad", [[], ["breaks-off"], ["missing", "another"]])
def test_progress_goes_from_nothing_to_all_and_never_back(
    tiny: StandIn, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch, bad: list[str]
) -> None:
    use(monkeypatch, *(mirrors[behaviour] for behaviour in [*bad, "good"]))
    seen: list[float] = []
    download_mnist(seen.append)
    assert seen == sorted(seen)
    # Each file is a quarter, and advances by the kilobyte: a second mirror counts from its start.
    expected = {
        (done + min(1, (kilobyte + 1) * 1024 / len(content))) / 4
        for done, content in enumerate(tiny.packed.values())
        for kilobyte in range(-(-len(content) // 1024))
    }
    assert sorted(set(seen)) == pytest.approx(sorted(expected))


def test_a_full_disk_while_downloading(
    tiny: StandIn,
    cache: Path,
    mirrors: Mirrors,
    monkeypatch: pytest.MonkeyPatch,
    full_disk: FullDisk,
) -> None:
    use(monkeypatch, mirrors["good"], mirrors["good"])
    with full_disk(1000):
        message = complaint(download_mnist, CannotWriteError)
    assert str(cache / tiny.names["train", "images"]) in message
    assert "too large" in message  # which is how the system puts it here
    assert len(mirrors.requests) == 1  # No other mirror is bothered: it is not their fault.
    assert files_in(cache) == []
    download_mnist()
    assert_whole(tiny)


def test_a_cache_that_cannot_be_made(
    mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, mirrors["good"])
    (tmp_path / "file").write_text("a file where a folder should be")
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path / "file"))
    assert "Cannot write" in complaint(download_mnist, CannotWriteError)
    assert mirrors.requests == []


def test_a_read_only_cache(cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, mirrors["good"])

    def refuse(*args: object, **options: object) -> None:
        raise OSError(30, "Read-only file system", str(cache))

    monkeypatch.setattr("diffusion_core.files.tempfile.mkstemp", refuse)
    assert "Read-only file system" in complaint(download_mnist, CannotWriteError)


# --- The real one ------------------------------------------------------------------------------


@pytest.mark.mnist
def test_the_real_training_set() -> None:
    digits = load_mnist("train")
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(digits.labels).tolist() == counts
    assert digits.images.shape == (60000, 28, 28)
    assert digits.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert digits.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    assert digits.labels[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]


@pytest.mark.mnist
def test_the_real_test_set() -> None:
    digits = load_mnist("test")
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(digits.labels).tolist() == counts
    assert digits.images.shape == (10000, 28, 28)
    assert digits.labels[:8].tolist() == [7, 2, 1, 0, 4, 1, 4, 9]


@pytest.mark.mnist
def test_pictures_and_labels_belong_together() -> None:
    # The mean picture of a digit is closest to the mean picture of the same digit in the other set.
    means = [
        np.stack([digits.images[digits.labels == d].mean(0).ravel() for d in range(10)])
        for digits in (load_mnist("train"), load_mnist("test"))
    ]
    distances = np.linalg.norm(means[0][:, None] - means[1][None], axis=-1)
    assert distances.argmin(axis=1).tolist() == [*range(10)]
