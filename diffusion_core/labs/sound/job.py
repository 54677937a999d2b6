"""What can be asked about sound: a request (service/work.py). No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_core.errors import RequestError
from diffusion_core.files.frames import FRAME_HEAD, frame_count
from diffusion_core.labs.sound.melody import MAX_NOTES, Slots
from diffusion_core.labs.sound.notes import LENGTH, NAMES
from diffusion_core.request import MAX_SEED, Request

if TYPE_CHECKING:
    from diffusion_core.service.work import Networks, Work

STEPS = 20
"""In which a note is usually made, with DPM-Solver++(2M)."""
MAX_SOUND_STEPS = 100
HELD = 5
"""Moments that are kept of the last step, which begins at t = 0.3 and is heard best."""


@dataclass(frozen=True)
class Melody:
    """Notes, each from noise of its own; answered by a recording (sound/recording.py).

    slots: the label of each beat, None for a rest. RequestError for what cannot be made.
    """

    slots: Slots
    steps: int = STEPS
    seed: int = 0
    whole: bool = True
    """Whether all steps are kept, or only the noise and the finished notes."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.labels) <= MAX_NOTES:
            raise RequestError(f"A melody has from 1 to {MAX_NOTES} notes.")
        if not all(0 <= label < len(NAMES) for label in self.labels):
            raise RequestError(f"Notes are numbered from 0 to {len(NAMES) - 1}.")
        if not 1 <= self.steps <= MAX_SOUND_STEPS:
            raise RequestError(f"Steps must be from 1 to {MAX_SOUND_STEPS}; got {self.steps}.")
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"The seed must be from 0 to {MAX_SEED}; got {self.seed}.")

    @property
    def labels(self) -> tuple[int, ...]:
        """Those of the notes, without the rests."""
        return tuple(slot for slot in self.slots if slot is not None)

    @property
    def request(self) -> Request:
        """The same, in the terms of the core."""
        return Request(self.labels, steps=self.steps, seed=self.seed)

    @property
    def every(self) -> int:
        """Every how many steps a frame is kept."""
        return 1 if self.whole else self.steps

    @property
    def frames(self) -> int:
        """How many frames the recording has."""
        return frame_count(self.request, self.every) + (HELD if self.whole else 0)

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""
        return self.frames * (4 * FRAME_HEAD + self.width * (16 + 2 * 2 * LENGTH))

    @property
    def width(self) -> int:
        """How many waves it puts to the network at a time. One costs no more than a digit."""
        return len(self.labels)

    def work(self, networks: Networks) -> Work:
        """Its work."""
        from diffusion_core.labs.sound.recording import played

        return played(self, networks)
