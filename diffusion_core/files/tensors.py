"""Tensors and a few words about them in one safetensors file: weights, and files from which a run
goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.whole import is_file, replacing

Metadata = Mapping[str, str]
Network = TypeVar("Network", bound=nn.Module)
UNREADABLE = (SafetensorError, OSError)
UNFIT = (LookupError, TypeError, ValueError, RuntimeError, AttributeError, ArithmeticError)
"""What comes of building a network from a description that makes no sense."""


@dataclass(frozen=True)
class Wanted:
    """What a file of weights is to hold, in the words of the sentence about one that does not."""

    what: str
    """What is not there, if there is no file."""
    get_one: str
    """What to do then."""
    describes: str
    """What the weights must fit."""
    mend: str
    """What to do about a file that is damaged."""


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


def write_tensors(
    path: str | Path, tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write them, whole or not at all. CannotWriteError if the disk will not take them."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as temporary:
        temporary.write_bytes(save(contiguous, metadata))


def halved(network: nn.Module) -> dict[str, Tensor]:
    """Its weights as float16; what counts, as batch normalisation does, stays as it is."""
    return {
        name: tensor.half() if tensor.is_floating_point() else tensor
        for name, tensor in network.state_dict().items()
    }


def load_weights(
    path: str | Path,
    wanted: Wanted,
    network_for: Callable[[Metadata], Network],
    device: str = "cpu",
) -> Network:
    """The network at `path`, in float32 and evaluation mode, ready to use on `device`.

    network_for: the network that the metadata asks for, still without weights; a CheckpointError
    if they are those of another kind of file.
    CheckpointError if the file is missing or damaged, describes no network, or holds tensors of
    other names or shapes than that network has, or numbers that are not finite.
    """
    path = Path(path)
    name = named(path)
    if not is_file(path):
        raise CheckpointError(f"There is no {wanted.what} at {name}: {wanted.get_one}", path)
    try:
        tensors, metadata = _read(path)
    except UNREADABLE as error:
        raise CheckpointError(f"{name} is damaged: {wanted.mend}", f"{path}: {error}") from error
    try:
        network = network_for(metadata)
        network.load_state_dict(tensors)
    except UNFIT as error:
        reason = (str(error).strip().splitlines() or ["it makes no sense"])[-1].strip()
        raise CheckpointError(
            f"{name} does not fit {wanted.describes}: {wanted.mend}", f"{path}: {reason}"
        ) from error
    if not all(torch.isfinite(tensor).all() for tensor in network.state_dict().values()):
        raise CheckpointError(f"{name} holds numbers that are not finite: {wanted.mend}", path)
    return network.to(device).eval().requires_grad_(False)


@contextmanager
def read_state(
    path: str | Path, device: str = "cpu"
) -> Iterator[tuple[dict[str, Tensor], dict[str, str]]]:
    """What write_tensors wrote of a run: the tensors, on `device`, and the metadata.

    CheckpointError if the file is missing or damaged, or if the block cannot make of it what it
    wants to.
    """
    try:
        yield _read(path, device)
    except (*UNREADABLE, *UNFIT) as error:
        raise CheckpointError(
            f"Cannot resume from {named(path)} ({type(error).__name__}): delete it to start "
            "afresh.",
            path,
        ) from error


def _read(path: str | Path, device: str = "cpu") -> tuple[dict[str, Tensor], dict[str, str]]:
    with safe_open(str(path), framework="pt", device=device) as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
