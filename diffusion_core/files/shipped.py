"""The files in assets/: where they are, and those that pages show, read and looked over. No torch
here.

Whatever is wrong with one, from a missing file to a sound one with something else in it, is an
AssetError of one sentence that names it, so that what needs the file can say so and nothing else is
the worse for it. Nothing of a failed attempt is kept: a file that is put back works at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from diffusion_core.errors import AssetError, named

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SHIPPED = ASSETS / "model" / "digits.safetensors"
LEAP = ASSETS / "model" / "leap.safetensors"
SOUND = ASSETS / "model" / "sound.safetensors"
MODELS = {"digits": SHIPPED, "leap": LEAP, "sound": SOUND}
"""The shipped weights: those that request.network_of names, and the one that makes notes."""
RESTORE = "restore it from the repository"
Content = TypeVar("Content")
Shape = tuple[int | None, ...]
"""Of an array; None where it may have any length."""


def missing(path: Path) -> AssetError:
    """There is no such file."""
    return AssetError(f"{named(path)} is missing: {RESTORE}.", path)


def damaged(path: Path) -> AssetError:
    """There is one, but it is not what it should be."""
    return AssetError(f"{named(path)} is damaged: {RESTORE}.", path)


def read_bytes(path: Path) -> bytes:
    """What is in it."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise AssetError(f"{named(path)} cannot be read: {RESTORE}.", path) from error


def read_arrays(path: Path, wanted: dict[str, tuple[str, Shape]]) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file. wanted: each one's type, as numpy names it, and shape."""
    read_bytes(path)
    try:
        with np.load(path) as file:
            arrays = {name: np.asarray(file[name]) for name in wanted}
    except Exception as error:  # A damaged archive fails in more ways than can be listed.
        raise damaged(path) from error
    for name, (kind, shape) in wanted.items():
        found = arrays[name]
        fits = len(found.shape) == len(shape) and all(
            size in (None, length) for size, length in zip(shape, found.shape, strict=True)
        )
        if found.dtype != np.dtype(kind) or not fits or 0 in found.shape:
            raise damaged(path)
    return arrays


def read_json(path: Path, kind: type[Content]) -> Content:
    """What a JSON file says, checked and made into that type, as of pydantic."""
    raw = read_bytes(path)
    try:
        return TypeAdapter(kind).validate_json(raw)
    except ValidationError as error:
        raise damaged(path) from error
