"""Files from which a run goes on: tensors and a few words about them, in one safetensors file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.whole import replacing


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
