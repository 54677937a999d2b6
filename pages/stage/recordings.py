"""The recordings that pages open with, and stills of them for the diagram."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.data.embedded import (
    FORWARD_SCENE,
    HOME_SCENE,
    RECORDED,
    REVERSE_SCENE,
    forward_noise,
    recorded_digit,
)
from diffusion_core.errors import AssetError, note
from diffusion_core.files.frames import read_recording
from diffusion_core.files.shipped import damaged, read_arrays
from diffusion_core.request import GUESS_LEVELS, IMAGE_SIZE
from diffusion_core.schedule import COSINE, alpha_sigma

STILLS = 5
HELD = {REVERSE_SCENE: (21, 4), HOME_SCENE: (25, 10)}
"""How many frames each recorded run has, and how many pictures."""


@cache
def recorded(path: Path) -> NDArray[np.uint8]:
    """The bytes of a recorded run (files/frames.py). AssetError if they are not one."""
    recording = read_arrays(path, {"recording": ("uint8", (None,))})["recording"]
    try:
        held = read_recording(recording.tobytes()).pixels.shape[:2]
    except ValueError as error:
        raise damaged(path) from error
    if held != HELD[path]:
        raise damaged(path)
    return recording


@cache
def recorded_stills(side: str) -> NDArray[np.uint8]:
    """STILLS pictures, (5, 784), from the beginning to the end of the "forward" process of the
    recorded digit, or of the "reverse" process of the first picture of the recorded run."""
    times = np.linspace(0, 1, STILLS)
    if side == "forward":
        alpha, sigma = alpha_sigma(COSINE, times)
        x_0, eps = recorded_digit() / 127.5 - 1, forward_noise(RECORDED.seed)
        mixed = alpha[:, None, None] * x_0 + sigma[:, None, None] * eps
        return ((mixed.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8).reshape(STILLS, -1)
    drawn = read_recording(recorded(REVERSE_SCENE).tobytes()).pixels[:, 0, 0]
    return drawn[np.round(times * (len(drawn) - 1)).astype(int)].reshape(STILLS, -1)


def diagram_row(side: str) -> dict[str, NDArray[np.uint8]]:
    """What a scene brings along for the diagram's other row. Nothing, if that cannot be had: the
    part of the page that shows the diagram says so (`need_stills`), and nothing else needs it."""
    try:
        return {"other": recorded_stills(side)}
    except AssetError as error:
        note(error)
        return {}


def need_stills() -> None:
    """AssetError if the stills for the diagram cannot be had."""
    for side in ("forward", "reverse"):
        recorded_stills(side)


@cache
def recorded_answers() -> dict[str, NDArray[Any]]:
    """What the model makes of the recorded digit at each noise level: x0_hat and eps_hat,
    uint8 (levels, 28, 28), and error, float32 (levels,). AssetError as of `recorded`."""
    pictures = ("uint8", (GUESS_LEVELS, IMAGE_SIZE, IMAGE_SIZE))
    wanted: dict[str, tuple[str, tuple[int | None, ...]]] = {
        "x0_hat": pictures,
        "eps_hat": pictures,
        "error": ("float32", (GUESS_LEVELS,)),
    }
    return read_arrays(FORWARD_SCENE, wanted)
