"""What can be wrong with a file of the bank, and how it is said: line, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from quizzes.schema import CONCEPTS, Concept, Option, Question, Show

Path_ = tuple[str | int, ...]
"""Where in a file: keys and places, as pydantic says it ("loc")."""


Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where PyYAML was built with it: the bank is read ten times as fast."""


@dataclass(frozen=True)
class Fault:
    """One thing to mend."""

    file: Path
    line: int
    """From 1; 0 if it is about the bank as a whole."""
    what: str
    remedy: str
    blocking: bool = True
    """Whether the app cannot use the bank like this. The others are unfair or unfinished."""

    def __str__(self) -> str:
        place = f"{self.file.parent.name}/{self.file.name}" if self.line else self.file.name
        line = f", line {self.line}" if self.line else ""
        return f"{place}{line}: {self.what}. {self.remedy}"


@dataclass(frozen=True)
class Source:
    """A file of the bank, as far as it could be read."""

    file: Path
    node: yaml.Node | None = None
    """The same as `data`, with the line of everything."""
    data: Any = None
    concept: Concept | None = None
    faults: tuple[Fault, ...] = ()

    def fault(self, where: Path_, what: str, remedy: str, blocking: bool = True) -> Fault:
        """A fault at a place of this file."""
        return Fault(self.file, line_of(self.node, where), what, remedy, blocking)


def line_of(node: yaml.Node | None, where: Path_) -> int:
    """The line of a place, from 1; of what is not there, the line of what should contain it."""
    line = 1 if node is None else node.start_mark.line + 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(step)]
            if not found:
                return line
            # Of a key that stands twice, the last one counts, as it does for PyYAML.
            line, node = found[-1][0].start_mark.line + 1, found[-1][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                return line
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def read(file: Path) -> Source:
    """One file: its concept, or what is wrong with it."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        return _refused(file, 1, f"the file cannot be read ({why})", "Save it as UTF-8 text.")
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, [error.context, error.problem]))
        return _refused(file, mark.line + 1 if mark else 1, f"this is no YAML: {said}", QUOTE)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _refused(file, 1, f"this is no YAML: {str(error).splitlines()[0]}", QUOTE)
    if node is None or data is None:
        return _refused(file, 1, "the file is empty", "Fill it, or delete it.")
    if not isinstance(data, dict):
        return _refused(file, 1, "the file is not a concept", "Begin it with “concept:”.")
    source = Source(file, node, data)
    try:
        concept: Concept | None = Concept.model_validate(data)
    except ValidationError as error:
        concept, broken = None, _of_schema(source, error)
    else:
        broken = []
    found = [*_twice(source, node), *_of_concept(source), *_of_options(source), *broken]
    return Source(file, node, data, concept, tuple(found))


QUOTE = "A text with a colon, a hash or a bracket needs quotes, or a | and a line of its own."


def _refused(file: Path, line: int, what: str, remedy: str) -> Source:
    return Source(file, faults=(Fault(file, line, what, remedy),))


def _twice(source: Source, node: yaml.Node) -> list[Fault]:
    """Keys that stand twice: YAML forbids them, and PyYAML silently drops the first."""
    found: list[Fault] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                what = f"“{key.value}” stands twice"
                found.append(Fault(source.file, line, what, "Keep one of them."))
            seen.add(key.value)
            found += _twice(source, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _twice(source, value)
    return found


def _of_concept(source: Source) -> list[Fault]:
    """What the file says it is about."""
    name = source.data.get("concept")
    if not isinstance(name, str):
        return []
    if name not in CONCEPTS:
        known = ", ".join(CONCEPTS)
        return [source.fault(("concept",), f"there is no concept “{name}”", f"Use one of {known}.")]
    if source.file.stem != name:
        what = f"the file is named {source.file.name} and is about “{name}”"
        return [source.fault(("concept",), what, f"Rename it to {name}.yaml.")]
    return []


def right_ones(question: Any) -> list[int] | None:
    """Which options of a question, as read from the file, are said to be right."""
    options = question.get("options") if isinstance(question, dict) else None
    if not isinstance(options, list) or not all(isinstance(option, dict) for option in options):
        return None
    return [i for i, option in enumerate(options) if option.get("right") is True]


def _questions(source: Source) -> list[Any]:
    questions = source.data.get("questions")
    return questions if isinstance(questions, list) else []


def _of_options(source: Source) -> list[Fault]:
    """Questions without a right option, or with several."""
    found = []
    for i, question in enumerate(_questions(source)):
        right = right_ones(question)
        where: Path_ = ("questions", i, "options")
        if right == []:
            remedy = "Say “right: true” of one, and give it no misconception."
            found.append(source.fault(where, "no option is right", remedy))
        elif right is not None and len(right) > 1:
            what = f"{len(right)} options are right"
            remedy = "Leave “right: true” at one of them."
            found.append(source.fault((*where, right[1], "right"), what, remedy))
    return found


def _of_schema(source: Source, errors: ValidationError) -> list[Fault]:
    """What pydantic found, each at its line and with what to do."""
    found = []
    listed = errors.errors(include_url=False, include_input=False)
    for error in listed:
        where = error["loc"]
        inside = [e for e in listed if e["loc"] != where and e["loc"][: len(where)] == where]
        if error["type"] == "too_short" and inside:
            continue  # Pydantic counts the good ones only.
        if error["type"] == "value_error" and _said_already(source, where, error["msg"]):
            continue
        if "query" in where[:-1]:
            # A value that fits none of the three types it may have gives three errors.
            where = where[: where.index("query") + 2]
            what, remedy = f"{where[-1]} is neither a text nor a number", "Write one value."
        else:
            what, remedy = _in_words(error["type"], where, error.get("ctx", {}), error["msg"])
        fault = source.fault(where, what, remedy)
        if fault not in found:
            found.append(fault)
    return found


def _said_already(source: Source, where: Path_, message: str) -> bool:
    """Whether _of_concept or _of_options says it, at the very line."""
    if not where:
        return "unknown concept" in message
    if where[0] == "questions" and len(where) > 1:
        right = right_ones(_questions(source)[int(where[1])])
        miscounted = right is not None and len(right) != 1
        return miscounted and ("must be right" in message or "misconception" in message)
    return False


FIELDS: dict[str, type[BaseModel]] = {
    "": Concept,
    "questions": Question,
    "options": Option,
    "show": Show,
}


def _in_words(kind: str, where: Path_, context: dict[str, Any], message: str) -> tuple[str, str]:
    name = str(where[-1]) if where else "the file"
    if isinstance(where[-1] if where else None, int) and len(where) > 1:
        name = f"{where[-2]}, entry {int(where[-1]) + 1},"
    match kind:
        case "missing":
            return f"“{name}” is missing", f"Add “{name}:” here."
        case "extra_forbidden":
            inside = [step for step in where[:-1] if isinstance(step, str)]
            model = FIELDS.get(inside[-1] if inside else "")
            near = get_close_matches(name, model.model_fields if model else (), 1)
            meant = f"Did you mean “{near[0]}”?" if near else "Take it out."
            return f"nothing is called “{name}” here", meant
        case "string_type":
            return f"{name} is no text", "Put it in quotes."
        case "string_too_short":
            return f"{name} is empty", "Write it."
        case "string_pattern_mismatch":
            return f"{name} is no id", "Use lower-case words and numbers joined by hyphens."
        case "literal_error":
            return f"{name} is none of the known words", f"Use {context['expected']}."
        case "too_short" | "too_long":
            low, high = context.get("min_length"), context.get("max_length")
            bound = f"at least {low}" if low is not None else f"at most {high}"
            count = context["actual_length"]
            return f"{name} has {count} entries", f"It must have {bound}."
        case "tuple_type" | "list_type":
            return f"{name} is no list", "Write one entry a line, each after a “- ”."
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"{name} is not a set of named things", "Write “name: value” lines."
        case "value_error":
            return message.removeprefix("Value error, "), "Mend the options of this question."
        case _:
            return f"{name}: {message[0].lower()}{message[1:]}", "Mend it."
