"""What a question is, and where questions come from: the YAML files in bank/."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

BANK = Path(__file__).parent
Text = Annotated[str, Field(min_length=1)]


class QuestionError(Exception):
    """A file of questions is missing or malformed; the sentence names it and says what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Strict):
    """One answer to choose, and what is said to whoever chose it."""

    text: Text
    why: Text
    """Why it is right, or what it confuses."""
    right: bool = False


class Question(_Strict):
    """A question with exactly one right answer."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    ask: Text
    options: Annotated[tuple[Option, ...], Field(min_length=3, max_length=5)]

    @model_validator(mode="after")
    def _one_is_right(self) -> Question:
        if sum(option.right for option in self.options) != 1:
            raise ValueError("exactly one option must be right")
        if len({option.text for option in self.options}) < len(self.options):
            raise ValueError("two options say the same")
        return self


@cache
def questions(name: str) -> dict[str, Question]:
    """The questions of bank/NAME.yaml by id. QuestionError names the file if it is unusable."""
    path = BANK / f"{name}.yaml"
    try:
        listed = yaml.safe_load(path.read_text("utf-8"))
        found = [Question.model_validate(entry) for entry in listed]
    except OSError as error:
        raise QuestionError(f"quizzes/{name}.yaml cannot be read: put it back.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "question"
        raise QuestionError(f"quizzes/{name}.yaml: {place}: {first['msg']}.") from error
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise QuestionError(f"quizzes/{name}.yaml is not a list of questions.") from error
    if len({question.id for question in found}) < len(found):
        raise QuestionError(f"quizzes/{name}.yaml: two questions have the same id.")
    return {question.id: question for question in found}
