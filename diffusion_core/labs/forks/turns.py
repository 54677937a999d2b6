"""Where a run takes another turn, and how: plain values. No torch here.

A turn is written as in an address: the step, and what is different from there on. "8d5g3n42" is:
from step 8 on, draw a 5, with guidance 3, and walk with fresh noise of seed 42. "dx" is no label.
Turns of one run follow each other, "8d5_12n3".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diffusion_core.errors import RequestError
from diffusion_core.request import MAX_GUIDANCE, MAX_SEED, NO_LABEL, Request

MOST_TURNS = 4
"""Of one run."""
_WRITTEN = re.compile(
    r"(?P<step>\d{1,4})(?:d(?P<label>\d|x))?(?:g(?P<guidance>\d(?:\.\d{1,2})?))?(?:n(?P<seed>\d{1,10}))?"
)


@dataclass(frozen=True)
class Turn:
    """What is different from a step on; None where all stays as it was."""

    step: int
    """How many steps have been taken: 0 is the pure noise."""
    label: int | None = None
    """Of all pictures; NO_LABEL for none."""
    guidance: float | None = None
    seed: int | None = None
    """The rest of the way is ancestral (DDPM), with fresh noise of this seed."""

    @property
    def written(self) -> str:
        """As an address has it."""
        label = "x" if self.label == NO_LABEL else self.label
        parts = (("d", label), ("g", self.guidance), ("n", self.seed))
        said = (
            f"{letter}{value:g}" if isinstance(value, float) else f"{letter}{value}"
            for letter, value in parts
            if value is not None
        )
        return str(self.step) + "".join(said)

    @property
    def manner(self) -> str:
        """In words, to stand beside the picture."""
        said = []
        if self.label is not None:
            article = "an" if self.label == 8 else "a"
            said.append("any digit" if self.label == NO_LABEL else f"{article} {self.label}")
        if self.guidance is not None:
            said.append(f"guidance {self.guidance:g}")
        if self.seed is not None:
            said.append(f"fresh noise {self.seed}")
        return f"from step {self.step} on: {', '.join(said)}"


def read_turns(text: str) -> tuple[Turn, ...]:
    """The turns that an address names; none for "". RequestError, in one sentence, if it cannot be
    read."""
    return tuple(_read(part) for part in text.split("_")) if text else ()


def written(turns: tuple[Turn, ...]) -> str:
    """They, as an address has them."""
    return "_".join(turn.written for turn in turns)


def _read(text: str) -> Turn:
    found = _WRITTEN.fullmatch(text)
    if found is None or found["step"] == text:
        raise RequestError(
            "Write a turn as 8d5g3n42: from step 8 on a 5, guidance 3, fresh noise of seed 42."
        )
    label = NO_LABEL if found["label"] == "x" else found["label"]
    return Turn(
        int(found["step"]),
        None if label is None else int(label),
        None if found["guidance"] is None else float(found["guidance"]),
        None if found["seed"] is None else int(found["seed"]),
    )


def checked(request: Request, turns: tuple[Turn, ...]) -> None:
    """RequestError, in one sentence, if such a run cannot take these turns."""
    if turns and request.sampler == "leap":
        raise RequestError("Leaps take no turn: choose another sampler.")
    if len(turns) > MOST_TURNS:
        raise RequestError(f"A run takes {MOST_TURNS} turns at most.")
    steps = [turn.step for turn in turns]
    if steps != sorted(set(steps)) or any(step >= request.steps for step in steps):
        raise RequestError(
            f"Turns come one after the other, at steps from 0 to {request.steps - 1}."
        )
    for turn in turns:
        if turn.guidance is not None and not 0 <= turn.guidance <= MAX_GUIDANCE:
            raise RequestError(f"Guidance must be from 0 to {MAX_GUIDANCE:g}.")
        if turn.seed is not None and not 0 <= turn.seed <= MAX_SEED:
            raise RequestError(f"The seed must be from 0 to {MAX_SEED}.")
