"""Files from which a run goes on: tensors and a few words about them (tensors.py)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.tensors import UNFIT, UNREADABLE, read_tensors


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


@contextmanager
def read_state(
    path: str | Path, device: str = "cpu"
) -> Iterator[tuple[dict[str, Tensor], dict[str, str]]]:
    """What write_tensors wrote of a run: the tensors, on `device`, and the metadata.

    CheckpointError if the file is missing or damaged, or if the block cannot make of it what it
    wants to.
    """
    try:
        yield read_tensors(path, device)
    except (*UNREADABLE, *UNFIT) as error:
        raise CheckpointError(
            f"Cannot resume from {named(path)} ({type(error).__name__}): delete it to start "
            "afresh.",
            path,
        ) from error
