"""Moodle's own XML (Question bank → Import → Moodle XML format).

moodle-tools, which writes it too, is made for YAML files of its own kind and knows no hints, no
tags and no ids: what it does know is less to write here than to translate for it.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from quizzes.export.chosen import TITLE, Chosen, tags
from quizzes.export.markup import html, solution
from quizzes.schema import Concept, Question
from quizzes.selection import Drawn

PENALTY = "0.3333333"
"""For each further try, with hints between them. One of the shares that Moodle knows."""


def moodle(chosen: Chosen) -> bytes:
    """A question bank: a category for each idea; feedback for every option, hints, tags.

    Wrong answers cost nothing: what certainty-based marking takes off, Moodle works out by itself.
    With a seed the options stand in its order, and Moodle leaves them there.
    """
    quiz = ET.Element("quiz")
    for concept, drawn in chosen.by_concept():
        _category(quiz, concept)
        for one in drawn:
            _question(quiz, one, tags(chosen.bank, one.question), shuffle=chosen.seed is None)
    ET.indent(quiz)
    return ET.tostring(quiz, "utf-8", xml_declaration=True)


def category(concept: Concept) -> str:
    """Its place in the question bank. A slash within a name is written twice."""
    return "/".join(["$course$", "top", TITLE, concept.title.replace("/", "//")])


def _category(quiz: ET.Element, concept: Concept) -> None:
    question = ET.SubElement(quiz, "question", type="category")
    _text(question, "category", category(concept))
    _text(question, "info", html(concept.about), "html")
    _plain(question, "idnumber", f"through-the-fog-{concept.concept}")


def _question(quiz: ET.Element, drawn: Drawn, marks: list[str], shuffle: bool) -> None:
    question = drawn.question
    node = ET.SubElement(quiz, "question", type="multichoice")
    _text(node, "name", question.id)
    _text(node, "questiontext", html(question.stem), "html")
    _text(node, "generalfeedback", solution(question), "html")
    _plain(node, "defaultgrade", "1.0000000")
    _plain(node, "penalty", PENALTY)
    _plain(node, "hidden", "0")
    _plain(node, "idnumber", question.id)
    _plain(node, "single", "true")
    _plain(node, "shuffleanswers", "true" if shuffle else "false")
    _plain(node, "answernumbering", "ABCD")
    _plain(node, "showstandardinstruction", "0")
    for _, option in drawn.options:
        answer = ET.SubElement(node, "answer", fraction="100" if option.right else "0")
        answer.set("format", "html")
        _plain(answer, "text", html(option.text))
        _text(answer, "feedback", html(option.feedback), "html")
    _hints(node, question)
    listed = ET.SubElement(node, "tags")
    for tag in marks:
        _text(listed, "tag", tag)


def _hints(node: ET.Element, question: Question) -> None:
    for hint in question.hints:
        _text(node, "hint", html(hint), "html")


def _plain(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _text(parent: ET.Element, name: str, text: str, format: str | None = None) -> None:
    node = ET.SubElement(parent, name, {"format": format} if format else {})
    _plain(node, "text", text)
