"""The guided lesson: screens with one idea and one thing to do each, all of them in the browser.

Python gives it words, three questions, ready digits, and for each run of the model the scene that a
stage would get; the reader's digit is put in there (runs.js). guided.js walks the screens, kept.js
keeps what the reader made and predicted, and a file in screens/ is a part of the lesson.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.files.bundle import bundle
from diffusion_core.request import IMAGE_SIZE
from pages.labs.editing.pad import HERE as PAD
from pages.labs.editing.settings import EditSettings
from pages.shared.address import locked
from pages.shared.component import component
from pages.shared.digits import source
from pages.shared.packed import packed, packed_mask
from pages.shared.words import Lesson, LessonError, words
from pages.stage import HERE as STAGE
from pages.stage.lanes import edit_scene
from pages.stage.reverse import ReverseSettings, reverse_scene
from quizzes.addresses import SCREENS
from quizzes.bank import load_bank
from quizzes.log import Log, dump
from quizzes.schema import Question

HERE = Path(__file__).parent
QUESTIONS = {
    "core-training": "training-target-the-step",
    "core-steps": "many-steps-which-recipe",
    "core-goal": "goal-main-idea",
}
"""Screen -> question of the bank."""
RETURNS = 8
LITTLE = 0.45
"""A time at which most digits can still be read."""
FILLED = 5
SEED = 7
_guided = component(
    "guided",
    "guided/guided.js",
    [STAGE / "stage.css", PAD / "pad.css", HERE / "guided.css"],
)


def guided() -> None:
    """Show it."""
    text = words("start")
    head = {
        "screens": list(SCREENS),
        "text": _texts(text),
        "questions": {screen: _asked(id) for screen, id in QUESTIONS.items()},
        "empty": dump(Log()),
        "locked": locked(),
    }
    runs = {name: np.frombuffer(scene, np.uint8) for name, scene in scenes().items()}
    _guided(key="guided", data=bundle(head, {"ready": _ready(), **runs}))


def _texts(text: Lesson) -> dict[str, Any]:
    """Words by their heading; what is written as a list, as a list."""
    found: dict[str, Any] = {}
    for heading, body in text.items():
        lines = body.splitlines()
        if all(line.startswith("- ") for line in lines):
            found[heading] = [line[2:] for line in lines]
        else:
            found[heading] = " ".join(lines)
    needed = [f"{screen} title" for screen in SCREENS]
    missing = [heading for heading in needed if heading not in found]
    if missing:
        raise LessonError(f"assets/lesson/start.md has no section “## {missing[0]}”: put it back.")
    return found


def _asked(id: str) -> dict[str, Any]:
    question: Question = load_bank().questions[id]
    assert question.brief is not None, "A test says that these have a brief form."
    return {
        "id": id,
        "stem": question.brief.stem,
        "options": [
            {
                "text": short.text,
                "feedback": short.feedback,
                "right": option.right,
                "misconception": option.misconception,
            }
            for short, option in zip(question.brief.options, question.options, strict=True)
        ],
    }


def _ready() -> NDArray[np.uint8]:
    """A digit of each class, for whoever would rather not draw: (10, 28, 28)."""
    digits = source().digits
    first = [int(np.argmax(digits.labels == label)) for label in range(10)]
    return digits.images[first]


def scenes(
    mine: bytes = bytes(range(256)) * 3 + bytes(16),
    hidden: NDArray[np.bool_] | None = None,
    t: float = LITTLE,
    label: int = 3,
    seed: int = SEED,
) -> dict[str, bytes]:
    """The runs of the lesson as scenes: of an example, or as runs.js makes them of that.

    mine: the reader's digit, 784 bytes; hidden: what of it is to be drawn anew, (28, 28); t: up to
    which it is covered before the network guesses; label: which digit it is to draw.
    """
    if hidden is None:
        hidden = np.arange(IMAGE_SIZE)[:, None].repeat(IMAGE_SIZE, 1) < IMAGE_SIZE // 2
    x, mask = packed(mine), packed_mask(hidden)

    def covered(n: int, steps: int, t: float) -> EditSettings:
        return EditSettings("sketch", "any", n, seed, steps, 1.0, x=x, strength=t)

    repair = EditSettings("repair", "any", FILLED, seed, 20, 1.0, x=x, mask=mask, again=3)
    # A guidance of 0 asks without a label: the network is not told what to see.
    blind = ReverseSettings("3", seed, "ddim", 1, 0.0, 1)
    return {
        "guess": edit_scene([covered(1, 1, t)], "guided-guess"),
        "one": reverse_scene([blind], "guided-one"),
        "twenty": reverse_scene([ReverseSettings(str(label), seed, n=1)], "guided-twenty"),
        "back": edit_scene([covered(RETURNS, 15, until) for until in (LITTLE, 1.0)], "guided-back"),
        "hole": edit_scene([repair], "guided-hole"),
    }


__all__ = ["QUESTIONS", "guided", "scenes"]
