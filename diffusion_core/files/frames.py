"""The bytes of a recorded run, written and read. No torch here, so that pages can read them.

The format is one line of JSON (the request, the number of frames), then one record a frame:

    float32 x 6, little-endian:  t, alpha, sigma, log SNR, network calls so far, spare
    uint8   x B x 3 x 784:       x_t, x0_hat, eps_hat of each picture

Pixels are scaled for the eye: [-1, 1] to 0..255 for pictures, [-2, 2] for noise, clipped outside.
A run of N steps has N + 1 frames; the last is the finished picture, at t = 0, with nothing left
to guess. The log SNR is capped at +-100, since JSON and arithmetic both dislike infinities.

What turns a step into a frame is recording.py; in a browser, pages/stage/scenes/reverse.js reads
the frames while they arrive.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from diffusion_core.request import IMAGE_SIZE, Request

FRAME_HEAD = 6
"""Numbers that stand before the pictures of a frame."""
NOISE_REACH = 2.0
MOST_LOG_SNR = 100.0


@dataclass(frozen=True)
class Recording:
    """A whole recording."""

    noise_reach: float
    """What the lightest pixel of a noise stands for."""
    numbers: NDArray[np.float32]
    """(frames, FRAME_HEAD), as above."""
    pixels: NDArray[np.uint8]
    """(frames, B, 3, 28, 28): x_t, x0_hat and eps_hat of each picture."""

    @property
    def finished(self) -> NDArray[np.uint8]:
        """The finished pictures, (B, 28, 28)."""
        return self.pixels[-1, :, 0]


def frame_count(request: Request, every: int) -> int:
    """How many frames a recording has: each `every`-th step, and the finished picture."""
    return len(range(0, request.steps, every)) + 1


def recording_size(request: Request, every: int = 1) -> int:
    """How many bytes the frames of a recording have. (Its head has some two hundred more.)"""
    return frame_count(request, every) * _frame_type(len(request.labels)).itemsize


def kept_frames(request: Request, budget: int) -> int:
    """Keep every k-th step: the smallest k at which the recording stays within `budget` bytes.

    If not even the first and the last frame fit, k is the number of steps, which keeps those two.
    """
    fits = (k for k in range(1, request.steps) if recording_size(request, k) <= budget)
    return next(fits, request.steps)


def recording_head(request: Request, every: int) -> bytes:
    """The line of JSON that stands before the frames."""
    head = {
        "request": asdict(request),
        "frames": frame_count(request, every),
        "every": every,
        "noise_reach": NOISE_REACH,
    }
    return json.dumps(head).encode() + b"\n"


def frame_head(t: float, alpha: float, sigma: float, log_snr: float, calls: int) -> bytes:
    """The numbers that stand before the pictures of a frame."""
    capped = np.clip(log_snr, -MOST_LOG_SNR, MOST_LOG_SNR)
    return np.array([t, alpha, sigma, capped, calls, 0], "<f4").tobytes()


def read_recording(content: bytes) -> Recording:
    """What recording_head and the frames after it say. ValueError for what is no whole recording.

    Numbers and pixels are views of `content`.
    """
    line, _, body = content.partition(b"\n")
    try:
        head = json.loads(line)
        frames, count = int(head["frames"]), len(head["request"]["labels"])
        reach = float(head["noise_reach"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"This is no head of a recording: {error}") from error
    kind = _frame_type(count)
    if len(body) != frames * kind.itemsize:
        raise ValueError(f"{frames} frames have {frames * kind.itemsize} bytes, not {len(body)}.")
    found = np.frombuffer(body, kind)
    return Recording(reach, found["numbers"], found["pixels"])


def _frame_type(count: int) -> np.dtype[np.void]:
    """One frame of `count` pictures."""
    pixels = (count, 3, IMAGE_SIZE, IMAGE_SIZE)
    return np.dtype([("numbers", "<f4", FRAME_HEAD), ("pixels", "u1", pixels)])
