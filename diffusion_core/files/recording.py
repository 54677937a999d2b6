"""Steps of the reverse process as frames of a recording, whose format is in frames.py."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from diffusion_core.files.frames import NOISE_REACH, frame_head, recording_head
from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request
from diffusion_core.run import Step


def recording(request: Request, steps: Iterable[Step], every: int = 1) -> Iterator[bytes]:
    """Yield the head, then each kept frame as soon as its step has been computed."""
    yield recording_head(request, every)
    for step in steps:
        yield from frames_of(step, every)


def frames_of(step: Step, every: int) -> list[bytes]:
    """What the recording keeps of a step: its frame, nothing, or its frame and the finished one."""
    frames = []
    if step.index % every == 0:
        head = frame_head(step.t, step.alpha, step.sigma, step.log_snr, step.calls)
        frames.append(head + _pixels(step.x_t, step.x0_hat, step.eps_hat))
    if step.index == step.count - 1:
        done, nothing = step.x_next, torch.zeros_like(step.x_next)
        head = frame_head(0.0, 1.0, 0.0, math.inf, step.calls)
        frames.append(head + _pixels(done, done, nothing))
    return frames


def _pixels(x_t: Tensor, x0_hat: Tensor, eps_hat: Tensor) -> bytes:
    # One conversion for all three: a crowd has many small frames, and calls cost more than pixels.
    pictures = torch.stack([x_t, x0_hat, eps_hat / NOISE_REACH], dim=1).flatten(0, 1)
    return to_uint8(pictures).tobytes()
