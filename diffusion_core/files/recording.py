"""A recorded run of the reverse process, as bytes that a browser can play while they arrive.

The format is one line of JSON (the request, the number of frames), then one record a frame:

    float32 x 6, little-endian:  t, alpha, sigma, log SNR, network calls so far, spare
    uint8   x B x 3 x 784:       x_t, x0_hat, eps_hat of each picture

Pixels are scaled for the eye: [-1, 1] to 0..255 for pictures, [-2, 2] for noise, clipped outside.
A run of N steps has N + 1 frames; the last is the finished picture, at t = 0, with nothing left
to guess. The log SNR is capped at +-100, since JSON and arithmetic both dislike infinities.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import numpy as np
import torch
from torch import Tensor

from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request, frame_count
from diffusion_core.run import Step

NOISE_REACH = 2.0


def record(request: Request, steps: Iterable[Step], every: int = 1) -> Iterator[bytes]:
    """Yield the head, then each kept frame as soon as its step has been computed."""
    yield recording_head(request, every)
    for step in steps:
        yield from frames_of(step, every)


def recording_head(request: Request, every: int) -> bytes:
    """The line of JSON that stands before the frames."""
    head = {
        "request": asdict(request),
        "frames": frame_count(request, every),
        "every": every,
        "noise_reach": NOISE_REACH,
    }
    return json.dumps(head).encode() + b"\n"


def frames_of(step: Step, every: int) -> list[bytes]:
    """What the recording keeps of a step: its frame, nothing, or its frame and the finished one."""
    frames = []
    if step.index % every == 0:
        numbers = (step.t, step.alpha, step.sigma, step.log_snr, step.calls)
        frames.append(_frame(numbers, step.x_t, step.x0_hat, step.eps_hat))
    if step.index == step.count - 1:
        done, nothing = step.x_next, torch.zeros_like(step.x_next)
        frames.append(_frame((0.0, 1.0, 0.0, math.inf, step.calls), done, done, nothing))
    return frames


def _frame(numbers: tuple[float, ...], x_t: Tensor, x0_hat: Tensor, eps_hat: Tensor) -> bytes:
    t, alpha, sigma, log_snr, calls = numbers
    head = np.array([t, alpha, sigma, np.clip(log_snr, -100, 100), calls, 0], "<f4")
    # One conversion for all three: a crowd has many small frames, and calls cost more than pixels.
    pictures = to_uint8(torch.stack([x_t, x0_hat, eps_hat / NOISE_REACH], dim=1).flatten(0, 1))
    return head.tobytes() + pictures.tobytes()
