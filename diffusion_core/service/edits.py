"""What can be asked of the worker besides drawing: working on pictures, and measuring guidance.

Plain values, like all jobs (jobs.py). Pictures are bytes, 0 = background. No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass

from diffusion_core.request import FRAME_HEAD, IMAGE_SIZE, NO_LABEL, Request, frame_count


@dataclass(frozen=True)
class _Recorded:
    """A job that a request leads, answered by a recording (diffusion_core/recording.py)."""

    request: Request

    every = 1
    """All steps are kept: an edit has 100 at most."""

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        frame = 4 * FRAME_HEAD + len(self.request.labels) * 3 * IMAGE_SIZE**2
        return frame_count(self.request, self.every) * frame

    @property
    def width(self) -> int:
        """How many pictures it puts to the network at a time."""
        both = self.request.guidance not in (0, 1) and set(self.request.labels) != {NO_LABEL}
        return len(self.request.labels) * (2 if both else 1)


@dataclass(frozen=True)
class Repair(_Recorded):
    """Fill in what is hidden of a picture (editing/inpainting.py)."""

    picture: bytes
    """784 bytes."""
    hidden: bytes
    """98 bytes: one bit a pixel, as numpy.packbits makes them; 1 = hidden."""
    again: int = 5


@dataclass(frozen=True)
class Restore(_Recorded):
    """Clean pictures that fit a spoiled one (editing/restoring.py)."""

    seen: bytes
    """49, 196 or 784 bytes, according to `how`."""
    how: str
    """One of degradations.WAYS."""
    amount: float = 0.0
    """The width of a blur, or the strength of grain; else it means nothing."""


@dataclass(frozen=True)
class Between(_Recorded):
    """Stops on the way between two digits (editing/between.py), or two pictures (encoding.py)."""

    labels: tuple[int, int]
    seeds: tuple[int, int] = (0, 0)
    """Between what the model draws from these seeds ..."""
    pictures: tuple[bytes, bytes] | None = None
    """... or between these, 784 bytes each."""

    @property
    def width(self) -> int:
        """Most of the stops ask with both labels."""
        return len(self.request.labels) * (3 if self.request.guidance not in (0, 1) else 2)


Edit = Repair | Restore | Between
"""Those that are answered by a recording."""
