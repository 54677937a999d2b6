"""From the plain values of an edit (edits.py) to the run that answers it."""

from __future__ import annotations

import numpy as np
import torch

from diffusion_core.data.degradations import matrix_of
from diffusion_core.editing import (
    Restoration,
    clean,
    encoded_between,
    repair,
    restore,
    stops_between,
)
from diffusion_core.pixels import from_bytes
from diffusion_core.request import IMAGE_SIZE
from diffusion_core.run import Run
from diffusion_core.service.edits import Between, Repair, Restore

BLUR_NOISE = 0.02
"""How far off a blurred picture may be and still count as fitting: more than rounding to bytes
(0.002), since nobody's blur is quite the one that was named."""
AGAIN = {"small7": 3, "small14": 2, "blur": 1}
"""How often each step is taken: the less was seen, the more there is to be brought together."""


def repaired(job: Repair) -> Run:
    """RequestError if nothing or everything is hidden."""
    bits = np.unpackbits(np.frombuffer(job.hidden, np.uint8))
    hidden = torch.from_numpy(bits.reshape(IMAGE_SIZE, IMAGE_SIZE).astype(bool))
    return repair(from_bytes(job.picture), hidden, job.request, job.again)


def restored(job: Restore) -> Run:
    """RequestError for grain of no strength."""
    if job.how == "grain":
        return clean(from_bytes(job.seen), job.amount, job.request)
    noise = BLUR_NOISE if job.how == "blur" else 0.0
    seen = Restoration(from_bytes(job.seen)[0], matrix_of(job.how, job.amount), noise)
    return restore(seen, job.request, AGAIN[job.how])


def led_between(job: Between) -> Run:
    """RequestError if it is to go between two pictures in a single step."""
    if job.pictures is None:
        return stops_between(job.request, job.seeds, job.labels)
    pictures = torch.stack([from_bytes(pixels) for pixels in job.pictures])
    return encoded_between(pictures, job.request, job.labels)
