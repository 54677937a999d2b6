"""Between pictures on disk (uint8, 0 = background) and pictures in the model ([-1, 1])."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_model(images: NDArray[np.uint8]) -> Tensor:
    """uint8 (N, 28, 28), 0 = background, to float32 (N, 1, 28, 28) in [-1, 1]."""
    return torch.from_numpy(images.astype(np.float32) / 127.5 - 1)[:, None]


def from_bytes(pixels: bytes) -> Tensor:
    """A square picture as bytes, 0 = background, to float32 (1, k, k) in [-1, 1]."""
    side = round(len(pixels) ** 0.5)
    return to_model(np.frombuffer(pixels, np.uint8).reshape(1, side, side))[0]


def to_uint8(x: Tensor, reach: float = 1.0) -> NDArray[np.uint8]:
    """float (N, 1, 28, 28) to uint8 (N, 28, 28): [-reach, reach] to 0..255, clipped outside."""
    scaled = (x.squeeze(1) / reach).clamp(-1, 1)
    return ((scaled + 1) * 127.5).round().to(torch.uint8).cpu().numpy()
