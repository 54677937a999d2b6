"""Checkpoints: what is saved comes back, and what is damaged says so in one sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from diffusion_core.errors import CannotWriteError, CheckpointError
from diffusion_core.files.checkpoint import (
    FORMAT,
    load_checkpoint,
    read_card,
    save_checkpoint,
    write_card,
)
from diffusion_core.unet import UNet, UNetConfig

FullDisk = Callable[[int], AbstractContextManager[None]]


def complaint(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    # Visitors read the name of the file; where it lies is for whoever runs the app.
    assert path.name in message and str(path.parent) not in message
    assert str(path) in caught.value.for_operator
    return caught.value.for_operator


def rewrite(
    path: Path,
    change: Callable[[dict[str, Tensor]], None] = lambda tensors: None,
    **metadata: str | None,
) -> None:
    """Save the checkpoint again with other tensors or metadata; None removes an entry."""
    with safe_open(str(path), framework="pt") as file:
        fields = dict(file.metadata())
    fields |= {key: value for key, value in metadata.items() if value is not None}
    tensors = load_file(path)
    change(tensors)
    kept = {key: value for key, value in fields.items() if metadata.get(key, value) is not None}
    save_file(tensors, path, metadata=kept)


def test_weights_come_back_as_float16_holds_them(tiny_model: Path, tiny_network: UNet) -> None:
    loaded = load_checkpoint(tiny_model)
    assert loaded.config == tiny_network.config
    before, after = tiny_network.state_dict(), loaded.state_dict()
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert after[name].dtype == torch.float32
        # Half a unit in the last of 11 bits, or of the smallest subnormal.
        torch.testing.assert_close(after[name], tensor, rtol=2**-11, atol=2**-25)


def test_saving_what_was_loaded_changes_nothing(tiny_model: Path, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "again.safetensors", load_checkpoint(tiny_model), {})
    again = load_file(tmp_path / "again.safetensors")
    for name, tensor in load_file(tiny_model).items():
        assert torch.equal(again[name], tensor)


def test_a_loaded_network_is_ready_to_use(tiny_model: Path) -> None:
    network = load_checkpoint(tiny_model)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    answer = network(torch.zeros(2, 1, 28, 28), torch.rand(2), torch.tensor([1, 10]))
    assert answer.isfinite().all()


def test_the_file_is_half_the_size_and_explains_itself(
    tiny_model: Path, tiny_network: UNet
) -> None:
    size = tiny_model.stat().st_size
    assert 2 * tiny_network.parameter_count < size < 2.2 * tiny_network.parameter_count + 10_000
    with safe_open(str(tiny_model), framework="pt") as file:
        metadata = file.metadata()
    assert metadata["format"] == FORMAT
    fields = json.loads(metadata["config"])
    assert fields == {**asdict(tiny_network.config), "widths": [16, 16]}


# --- The card ----------------------------------------------------------------------------------


def test_the_card_comes_back(tiny_model: Path) -> None:
    assert read_card(tiny_model) == {"name": "tiny", "minutes": 0.5}
    write_card(tiny_model, {"name": "Ångström", "figures": {"fid": 1.5}})
    assert read_card(tiny_model) == {"name": "Ångström", "figures": {"fid": 1.5}}
    assert load_checkpoint(tiny_model).config.widths == (16, 16)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1, 2]", b"\xff\xfe"])
def test_without_a_readable_card_there_is_an_empty_one(
    tiny_model: Path, content: bytes | None
) -> None:
    card = tiny_model.with_suffix(".json")
    card.unlink()
    if content is not None:
        card.write_bytes(content)
    assert read_card(tiny_model) == {}
    assert load_checkpoint(tiny_model).config.widths == (16, 16)


# --- Damage ------------------------------------------------------------------------------------


def test_missing(tmp_path: Path) -> None:
    assert "make train" in complaint(tmp_path / "nothing.safetensors")
    assert "There is no model" in complaint(tmp_path)


@pytest.mark.parametrize("part", [0, 4, 0.01, 0.5, 0.999])
def test_truncated(tiny_model: Path, part: float) -> None:
    content = tiny_model.read_bytes()
    tiny_model.write_bytes(content[: part if isinstance(part, int) else int(part * len(content))])
    assert "is damaged" in complaint(tiny_model)


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes(tiny_model: Path, seed: int) -> None:
    tiny_model.write_bytes(np.random.default_rng(seed).bytes(5000))
    assert "is damaged" in complaint(tiny_model)


def test_other_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.ones(3)}, path)
    assert "not a checkpoint of this app" in complaint(path)
    save_file({"weight": torch.ones(3)}, path, metadata={"format": "pt"})
    assert "'pt'" in complaint(path)


def test_a_checkpoint_of_another_version(tiny_model: Path) -> None:
    rewrite(tiny_model, format="through-the-fog/99")
    assert "through-the-fog/99" in complaint(tiny_model)


@pytest.mark.parametrize(
    "config",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"widths": 16}',
        '{"widths": ["a", "b"]}',
        '{"widths": [16, 16], "colour": "teal"}',
        '{"widths": [16, 16], "groups": 0}',
        '{"widths": [17, 16]}',
        '{"widths": [32, 32], "blocks": 1, "heads": 2, "embedding": 32, "groups": 4}',
    ],
)
def test_a_configuration_that_does_not_fit(tiny_model: Path, config: str | None) -> None:
    rewrite(tiny_model, config=config)
    assert "does not fit" in complaint(tiny_model)


def lose_one(tensors: dict[str, Tensor]) -> None:
    tensors.pop("leave.weight")


def add_one(tensors: dict[str, Tensor]) -> None:
    tensors["extra"] = torch.zeros(1)


def reshape_one(tensors: dict[str, Tensor]) -> None:
    tensors["label.weight"] = torch.zeros(10, 32)


@pytest.mark.parametrize("change", [lose_one, add_one, reshape_one])
def test_tensors_that_do_not_fit(
    tiny_model: Path, change: Callable[[dict[str, Tensor]], None]
) -> None:
    rewrite(tiny_model, change)
    assert "does not fit" in complaint(tiny_model)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_numbers_that_are_none(tiny_model: Path, value: float) -> None:
    def spoil(tensors: dict[str, Tensor]) -> None:
        tensors["leave.bias"][0] = value

    rewrite(tiny_model, spoil)
    assert "not finite" in complaint(tiny_model)


# --- A disk that refuses -----------------------------------------------------------------------


def files_beside(path: Path) -> set[str]:
    return {other.name for other in path.parent.iterdir()}


def test_a_full_disk_leaves_the_old_files_whole(
    tiny_model: Path, tiny_config: UNetConfig, full_disk: FullDisk
) -> None:
    before, card = tiny_model.read_bytes(), read_card(tiny_model)
    with full_disk(50_000), pytest.raises(CannotWriteError, match=r"Cannot write .*too large"):
        save_checkpoint(tiny_model, UNet(tiny_config), {"name": "new"})
    assert tiny_model.read_bytes() == before
    assert read_card(tiny_model) == card
    assert files_beside(tiny_model) == {"tiny.safetensors", "tiny.json"}


def test_no_space_at_the_last_moment(
    tiny_model: Path, tiny_config: UNetConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tiny_model.read_bytes()

    def refuse(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(CannotWriteError, match="No space left on device"):
        save_checkpoint(tiny_model, UNet(tiny_config), {})
    assert tiny_model.read_bytes() == before
    assert files_beside(tiny_model) == {"tiny.safetensors", "tiny.json"}


def test_a_folder_that_cannot_be_made(tmp_path: Path, tiny_network: UNet) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWriteError, match="Cannot write"):
        save_checkpoint(tmp_path / "file" / "model.safetensors", tiny_network, {})


def test_a_folder_in_the_place_of_the_file(tmp_path: Path, tiny_network: UNet) -> None:
    with pytest.raises(CannotWriteError, match="Cannot write"):
        save_checkpoint(tmp_path, tiny_network, {})
    assert tmp_path.is_dir()
