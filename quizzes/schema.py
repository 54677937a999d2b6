"""What a question is: the schema of the YAML files in bank/, one file a concept.

A question has exactly four options, one of them right. Every option has feedback of its own, and
every wrong one names the misconception that it stands for, since a wrong option that is not refuted
teaches the error. bank.py reads the files and says what is wrong with them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
LETTERS = "ABCD"

CONCEPTS = (
    "goal",
    "noise",
    "forward-step",
    "closed-form",
    "schedule",
    "training-target",
    "training-loop",
    "role-of-t",
    "many-steps",
    "ddpm-step",
    "ddim-and-samplers",
    "guidance-and-applications",
)
"""In the order in which they build on each other."""


class Strict(BaseModel):
    """Frozen, and no field that is not known: a mistyped name is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Strict):
    """One answer to choose from."""

    text: Text
    feedback: Text
    """Said to whoever reads the solution: why it is right, or what it confuses."""
    right: bool = False
    misconception: Slug | None = None
    """What a wrong answer stands for; the same belief has the same name in all questions."""

    @model_validator(mode="after")
    def _wrong_ones_have_a_reason(self) -> Option:
        if self.right == (self.misconception is not None):
            raise ValueError("a wrong option needs a misconception, and the right one has none")
        return self


class BriefOption(Strict):
    """An answer in a few words."""

    text: Text
    feedback: Text


class Brief(Strict):
    """A question as the guided lesson asks it, where a screen has room for 45 words."""

    stem: Text
    options: Annotated[tuple[BriefOption, ...], Field(min_length=4, max_length=4)]
    """In the order of the question's own, and with the same one right."""


class Show(Strict):
    """A state of the stage that proves the answer: a page of the app and what its address says."""

    page: Slug
    query: dict[str, str | int | float] = {}
    look: Text
    """What to see there."""


class Number(Strict):
    """A number in the text that can be computed: a test compares the two."""

    says: Text
    """As it stands in the text, such as "0.71"."""
    is_: Annotated[str, Field(alias="is", min_length=1)]
    """An expression, such as "alpha('cosine', 0.5)"; a test (test_numbers.py) knows the words."""


class Explained(Strict):
    """What is said about a question besides its options. Texts are Markdown."""

    hints: Annotated[tuple[Text, ...], Field(min_length=1, max_length=2)]
    solution: Annotated[tuple[Text, ...], Field(min_length=2, max_length=6)]
    """The worked solution, step by step."""
    final: Text
    """The final answer, in one sentence."""
    check: Text
    """A quick check of it, in one line."""
    mistakes: Annotated[tuple[Text, ...], Field(min_length=1, max_length=3)]
    rule: Text
    """The rule of thumb."""


class Question(Explained):
    """A question and everything that is said after it was answered."""

    id: Slug
    difficulty: Difficulty
    core: Annotated[int, Field(ge=1, le=5)] | None = None
    """Its place among the five core questions, if it is one."""
    brief: Brief | None = None
    beside: Slug | None = None
    """The page beside whose stage it stands, if it does."""
    stem: Text
    options: Annotated[tuple[Option, ...], Field(min_length=4, max_length=4)]
    show: Show
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    numbers: tuple[Number, ...] = ()

    @model_validator(mode="after")
    def _one_is_right(self) -> Question:
        if sum(option.right for option in self.options) != 1:
            raise ValueError("exactly one option must be right")
        if len({option.text.strip().lower() for option in self.options}) < 4:
            raise ValueError("two options say the same")
        return self

    @property
    def answer(self) -> int:
        """The place of the right option, from 0."""
        return next(i for i, option in enumerate(self.options) if option.right)


class Concept(Strict):
    """One file of the bank."""

    concept: Slug
    title: Text
    about: Text
    """What who has mastered it can do, in one sentence."""
    page: Slug
    """Where in the app it is taught."""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_known(self) -> Concept:
        if self.concept not in CONCEPTS:
            raise ValueError(f"unknown concept; it must be one of {', '.join(CONCEPTS)}")
        return self
