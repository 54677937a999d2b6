"""Checkpoints: the weights as safetensors, with a JSON model card beside them.

weights.safetensors carries its own configuration in its metadata, so that it can be loaded alone;
the card (same name, .json) is for people: on what machine, for how long, with which command, and
how good. Weights are stored as float16, which halves the file; `make evaluate` measures the model
as it is stored, so whatever that costs is in the figures.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.shipped import ASSETS
from diffusion_core.files.whole import is_file, replacing
from diffusion_core.unet import UNet, UNetConfig

SHIPPED = ASSETS / "model" / "digits.safetensors"
LEAP = ASSETS / "model" / "leap.safetensors"
SOUND = ASSETS / "model" / "sound.safetensors"
MODELS = {"digits": SHIPPED, "leap": LEAP, "sound": SOUND}
"""The shipped weights: those that request.network_of names, and the one that makes notes."""
UNFIT = (LookupError, TypeError, ValueError, RuntimeError, AttributeError, ArithmeticError)
"""What comes of building a network from a configuration that makes no sense."""
FORMAT = "through-the-fog/1"


def save_checkpoint(path: str | Path, network: UNet, card: dict[str, Any]) -> None:
    """Write the weights (float16) and the card, each whole or not at all.

    CannotWriteError if the disk will not take them.
    """
    path = Path(path)
    tensors = {
        name: tensor.detach().cpu().to(torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
    }
    metadata = {"format": FORMAT, "config": json.dumps(asdict(network.config))}
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, metadata))
    write_card(path, card)


def write_card(path: str | Path, card: dict[str, Any]) -> None:
    """Write the card of the checkpoint at `path`."""
    with replacing(Path(path).with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_card(path: str | Path = SHIPPED) -> dict[str, Any]:
    """The card of the checkpoint at `path`; empty if there is none or it cannot be read."""
    try:
        card = json.loads(Path(path).with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def load_checkpoint(path: str | Path = SHIPPED, device: str = "cpu") -> UNet:
    """The network at `path`, in float32 and evaluation mode, ready to use on `device`.

    CheckpointError if the file is missing, truncated, of another format, holds tensors of other
    names or shapes than its configuration asks for, or holds numbers that are not finite.
    """
    path = Path(path)
    name = named(path)
    if not is_file(path):
        raise CheckpointError(
            f"There is no model at {name}: restore it from the repository, or train one with "
            "`make train`.",
            path,
        )
    try:
        with safe_open(str(path), framework="pt", device="cpu") as file:
            metadata = file.metadata() or {}
            tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{name} is damaged: restore it from the repository, or train it again.",
            f"{path}: {error}",
        ) from error
    if metadata.get("format") != FORMAT:
        raise CheckpointError(
            f"{name} is not a checkpoint of this app (format {metadata.get('format')!r}): "
            "choose a file that `python -m diffusion_core train` wrote.",
            path,
        )
    try:
        network = UNetConfig.parsed(metadata["config"]).build()
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except UNFIT as error:
        reason = (str(error).strip().splitlines() or ["it makes no sense"])[-1].strip()
        raise CheckpointError(
            f"{name} does not fit the network it describes: restore it or train again.",
            f"{path}: {reason}",
        ) from error
    if not all(torch.isfinite(tensor).all() for tensor in network.state_dict().values()):
        raise CheckpointError(
            f"{name} holds numbers that are not finite: restore it or train it again.", path
        )
    return network.to(device).eval().requires_grad_(False)
