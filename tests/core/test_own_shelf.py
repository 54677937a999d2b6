"""Where visitors' models are kept for a while, and the process that draws with them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CheckpointError, RequestError
from diffusion_core.files.checkpoint import load_checkpoint, save_checkpoint
from diffusion_core.labs.own.shelf import HOURS, KEPT_EACH, Shelf
from diffusion_core.service.networks import LoadedNetworks
from diffusion_core.unet import UNet
from tests.core.tiny_mnist import complaint


def put(shelf: Shelf, network: UNet, number: int, owner: str = "") -> str:
    """A model that differs from the others by one number."""
    path = shelf.folder / f".new-{number}" / "digits.safetensors"
    next(network.parameters()).view(-1)[0] = number
    save_checkpoint(path, network, {"number": number})
    return shelf.put(path, owner)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def test_a_model_is_named_by_what_it_is(shelf: Shelf, tiny_network: UNet) -> None:
    first, second = put(shelf, tiny_network, 1), put(shelf, tiny_network, 2)
    assert first != second and put(shelf, tiny_network, 1) == first
    assert shelf.has(first) and load_checkpoint(shelf.path_of(first)).config == tiny_network.config
    assert shelf.path_of(first).with_suffix(".json").is_file()


def put_several(shelf: Shelf, network: UNet, owners: list[str]) -> list[str]:
    """A model for each of these owners, the oldest first."""
    names = []
    for number, owner in enumerate(owners):
        names.append(put(shelf, network, number, owner))
        then = time.time() - 100 + number
        os.utime(shelf.path_of(names[-1]), (then, then))
    shelf.tidy()
    return names


def test_the_newest_few_of_each_owner_are_kept(shelf: Shelf, tiny_network: UNet) -> None:
    names = put_several(shelf, tiny_network, ["anna", *["ben"] * (KEPT_EACH + 2)])
    assert [shelf.has(name) for name in names] == [True, False, False] + [True] * KEPT_EACH
    for kind in ("*.json", "*.safetensors", "*.owner"):
        assert len([*shelf.folder.glob(kind)]) == 1 + KEPT_EACH


def test_room_for_all_is_taken_from_whoever_has_most(
    shelf: Shelf, tiny_network: UNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffusion_core.labs.own.shelf.KEPT", 4)
    names = put_several(shelf, tiny_network, ["anna", "ben", "ben", "cleo", "ben", "dora"])
    assert [shelf.has(name) for name in names] == [True, False, False, True, True, True]


def test_what_is_too_old_is_gone(shelf: Shelf, tiny_network: UNet) -> None:
    name = put(shelf, tiny_network, 1)
    old = time.time() - 3600 * HOURS - 1
    os.utime(shelf.path_of(name), (old, old))
    assert "train another one" in complaint(lambda: shelf.path_of(name), RequestError)
    shelf.tidy()
    assert [*shelf.folder.glob("*.safetensors"), *shelf.folder.glob("*.json")] == []


@pytest.mark.parametrize("name", ["", "..", "../../secret", "ABCDEFAB", "01234567\n", "a" * 9])
def test_only_names_of_models_are_looked_for(shelf: Shelf, name: str) -> None:
    shelf.folder.mkdir(parents=True)
    (shelf.folder / f"{name.replace('/', '_') or 'x'}.safetensors").touch()
    assert not shelf.has(name)
    complaint(lambda: shelf.path_of(name), RequestError)


def test_a_shelf_that_was_never_opened_is_empty(tmp_path: Path) -> None:
    assert not Shelf(tmp_path / "nowhere").has("01234567")


def test_visitors_networks_are_read_when_wanted_and_a_few_kept(
    shelf: Shelf, tiny_network: UNet
) -> None:
    shipped = NetworkDenoiser(tiny_network)
    networks = LoadedNetworks({"digits": shipped}, kept=2)
    paths = [str(shelf.path_of(put(shelf, tiny_network, number))) for number in range(3)]
    assert networks["digits"] is shipped
    first = networks[paths[0]]
    assert networks[paths[0]] is first
    others = [networks[path] for path in paths[1:]]
    assert [networks[path] for path in paths[1:]] == others  # kept
    again = networks[paths[0]]  # it had been put away, and is the same
    assert again is not first
    for one, other in zip(again.network.parameters(), first.network.parameters(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_network_that_is_gone_is_said(shelf: Shelf) -> None:
    complaint(lambda: LoadedNetworks({})[str(shelf.folder / "gone.safetensors")], CheckpointError)
