"""MNIST: found, verified, decoded. Most tests use four tiny files that stand in for it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from diffusion_core.data.mnist import load_mnist, mnist_available
from tests.core.tiny_mnist import (
    StandIn,
    assert_whole,
    complaint,
    idx,
    one_bit_flipped,
    one_pixel_changed,
    stand_in,
    truncated,
)


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
    said = complaint(lambda: load_mnist("train"))
    assert "not name a folder that this app may read" in said and "nowhere]" in said


def test_a_chosen_folder_that_lacks_a_file(tiny: StandIn, folder: Path, cache: Path) -> None:
    # Whoever names a folder means it: the cache does not step in silently.
    tiny.write(cache)
    tiny.path(folder, "train", "labels").unlink()
    assert not mnist_available()
    said = complaint(lambda: load_mnist("train"))
    assert "lacks train-labels-idx1-ubyte (it has t10k-images-idx3-ubyte.gz, " in said


def renamed(tiny: StandIn, folder: Path, change: Callable[[str], str], unpack: bool) -> None:
    """The files as somebody else has them: under other names, in other folders, unpacked."""
    for packed in sorted(folder.iterdir()):
        content = packed.read_bytes()
        place = folder / change(packed.name if not unpack else packed.stem)
        packed.unlink()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.decompress(content) if unpack else content)


OTHER_NAMES: dict[str, tuple[Callable[[str], str], bool]] = {
    "with a dot": (lambda name: name.replace("-idx", ".idx"), True),
    "with a dot, packed": (lambda name: name.replace("-idx", ".idx"), False),
    "as torchvision has them": (lambda name: f"MNIST/raw/{name}", True),
    "one floor down, packed": (lambda name: f"mnist/{name}", False),
    "each in a folder of its name": (lambda name: f"{name}/{name.replace('-idx', '.idx')}", True),
    "in capitals": (lambda name: name.upper().replace(".GZ", ".gz"), True),
    "packed under the name of unpacked ones": (lambda name: name.removesuffix(".gz"), False),
    "unpacked under the name of packed ones": (lambda name: f"{name}.gz", True),
}


@pytest.mark.parametrize("how", OTHER_NAMES)
def test_files_as_people_have_them(tiny: StandIn, folder: Path, how: str) -> None:
    renamed(tiny, folder, *OTHER_NAMES[how])
    assert_whole(tiny)


KERAS = {
    "x_train": ("train", "images"),
    "y_train": ("train", "labels"),
    "x_test": ("test", "images"),
    "y_test": ("test", "labels"),
}


@pytest.mark.parametrize("place", ["mnist.npz", "datasets/mnist.npz"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_one_file_as_keras_has_it(
    tiny: StandIn, folder: Path, place: str, save: Callable[..., None]
) -> None:
    for path in folder.iterdir():
        path.unlink()
    (folder / place).parent.mkdir(exist_ok=True)
    save(folder / place, **{name: tiny.arrays[key] for name, key in KERAS.items()})
    assert_whole(tiny)


def test_another_npz_is_not_taken_for_it(tiny: StandIn, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    np.savez(folder / "mine.npz", x_train=np.zeros(3), y_train=np.zeros(3))
    said = complaint(lambda: load_mnist("train"))
    assert "it has mine.npz" in said and "mnist.npz" in said
    swapped = {name: tiny.arrays[key][::-1] for name, key in KERAS.items()}
    np.savez(folder / "mnist.npz", **swapped)
    assert "mnist.npz (train-images-idx3-ubyte) is not the original" in complaint(
        lambda: load_mnist("train")
    )
    content = (folder / "mnist.npz").read_bytes()
    (folder / "mnist.npz").write_bytes(content[: len(content) // 2])
    assert "lacks train-images-idx3-ubyte and" in complaint(lambda: load_mnist("train"))


def test_a_pickle_in_an_npz_is_never_opened(tiny: StandIn, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    anything = np.array([{"a": 1}], dtype=object)
    np.savez(folder / "mnist.npz", **dict.fromkeys(KERAS, anything))
    assert "damaged or cannot be read" in complaint(lambda: load_mnist("train"))


def test_an_empty_folder_is_said_to_be_empty(tiny: StandIn, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    assert "(it is empty)" in complaint(lambda: load_mnist("train"))


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
    assert path.name in message
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
