"""Questions whose answer nobody wrote down: which option is right is what the model does.

quizzes/predict.yaml has the words; what came out of the experiment of the same name is given by
whoever runs the model. A prediction says which outcome its explanation explains, so that a test
notices when a retrained model behaves otherwise.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from quizzes.bank import BankError
from quizzes.schema import Difficulty, Explained, Option, Question, Show, Slug, Strict, Text

FILE = Path(__file__).parent / "predict.yaml"
NO_LIST = "quizzes/predict.yaml is not a list of predictions: put the file back."


class Guess(Strict):
    """An option, and the outcome for which it is the right one."""

    text: Text
    outcome: Text
    feedback: Text
    misconception: Slug


class ToPredict(Explained):
    """An experiment in words."""

    id: Slug
    concept: Slug
    difficulty: Difficulty
    explains: Text
    """The outcome that the texts below explain."""
    stem: Text
    options: Annotated[tuple[Guess, ...], Field(min_length=4, max_length=4)]
    look: Text
    sources: tuple[Text, ...] = ("the model of this app, run in front of you",)

    def question(self, outcome: str) -> Question:
        """The question, with the option right that names what came out."""
        options = tuple(
            Option(
                text=guess.text,
                feedback=guess.feedback,
                right=guess.outcome == outcome,
                misconception=None if guess.outcome == outcome else guess.misconception,
            )
            for guess in self.options
        )
        return Question(
            id=f"predict-{self.id}",
            difficulty=self.difficulty,
            stem=self.stem,
            options=options,
            **{name: getattr(self, name) for name in Explained.model_fields},
            show=Show(page="reverse", look=self.look),
            sources=self.sources,
        )


@cache
def to_predict() -> dict[str, ToPredict]:
    """All predictions, by the name of their experiment. BankError, in a sentence, if unusable."""
    try:
        listed = yaml.safe_load(FILE.read_text("utf-8"))
        found = {entry.id: entry for entry in map(ToPredict.model_validate, listed)}
    except (OSError, UnicodeDecodeError) as error:
        raise BankError("quizzes/predict.yaml cannot be read: put the file back.") from error
    except (yaml.YAMLError, TypeError, RecursionError) as error:
        raise BankError(NO_LIST) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "a prediction"
        raise BankError(f"quizzes/predict.yaml: {place}: {first['msg']}.") from error
    except ValueError as error:  # A date that there is not, say.
        raise BankError(NO_LIST) from error
    if not found:
        raise BankError(NO_LIST)
    return found
