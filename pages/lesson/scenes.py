"""The scenes of the lesson's pages: there and back, training in miniature, small stages for show.

All of it is recorded (assets/scenes), so that nothing needs the model before a page is there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.data.embedded import REVERSE_SCENE, forward_noise, recorded_digit
from diffusion_core.files.bundle import bundle
from diffusion_core.request import GUESS_LEVELS
from diffusion_core.schedule import COSINE, alpha_sigma
from pages.shared.words import LessonError, sentences_by_noise, words
from pages.stage.forward import ForwardSettings
from pages.stage.lanes import described
from pages.stage.recordings import recorded, recorded_answers
from pages.stage.reverse import ReverseSettings

HALF = 200
"""Positions on each half of the journey's timeline."""
ROUNDS = 40


def _mixing(steps: int) -> dict[str, NDArray[Any]]:
    """What a ForwardScene needs, for the usual digit and noise and `steps` steps."""
    alpha, sigma = alpha_sigma(COSINE, np.linspace(0, 1, steps + 1))
    return {
        "x0": recorded_digit().reshape(-1),
        "eps": forward_noise(ForwardSettings.seed).reshape(-1),
        "alpha": alpha.astype(np.float32),
        "sigma": sigma.astype(np.float32),
    }


def small_forward(stage: str) -> bytes:
    """The forward process of the usual digit, for show: not in the address."""
    head = {
        "kind": "forward",
        "stage": stage,
        "last": 100,
        "seconds": 6,
        "rest": 42,
        "quiet": True,
        "title": f"a {ForwardSettings.digit}",
        "words": sentences_by_noise("forward"),
    }
    return bundle(head, _mixing(100))


def _sentences(*limits: tuple[float, str]) -> list[tuple[float, str]]:
    """What to see at the window, up to these noise amounts."""
    said = words("analogy")
    return [(limit, " ".join(said[f"sentences {name}"].split())) for limit, name in limits]


def journey(stage: str) -> bytes:
    """There and back: a digit is covered with noise, and the recorded run draws other ones."""
    usual = ReverseSettings()
    head = {
        "kind": "journey",
        "stage": stage,
        "half": HALF,
        "seconds": 16,
        "rest": HALF // 2,
        "title": f"a {ForwardSettings.digit}",
        "words": sentences_by_noise("forward"),
        "back": sentences_by_noise("reverse"),
        "forward": _sentences((0.6, "forward"), (0.92, "half"), (1.01, "lost")),
        "reverse": _sentences((0.001, "end"), (0.75, "late"), (0.97, "early"), (1.01, "fresh")),
        "lanes": [described(usual)],
    }
    return bundle(head, {**_mixing(HALF), "recording": recorded(REVERSE_SCENE)})


def drill(stage: str) -> bytes:
    """Training in miniature: rounds at random noise levels, with the trained network's answers."""
    answers = {name: recorded_answers()[name] for name in ("eps_hat", "error")}
    levels = np.random.default_rng(5).permutation(np.arange(2, GUESS_LEVELS))[:ROUNDS]
    head = {
        "kind": "drill",
        "stage": stage,
        "last": ROUNDS - 1,
        "seconds": ROUNDS / 2,
        "rest": 6,
        "levels": GUESS_LEVELS,
        "order": levels.tolist(),
        "title": f"a {ForwardSettings.digit}",
        "words": sentences_by_noise("forward"),
    }
    return bundle(head, {**_mixing(GUESS_LEVELS - 1), **answers})


def matches(stage_of: str = "analogy") -> list[list[str]]:
    """The correspondences of the analogy, from its file: when each applies, term and image."""
    lines = words(stage_of)["matches"].splitlines()
    found = [[part.strip() for part in line.removeprefix("- ").split("|")] for line in lines]
    if any(len(parts) != 3 for parts in found):
        raise LessonError(
            f"assets/lesson/{stage_of}.md: each line of “## matches” must have three parts, with | "
            "between them."
        )
    return found
