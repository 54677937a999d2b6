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

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.files.tensors import Metadata, Wanted, halved, load_weights, write_tensors
from diffusion_core.files.whole import replacing
from diffusion_core.unet import UNet, UNetConfig

FORMAT = "through-the-fog/1"
MODEL = Wanted(
    "model",
    "restore it from the repository, or train one with `make train`.",
    "the network it describes",
    "restore it from the repository, or train it again.",
)


def save_checkpoint(path: str | Path, network: UNet, card: dict[str, Any]) -> None:
    """Write the weights (float16) and the card, each whole or not at all.

    CannotWriteError if the disk will not take them.
    """
    metadata = {"format": FORMAT, "config": json.dumps(asdict(network.config))}
    write_tensors(path, halved(network), metadata)
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

    def network_for(metadata: Metadata) -> UNet:
        if metadata.get("format") != FORMAT:
            raise CheckpointError(
                f"{named(path)} is not a checkpoint of this app "
                f"(format {metadata.get('format')!r}): "
                "choose a file that `python -m diffusion_core train` wrote.",
                path,
            )
        return UNetConfig.parsed(metadata["config"]).build()

    return load_weights(path, MODEL, network_for, device)
