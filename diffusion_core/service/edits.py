"""What is asked of the model in the applications: requests (work.py) to work on pictures, to
measure guidance, and to look for copies.

Pictures are bytes, 0 = background. No torch here; what does their work is imported when it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_core.errors import RequestError
from diffusion_core.files.frames import recording_size
from diffusion_core.request import NO_LABEL, NUM_CLASSES, Request

if TYPE_CHECKING:
    from diffusion_core.run import Run
    from diffusion_core.service.work import Networks, Work


@dataclass(frozen=True)
class Edit:
    """What a run makes of pictures, answered by a recording (diffusion_core/files/frames.py)."""

    request: Request

    every = 1
    """All steps are kept: an edit has 100 at most."""

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        return recording_size(self.request)

    @property
    def width(self) -> int:
        """How many pictures it puts to the network at a time."""
        both = self.request.guidance not in (0, 1) and set(self.request.labels) != {NO_LABEL}
        return len(self.request.labels) * (2 if both else 1)

    def run(self) -> Run:
        """What is asked of the model. RequestError for what cannot be done to a picture."""
        raise NotImplementedError

    def work(self, networks: Networks) -> Work:
        """Its work. Errors as of `run`."""
        from diffusion_core.service.recorded import edited

        return edited(self, networks)


@dataclass(frozen=True)
class Repair(Edit):
    """Fill in what is hidden of a picture (editing/inpainting.py)."""

    picture: bytes
    """784 bytes."""
    hidden: bytes
    """98 bytes: one bit a pixel, as numpy.packbits makes them; 1 = hidden."""
    again: int = 5

    def run(self) -> Run:
        from diffusion_core.service.edit_runs import repaired

        return repaired(self)


@dataclass(frozen=True)
class Restore(Edit):
    """Clean pictures that fit a spoiled one (editing/restoring.py)."""

    seen: bytes
    """49, 196 or 784 bytes, according to `how`."""
    how: str
    """One of degradations.WAYS."""
    amount: float = 0.0
    """The width of a blur, or the strength of grain; else it means nothing."""

    def run(self) -> Run:
        from diffusion_core.service.edit_runs import restored

        return restored(self)


@dataclass(frozen=True)
class Between(Edit):
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

    def run(self) -> Run:
        from diffusion_core.service.edit_runs import led_between

        return led_between(self)


@dataclass(frozen=True)
class Spread:
    """Fidelity and variety as guidance grows, answered as lines of JSON (labs/tradeoff.py).

    RequestError for what is no digit, or a seed out of range.
    """

    label: int
    seed: int
    size = 250_000
    width = 60

    def __post_init__(self) -> None:
        if not 0 <= self.label < NUM_CLASSES:
            raise RequestError("Choose a digit from 0 to 9.")
        Request((self.label,), seed=self.seed)

    def work(self, networks: Networks) -> Work:
        """Its work. AssetError if what it is measured with cannot be used."""
        from diffusion_core.labs.tradeoff import spread

        return spread(self, networks)


@dataclass(frozen=True)
class Ideal:
    """What the ideal denoiser of the training set draws, answered by a recording
    (diffusion_core/labs/copying.py). All labels are the same digit."""

    request: Request

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        return recording_size(self.request)

    width = 1
    """It puts nothing to the network."""

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.copying import ideal_work

        return ideal_work(self.request)


@dataclass(frozen=True)
class Nearest:
    """The training pictures nearest to these, answered all at once as JSON (copying.py)."""

    pictures: bytes
    """784 bytes each."""
    label: int
    """What they are of: their distances are compared with those of unseen digits of this class."""
    width = 1

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        return 5 * len(self.pictures)

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.copying import nearest_work

        return nearest_work(self.pictures, self.label)
