"""Files from which a run goes on: tensors and a few words about them, in one safetensors file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.whole import replacing


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer remembers of each parameter, as "index/name"."""
    return {
        f"{index}/{key}": tensor
        for index, slot in optimizer.state_dict()["state"].items()
        for key, tensor in slot.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give it back what optimizer_tensors took."""
    state = optimizer.state_dict()
    for path, tensor in tensors.items():
        index, key = path.split("/")
        state["state"].setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict(state)


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those whose name begins with the prefix, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def write_state(
    path: str | Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write them, whole or not at all. CannotWriteError if the disk will not take them."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as temporary:
        temporary.write_bytes(save(contiguous, metadata))


@contextmanager
def read_state(
    path: str | Path, device: str = "cpu"
) -> Iterator[tuple[dict[str, Tensor], dict[str, str]]]:
    """What write_state wrote: the tensors, on `device`, and the metadata.

    CheckpointError if the file is missing or damaged, or if the block cannot make of it what it
    wants to.
    """
    try:
        with safe_open(str(path), framework="pt", device=device) as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            metadata = file.metadata() or {}
        yield tensors, metadata
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"Cannot resume from {named(path)} ({type(error).__name__}): delete it to start "
            "afresh.",
            path,
        ) from error
