"""The recordings that pages open with, and moments of them for the diagram."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diffusion_core.embedded import REVERSE_SCENE, embedded_digits, forward_noise
from diffusion_core.request import FRAME_HEAD, IMAGE_SIZE
from diffusion_core.schedule import COSINE, alpha_sigma

DIGIT, WHICH, SEED = 3, 2, 24
"""Of the embedded digits, the one that the forward recordings are about, and its noise."""
MOMENTS = 5


@cache
def recorded(path: Path) -> NDArray[np.uint8]:
    """The bytes of a recorded run (diffusion_core/recording.py)."""
    with np.load(path) as saved:
        return np.asarray(saved["recording"])


@cache
def recorded_digit() -> NDArray[np.uint8]:
    """The embedded digit, uint8 (28, 28)."""
    digits = embedded_digits()
    return digits.images[digits.places[DIGIT][WHICH - 1]]


@cache
def recorded_moments(side: str) -> NDArray[np.uint8]:
    """MOMENTS pictures, (5, 784), from the beginning to the end of the "forward" process of the
    recorded digit, or of the "reverse" process of the first picture of the recorded run."""
    moments = np.linspace(0, 1, MOMENTS)
    if side == "forward":
        alpha, sigma = alpha_sigma(COSINE, moments)
        x_0, eps = recorded_digit() / 127.5 - 1, forward_noise(SEED)
        mixed = alpha[:, None, None] * x_0 + sigma[:, None, None] * eps
        return ((mixed.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8).reshape(MOMENTS, -1)
    head, _, body = recorded(REVERSE_SCENE).tobytes().partition(b"\n")
    about = json.loads(head)
    frames = np.frombuffer(body, np.uint8).reshape(about["frames"], -1)[:, 4 * FRAME_HEAD :]
    pictures = frames.reshape(about["frames"], -1, 3, IMAGE_SIZE**2)[:, 0, 0]
    return pictures[np.round(moments * (about["frames"] - 1)).astype(int)]
