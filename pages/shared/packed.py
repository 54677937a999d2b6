"""Pictures and masks as words of an address: base64url without padding."""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE

PIXELS = IMAGE_SIZE**2


def packed(data: bytes) -> str:
    """Bytes as a word."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(word: str, size: int, what: str) -> bytes:
    """The bytes of a word. RequestError, which begins with `what`, unless there are `size`."""
    if not word:
        raise RequestError(f"{what} is missing: draw or choose it first.")
    try:
        data = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError(f"{what} is not written in base64url: draw it again.") from error
    if len(data) != size:
        raise RequestError(f"{what} has {len(data)} bytes instead of {size}: draw it again.")
    return data


def packed_mask(hidden: NDArray[np.bool_]) -> str:
    """What is hidden, (28, 28), as a word of 98 bytes."""
    return packed(np.packbits(hidden).tobytes())


def mask_of(bits: bytes) -> NDArray[np.bool_]:
    """What 98 bytes hide, (28, 28)."""
    return np.unpackbits(np.frombuffer(bits, np.uint8)).astype(bool).reshape(IMAGE_SIZE, IMAGE_SIZE)
