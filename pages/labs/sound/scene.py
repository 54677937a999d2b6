"""What the stage of the sound lab shows: one note on its way from noise."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from diffusion_core.files.bundle import bundle
from diffusion_core.labs.sound.job import Melody
from diffusion_core.labs.sound.melody import LETTERS
from diffusion_core.labs.sound.notes import C4, CHROMATIC, LENGTH, NAMES, REACH
from diffusion_core.labs.sound.pitch import FAINT, SURE
from pages.shared.words import sentences_by_noise


@dataclass(frozen=True)
class Note:
    """One note. RequestError for what is out of range."""

    label: int
    seed: int
    steps: int

    def __post_init__(self) -> None:
        Melody((self.label,), self.steps, self.seed)

    @property
    def address(self) -> str:
        """Where the stage fetches it."""
        asked = {"melody": LETTERS[self.label], "seed": self.seed, "steps": self.steps}
        return "api/sound?" + urlencode({**asked, "keep": "all"})


def sound_scene(note: Note, stage: str) -> bytes:
    """The scene for the clock."""
    job = Melody((note.label,), note.steps, note.seed)
    lane = {
        "address": note.address,
        "manner": NAMES[note.label],
        "seed": note.seed,
        "surprise": False,
        "frames": job.frames,
        "steps": note.steps,
        "every": 1,
        "count": 1,
        "labels": [note.label],
        "length": LENGTH,
        "reach": REACH,
    }
    head = {
        "kind": "sound",
        "stage": stage,
        "last": job.frames - 1,
        "seconds": 5,
        "rest": job.frames - 1,
        "lanes": [lane],
        "words": sentences_by_noise("lab-sound"),
        "tones": {"names": CHROMATIC, "c4": C4},
        "faint": FAINT,
        "sure": SURE,
    }
    return bundle(head, {})
