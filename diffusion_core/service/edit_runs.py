"""From the plain values of an edit to the run that answers it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from diffusion_core.data.degradations import matrix_of
from diffusion_core.editing import (
    EncodedBetween,
    Restoration,
    clean,
    repair,
    restore,
    stops_between,
)
from diffusion_core.request import IMAGE_SIZE
from diffusion_core.service.batcher import Job
from diffusion_core.service.edits import Between, Edit, Repair, Restore

BLUR_NOISE = 0.02
"""How far off a blurred picture may be and still count as fitting: more than rounding to bytes
(0.002), since nobody's blur is quite the one that was named."""
AGAIN = {"small7": 3, "small14": 2, "blur": 1}
"""How often each step is taken: the less was seen, the more there is to be brought together."""


def edit_run(job: Edit) -> Job:
    """What the batcher leads: it has a `query`, takes its `answer`, and reports Steps."""
    match job:
        case Repair():
            bits = np.unpackbits(np.frombuffer(job.hidden, np.uint8))
            hidden = torch.from_numpy(bits.reshape(IMAGE_SIZE, IMAGE_SIZE).astype(bool))
            return repair(picture_of(job.picture), hidden, job.request, job.again)
        case Restore(how="grain"):
            return clean(picture_of(job.seen), job.amount, job.request)
        case Restore():
            noise = BLUR_NOISE if job.how == "blur" else 0.0
            seen = Restoration(picture_of(job.seen)[0], matrix_of(job.how, job.amount), noise)
            return restore(seen, job.request, AGAIN[job.how])
        case Between() if job.pictures is None:
            return stops_between(job.request, job.seeds, job.labels)
        case Between():
            pictures = torch.stack([picture_of(pixels) for pixels in job.pictures])
            return EncodedBetween(pictures, job.request, job.labels)


def picture_of(pixels: bytes) -> Tensor:
    """Square pictures as bytes to (1, k, k) in [-1, 1]."""
    side = round(len(pixels) ** 0.5)
    greys = np.frombuffer(pixels, np.uint8).reshape(1, side, side)
    return torch.from_numpy(greys.astype(np.float32) / 127.5 - 1)
