"""A bank made up for the tests: complete, balanced, and of no meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from hypothesis import strategies as st

from quizzes.bank import Bank
from quizzes.grading import CERTAINTIES, Response, grade
from quizzes.log import Event, event
from quizzes.schema import CONCEPTS, DIFFICULTIES, Concept

DAY = 24 * 60 * 60 * 1000
NOON = 1_800_000_000_000
PAGES = ("forward", "reverse", "overview", "training")
QUESTION = """\
  - id: {id}
    difficulty: {difficulty}
    stem: What is it?
    options:
{options}
    hints:
      - Think.
    solution:
      - One thing.
      - Another.
    final: It is that.
    check: Look.
    mistakes:
      - Not looking.
    rule: Look first.
    show:
      page: forward
      query: {{t: 500}}
      look: The digit.
    sources:
      - Ho et al. 2020
"""


def options(right: int) -> str:
    lines = []
    for place, text in enumerate(("Snow", "Rain", "Hail", "Mist")):
        lines.append(f"      - text: {text}")
        lines.append("        feedback: So it is said.")
        lines.append("        right: true" if place == right else "        misconception: wet")
    return "\n".join(lines)


def concept_text(concept: str, count: int = 2) -> str:
    """A file of the bank: so many questions of each difficulty."""
    head = f"concept: {concept}\ntitle: T\nabout: A.\n"
    head += f"page: {PAGES[CONCEPTS.index(concept) % len(PAGES)]}\nquestions:\n"
    body = ""
    for i in range(3 * count):
        difficulty = DIFFICULTIES[i % 3]
        body += QUESTION.format(id=f"{concept}-{i}", difficulty=difficulty, options=options(i % 4))
    return head + body


def write_bank(folder: Path, count: int = 2) -> Path:
    """A folder without a fault."""
    for concept in CONCEPTS:
        (folder / f"{concept}.yaml").write_text(concept_text(concept, count), "utf-8")
    goal = folder / "goal.yaml"
    text = goal.read_text("utf-8")
    for n in range(5):
        text = text.replace(f"  - id: goal-{n}\n", f"  - id: goal-{n}\n    core: {n + 1}\n")
    goal.write_text(text, "utf-8")
    return folder


def bank_of(sizes: Mapping[str, Sequence[str]]) -> Bank:
    """A bank in memory: of each concept, the difficulties of its questions. The right option stands
    first."""
    concepts = []
    for concept, difficulties in sizes.items():
        content = yaml.safe_load(concept_text(concept, 0) + " []")
        for i, difficulty in enumerate(difficulties):
            text = QUESTION.format(id=f"{concept}-{i}", difficulty=difficulty, options=options(0))
            content["questions"] += yaml.safe_load(text)
        concepts.append(Concept.model_validate(content))
    return Bank.of_concepts(tuple(concepts))


FULL = bank_of({concept: [*DIFFICULTIES] * 2 for concept in CONCEPTS})
"""Every concept, every difficulty, twice."""


def attempt(
    question: str = "goal-0",
    chosen: int | None = 0,
    certainty: str = "fairly",
    hints: int = 0,
    time: int = NOON,
    id: str | None = None,
) -> Event:
    """Somebody answers a question of FULL."""
    response = Response(question, chosen, certainty, hints)  # type: ignore[arg-type]
    return event(grade(FULL.questions[question], response), "practice", time, id)


ids = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
attempts = st.builds(
    attempt,
    question=st.sampled_from([*FULL.questions][:9]),
    chosen=st.sampled_from([None, 0, 1, 2, 3]),
    certainty=st.sampled_from(CERTAINTIES),
    hints=st.integers(0, 2),
    # Few different times, so that many are equal, and some that a broken clock would say.
    time=st.sampled_from([0, *(NOON + n * DAY // 2 for n in range(8)), NOON + 900 * DAY]),
    id=ids,
)
histories = st.lists(attempts, max_size=25)
