"""Marks for an answer and for how certain it was.

The marks are those of certainty-based marking as Moodle uses it (Gardner-Medwin 2006): who is sure
and right gains most, who is sure and wrong loses most, and honest doubt costs nothing. With these
numbers it pays to say what one believes: "fairly" from 67 % on, "certain" from 80 % on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quizzes.schema import LETTERS, Question

Certainty = Literal["unsure", "fairly", "certain"]
CERTAINTIES: tuple[Certainty, ...] = ("unsure", "fairly", "certain")
MARKS: dict[Certainty, tuple[int, int]] = {"unsure": (1, 0), "fairly": (2, -2), "certain": (3, -6)}
"""(if right, if wrong)"""
BEST = 3.0
WORST = -6.0
MAX_HINTS = 2
UNSHUFFLED = (0, 1, 2, 3)


@dataclass(frozen=True)
class Response:
    """What somebody answered."""

    question: str
    chosen: int | None
    """The option, by its place in the bank (not on the screen), from 0; None: left open."""
    certainty: Certainty = "unsure"
    hints: int = 0
    """How many were looked at."""
    order: tuple[int, int, int, int] = UNSHUFFLED
    """Which option of the bank stood at each place of the screen."""

    def __post_init__(self) -> None:
        if self.chosen not in (None, *UNSHUFFLED):
            raise ValueError(f"There are four options, from 0 to 3; got {self.chosen}.")
        if self.certainty not in CERTAINTIES:
            raise ValueError(f"Certainty is one of {', '.join(CERTAINTIES)}.")
        if not 0 <= self.hints <= MAX_HINTS:
            raise ValueError(f"There are at most {MAX_HINTS} hints; got {self.hints}.")
        if sorted(self.order) != list(UNSHUFFLED):
            raise ValueError(f"An order names each of the four options once; got {self.order}.")

    @property
    def letter(self) -> str | None:
        """The letter beside the option, as it was shown."""
        return None if self.chosen is None else LETTERS[self.order.index(self.chosen)]


@dataclass(frozen=True)
class GradingOptions:
    """What a teacher may decide."""

    hint_share: float = 1 / 3
    """The share of a positive mark that each hint takes. A negative mark is not made worse: a hint
    that did not help is no fault."""

    def __post_init__(self) -> None:
        if not 0 <= self.hint_share <= 1:
            raise ValueError(f"The share must be from 0 to 1; got {self.hint_share}.")


@dataclass(frozen=True)
class Graded:
    """What an answer was worth."""

    response: Response
    right: bool
    mark: float
    """Rounded to hundredths, as it is shown and kept."""
    best: float
    """What could have been had: right, certain and without a hint."""
    confident_error: bool
    misconception: str | None


def grade(question: Question, response: Response, options: GradingOptions | None = None) -> Graded:
    """Mark one answer. What was left open is wrong, and costs nothing."""
    if response.question != question.id:
        raise ValueError(f"The answer is to {response.question}, and not to {question.id}.")
    if response.chosen is None:
        return Graded(response, False, 0.0, BEST, False, None)
    option = question.options[response.chosen]
    if_right, if_wrong = MARKS[response.certainty]
    share = (options or GradingOptions()).hint_share
    mark = if_right * max(0.0, 1 - share * response.hints) if option.right else float(if_wrong)
    return Graded(
        response,
        right=option.right,
        mark=round(mark, 2),
        best=BEST,
        confident_error=not option.right and response.certainty == "certain",
        misconception=option.misconception,
    )
