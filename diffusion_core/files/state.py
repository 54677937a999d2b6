"""Files from which a run goes on: tensors and a few words about them (tensors.py)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import Tensor

from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.tensors import UNFIT, UNREADABLE, read_tensors


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
