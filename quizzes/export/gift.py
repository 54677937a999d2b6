"""GIFT, Moodle's simple form, which many other programs read as well.

gift-wrapper, which writes it too, is made for YAML files of its own kind, ends the process over a
formula that it does not like, and brings an SSH client along.
"""

from __future__ import annotations

from quizzes.export.chosen import TITLE, Chosen, tags
from quizzes.export.markup import html, solution
from quizzes.export.moodle import category
from quizzes.selection import Drawn

ESCAPED = str.maketrans(
    {**{character: f"\\{character}" for character in r"\~=#{}:"}, "\n": r"\n", "\t": " "}
)
"""Signs that mean something in GIFT. A line break would end what stands in it, or the question."""


def escaped(text: str) -> str:
    """Text in which GIFT finds nothing to obey. No % may begin it: that would be a share."""
    text = text.strip()
    return (text.replace("%", "&#37;", 1) if text.startswith("%") else text).translate(ESCAPED)


def gift(chosen: Chosen) -> bytes:
    """A category for each idea; feedback for every option, the solution as general feedback.

    GIFT has no hints. Ids and tags stand in comments, where Moodle looks for them.
    """
    parts = [f"// {TITLE}: {len(chosen.drawn)} questions"]
    for concept, drawn in chosen.by_concept():
        parts.append(f"$CATEGORY: {category(concept)}")
        parts += [_question(one, tags(chosen.bank, one.question)) for one in drawn]
    return ("\n\n".join(parts) + "\n").encode()


def _question(drawn: Drawn, marks: list[str]) -> str:
    question = drawn.question
    noted = " ".join([f"[id:{question.id}]", *(f"[tag:{tag}]" for tag in marks)])
    answers = [
        f"\t{'=' if option.right else '~'}{escaped(html(option.text))}"
        f"#{escaped(html(option.feedback))}"
        for _, option in drawn.options
    ]
    return "\n".join(
        [
            f"// {noted}",
            f"::{escaped(question.id)}::[html]{escaped(html(question.stem))} {{",
            *answers,
            f"\t####{escaped(solution(question))}",
            "}",
        ]
    )
