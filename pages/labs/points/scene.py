"""The lab in the plane before anything is trained, and what it needs to know to train."""

from __future__ import annotations

import numpy as np

from diffusion_core.files.bundle import bundle
from diffusion_core.labs.points.plan import plan
from diffusion_core.labs.points.settings import SHAPES, PointSettings
from pages.labs.points.settings import address
from pages.shared.words import words

STAGE = "points"
NOISY = 256
TOO_HIGH = 0.5
"""From this learning rate on, it is the learning rate that one should watch."""
SAID = (
    *("before", "draw", "ready", "full", "waiting", "begun", "untrained", "learning", "learned"),
    *("late", "early", "noise", "broken"),
)
"""The sentences of assets/lesson/lab-points.md that stand on the stage, headed “say …”."""


def points_scene(settings: PointSettings, ideal: bool, presses: int) -> bytes:
    """A bundle for the component (pages/labs/points). ideal: whether the ideal denoiser is
    shown beside the network; presses: one more than before begins a training at once."""
    text = words("lab-points")
    drawing = settings.shape == "drawing"
    planned, arrays = plan(settings)
    noise = np.random.default_rng(settings.seed).standard_normal((NOISY, 2))
    head = {
        "stage": STAGE,
        "address": address(settings),
        "drawing": drawing,
        "name": f"the letters {settings.word}"
        if settings.shape == "word"
        else SHAPES[settings.shape],
        "ideal": ideal,
        "presses": presses,
        "words": {name: " ".join(text[f"say {name}"].split()) for name in SAID},
        "watch": watch(settings),
        "plan": planned,
    }
    named = {f"plan.{name}": array.ravel() for name, array in arrays.items()}
    return bundle(head, {"noise": noise.astype(np.float32).ravel(), **named})


def watch(settings: PointSettings) -> str:
    """What to watch where something is broken on purpose; "" where nothing is."""
    broken = {
        "blind": not settings.told,
        "one-level": settings.only is not None,
        "few-levels": 0 < settings.levels <= 5,
        "rate": settings.learning_rate >= TOO_HIGH,
        "few-points": settings.count <= 20,
    }
    text = words("lab-points")
    which = next((name for name, is_so in broken.items() if is_so), None)
    return " ".join(text[f"watch {which}"].split()) if which else ""
