"""What the lab of one training step shows, from its settings: the scene that its stage plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from diffusion_core.errors import RequestError
from diffusion_core.files.bundle import bundle
from diffusion_core.labs.one_step.job import LevelCurve, TrainingRounds
from pages.shared.asked import given
from pages.shared.digits import source
from pages.shared.words import words
from quizzes.numerals import number_of, whole_of

STAGE = "step"
NETWORK_NAMES = {"new": "untrained", "digits": "the one that ships"}
RATE_NAMES = {"0.003": "0.003, small", "0.03": "0.03, bold", "0.3": "0.3, far too large"}
BATCH_NAMES = {"1": "this digit alone", "16": "it and 15 more"}
PARTS = ("digit", "time", "noise", "mix", "answer", "error", "loss", "step")
"""What is revealed, one after the other; the sentences are the lesson file's "stage NAME"."""


@dataclass(frozen=True)
class StepSettings:
    """Whose copy takes the step, how large it is, from how many digits, and which round it is."""

    network: str = "new"
    rate: str = "0.03"
    batch: str = "1"
    seed: int = 7
    round: int = 1

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> StepSettings:
        """From the words of an address. RequestError for what is no number."""
        sentence = "seed and round must be whole numbers."
        return cls(**given(cls, texts, lambda *_: sentence))

    def job(self) -> TrainingRounds:
        """What the worker is asked. RequestError, in one sentence, for what is not offered."""
        try:
            rate, batch = number_of(self.rate), whole_of(self.batch)
        except ValueError as error:
            raise RequestError("rate and batch must be numbers.") from error
        return TrainingRounds(self.network, rate, batch, self.seed, self.round, source().mnist)

    def curve(self) -> LevelCurve:
        """The loss by noise level of the network that the rounds began with."""
        return LevelCurve(self.network, source().mnist)


def step_scene(settings: StepSettings) -> bytes:
    """The scene for the clock. What it shows is fetched: the step is done when it is asked for."""
    said = words("lab-one-step")
    mnist = int(source().mnist)
    asked = {
        "network": settings.network,
        "rate": settings.rate,
        "batch": settings.batch,
        "seed": settings.seed,
        "round": settings.round,
        "mnist": mnist,
    }
    head = {
        "kind": "step",
        "stage": STAGE,
        "last": len(PARTS) - 1,
        "seconds": 18,
        "rest": len(PARTS) - 1,
        "parts": PARTS,
        "words": [" ".join(said[f"stage {part}"].split()) for part in PARTS],
        "fails": " ".join(said["not a number"].split()),
        "ask": f"api/step?{urlencode(asked)}",
        "askLevels": f"api/levels?{urlencode({'network': settings.network, 'mnist': mnist})}",
    }
    return bundle(head, {})
