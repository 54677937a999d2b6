"""What came of a question so far: the first answer, which is on record, and a second try."""

from __future__ import annotations

from dataclasses import dataclass

from quizzes.grading import Certainty, Graded
from quizzes.schema import Question

SURE: dict[Certainty, str] = {"unsure": "unsure", "fairly": "fairly sure", "certain": "certain"}
NAMES = {name: certainty for certainty, name in SURE.items()}


@dataclass(frozen=True)
class Attempt:
    """An answer that was given."""

    first: Graded
    """What the record keeps."""
    asked: bool = False
    """Whether marks counted, so that how sure one is was asked."""
    trying: bool = False
    """Whether the second try is still open, and nothing is revealed yet."""
    second: int | None = None
    """The option of the second try, by its place in the bank."""

    def hints(self, question: Question) -> int:
        """How many are shown: the second try brings one more."""
        return min(self.first.response.hints + self.trying, len(question.hints))

    def right(self, question: Question) -> bool | None:
        """Whether it was right in the end; None: nobody answered."""
        if self.second is not None and not self.trying:
            return question.options[self.second].right
        return self.first.right if self.first.response.chosen is not None else None

    def verdict(self, question: Question) -> str:
        """What came of it, in one sentence with its sign: as it is seen and heard."""
        right = self.right(question)
        if right is None:
            return "Here is the solution."
        return f"{'✓' if right else '✗'} {self._sentence(right)}"

    def _sentence(self, right: bool) -> str:
        if self.second is not None and not self.trying:
            return "Right, at the second try." if right else "Not this one either. Here is why."
        sure = SURE[self.first.response.certainty]
        if right:
            marks = f"{self.first.mark:.3g} of {self.first.best:g} marks"
            return f"Right, and you were {sure}: {marks}." if self.asked else "Right."
        again = " Try once more." if self.trying else ""
        if not self.asked:
            return f"Not this one.{again}"
        lost = f"{self.first.mark:g} marks".replace("-", "−")
        if self.first.confident_error:
            again = again or " Worth a closer look."
            return f"Not this one, and you were {sure} ({lost}).{again}"
        return f"Not this one; you were {sure} ({lost}).{again}"


def coloured(verdict: str) -> str:
    """The sentence in the colour of its sign."""
    colours = {"✓": "green", "✗": "red"}
    return f":{colours[verdict[0]]}[{verdict}]" if verdict[0] in colours else verdict
