"""The bank is read, and whatever is wrong with it is found, at its line and with a remedy."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from quizzes import fairness
from quizzes.__main__ import main
from quizzes.bank import BANK, BankError, Fault, faults, load_bank
from quizzes.schema import CONCEPTS, DIFFICULTIES
from tests.quizzes.made import write_bank


def spoil(folder: Path, old: str, new: str, name: str = "noise", times: int = 1) -> None:
    file = folder / f"{name}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, times), "utf-8")


def line(folder: Path, words: str, name: str = "noise", which: int = 0) -> int:
    """The line in which these words stand for the n-th time."""
    lines = (folder / f"{name}.yaml").read_text("utf-8").splitlines()
    return [number for number, text in enumerate(lines, 1) if words in text][which]


def test_a_bank_without_a_fault(folder: Path) -> None:
    assert faults(folder) == []
    bank = load_bank(folder)
    assert [concept.concept for concept in bank.concepts] == list(CONCEPTS)
    assert [question.core for question in bank.core()] == [1, 2, 3, 4, 5]
    assert len(bank.questions) == 72
    assert [q.id for q in bank.of("noise", "hard")] == ["noise-2", "noise-5"]
    assert bank.concept_of("noise-2").concept == "noise"
    assert bank.beside("forward") is None
    with pytest.raises(KeyError):
        bank.concept_of("nothing")


def test_it_is_read_again_when_a_file_has_changed(folder: Path) -> None:
    before = load_bank(folder)
    assert load_bank(folder) is before
    spoil(folder, "id: noise-0\n", "id: noise-0\n    beside: forward\n")
    after = load_bank(folder)
    found = after.beside("forward")
    assert found is not None and found.id == "noise-0"
    # A change of the time alone is enough: the new words may be as long as the old ones.
    os.utime(folder / "noise.yaml", ns=(10**18, 10**18))
    assert load_bank(folder) is not after


FAULTS = [
    # what is spoiled, what it becomes, the line is that of, what is said, what is to be done
    ("  - id: noise-0", "  - id: Noise 0", "Noise 0", "id is no id", "hyphens"),
    ("difficulty: easy", "difficulty: simple", "simple", "difficulty is none", "'easy', 'medium'"),
    ("    stem: What", "    steam: What", "steam", "nothing is called “steam”", "“stem”"),
    ("    stem: What is it?\n", "", "id: noise-0", "“stem” is missing", "Add “stem:”"),
    ("text: Snow", "text: 0.71", "0.71", "text is no text", "quotes"),
    ("text: Snow", 'text: ""', 'text: ""', "text is empty", "Write it"),
    ("text: Rain", "text: Snow", "id: noise-0", "two options say the same", "Mend"),
    ("        right: true\n", "", "options:", "no option is right", "right: true"),
    ("misconception: wet", "right: true", "right: true", "2 options are right", "one of them"),
    (
        "        misconception: wet\n",
        "",
        "text: Rain",
        "a wrong option needs a misconception",
        "Mend the options",
    ),
    ("    hints:\n      - Think.\n", "    hints: []\n", "hints", "0 entries", "at least 1"),
    ("    hints:\n      - Think.\n", "    hints: Think\n", "hints", "no list", "“- ”"),
    ("concept: noise", "concept: noises", "concept", "no concept “noises”", "Use one of goal"),
    ("concept: noise", "concept: schedule", "concept", "the file is named", "schedule.yaml"),
    (
        "page: forward\n      query",
        "page: nowhere\n      query",
        "show",
        "no page 'nowhere'",
        "state",
    ),
    ("query: {t: 500}", "query: {t: 1001}", "show:", "t = 1001 cannot be shown", "state"),
    ("query: {t: 500}", "query: {time: 5}", "show:", "no setting 'time'", "state"),
    ("query: {t: 500}", "query: {chain: true}", "show:", "must be one of true", "state"),
    ("query: {t: 500}", "query: {t: [1]}", "query", "t is neither", "one value"),
    ("page: reverse\nq", "page: practise\nq", "page: practise", "no page “practise”", "one of"),
    (
        "    stem: What",
        "    beside: nowhere\n    stem: What",
        "beside",
        "no page or lab “nowhere”",
        "Use one of",
    ),
    ("    rule:", "    check: Again.\n    rule:", "check: Again", "stands twice", "Keep one"),
    ("  - id: noise-1", "  - id: goal-0", "goal-0", "is taken, in goal.yaml", "id of its own"),
    ("  - id: noise-1", "  - id: noise-0", "noise-0", "is taken, in noise.yaml", "id of its own"),
    ("id: noise-0", f"id: {'n' * 81}", "nnn", "81 letters", "at most 80"),
    ("title: T", "title: T: U", "T: U", "no YAML", "quotes"),
    ("title: T", "\ttitle: T", "title", "no YAML", "quotes"),
]


@pytest.mark.parametrize(("old", "new", "at", "what", "remedy"), FAULTS)
def test_what_makes_it_unusable(
    folder: Path, old: str, new: str, at: str, what: str, remedy: str
) -> None:
    spoil(folder, old, new)
    found = faults(folder)
    fault = next(fault for fault in found if what in fault.what)
    which = 1 if "2 options" in what or new == "  - id: noise-0" else 0
    assert (fault.file.name, fault.line) == ("noise.yaml", line(folder, at, which=which))
    assert remedy in fault.remedy and fault.blocking
    # The file is left out, and the bank says why; the other one can be used.
    bank = load_bank(folder)
    kept = {concept.concept for concept in bank.concepts}
    assert "noise" not in kept and "goal" in kept
    (said,) = [str(error) for error in bank.unusable if "noise.yaml" in str(error)]
    assert said == str(found[0])
    assert f"noise.yaml, line {fault.line}: " in str(fault) and "\n" not in str(fault)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"# nothing\n", "the file is empty"),
        (b"\xff\xfe\x00", "cannot be read (it is no UTF-8 text)"),
        (b"just words", "the file is not a concept"),
        (b"- a\n- list", "the file is not a concept"),
        (b"a: [1, 2", "no YAML"),
        (b"a: !!python/object:os.system x", "no YAML"),
        (b"a: *nobody", "no YAML"),
        (b"when: 2026-99-99", "no YAML"),
        (b"[" * 5000, "no YAML"),
    ],
)
def test_files_that_are_none(folder: Path, content: bytes, what: str) -> None:
    (folder / "noise.yaml").write_bytes(content)
    fault = faults(folder)[0]
    assert fault.file.name == "noise.yaml" and fault.line >= 1 and what in fault.what
    assert "\n" not in str(fault)


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    (folder / "noise.yaml").unlink()
    (folder / "noise.yaml").mkdir()
    assert "cannot be read" in faults(folder)[0].what


def test_no_files_at_all(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="there is no question"):
        load_bank(tmp_path)


def only(folder: Path) -> Fault:
    """The one fault of a bank that can be used all the same."""
    found = faults(folder)
    assert len(found) == 1 and not found[0].blocking
    assert load_bank(folder).questions
    return found[0]


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("feedback: So it is said.", "feedback: Unlike option B, this is wrong.", "option B"),
        ("feedback: So it is said.", "feedback: The first one is better.", "first one"),
        ("feedback: So it is said.", "feedback: See the option above.", "option above"),
        ("feedback: So it is said.", "feedback: Only (C) is.", "(C)"),
        ("text: Snow", "text: All of the above", "All of the above"),
        ("text: Snow", "text: Both A and B", "Both A and B"),
        ("final: It is that.", "final: The answer is answer D.", "answer D"),
        ("      - Another.", "      - So the third option is right.", "third option"),
    ],
)
def test_texts_that_name_a_place(folder: Path, old: str, new: str, at: str) -> None:
    spoil(folder, old, new)
    fault = only(folder)
    assert fault.line == line(folder, at) and "options are shuffled" in fault.what
    assert "Say what the option says" in fault.remedy


@pytest.mark.parametrize(
    "text",
    [
        "A step is an option that costs a call.",
        "The answer a student gives first is the one that counts.",
        "Each picture is made from the last one.",
        "The network is asked again, and the next answer is a little better.",
        "In the first of the two, D is small.",
        "At f(A) nothing happens.",
    ],
)
def test_texts_that_name_none(folder: Path, text: str) -> None:
    spoil(folder, "feedback: So it is said.", f"feedback: {text}")
    assert faults(folder) == []


def test_a_core_number_is_missing(folder: Path) -> None:
    spoil(folder, "    core: 3\n", "", "goal")
    fault = only(folder)
    assert fault.line == 0 and "no question is core 3" in fault.what and "core: 3" in fault.remedy


def test_a_core_number_stands_twice(folder: Path) -> None:
    spoil(folder, "    stem:", "    core: 3\n    stem:")
    fault = only(folder)
    assert fault.line == line(folder, "core: 3") and "“goal-2” already" in fault.what


def test_two_questions_beside_one_page(folder: Path) -> None:
    spoil(folder, "    stem:", "    beside: forward\n    stem:", times=2)
    fault = only(folder)
    assert fault.line == line(folder, "beside: forward", which=1)
    assert "“noise-0” stands beside forward already" in fault.what


def test_a_concept_without_a_file(folder: Path) -> None:
    (folder / "noise.yaml").unlink()
    assert "no file on noise" in only(folder).what


def test_one_letter_is_right_too_often(folder: Path) -> None:
    for concept in CONCEPTS[:4]:
        text = (folder / f"{concept}.yaml").read_text("utf-8")
        text = text.replace("        right: true", "        misconception: wet")
        halves = text.split("text: Mist\n        feedback: So it is said.\n")
        text = "text: Mist\n        feedback: So it is said.\n".join(
            [halves[0], *(h.replace("misconception: wet", "right: true", 1) for h in halves[1:])]
        )
        (folder / f"{concept}.yaml").write_text(text, "utf-8")
    fault = only(folder)
    assert "stands at D" in fault.what and "40%" in fault.remedy


def test_a_habit_that_guesses_right_is_named(folder: Path) -> None:
    for concept in CONCEPTS:
        spoil(folder, "feedback: So it is said.\n        right", "right", concept, times=9)
        spoil(folder, "right: true", "feedback: So.\n        right: true", concept, times=9)
        text = (folder / f"{concept}.yaml").read_text("utf-8").splitlines()
        for number, words in enumerate(text):
            if words.endswith("right: true"):
                text[number - 2] += ", and much more than that"
        (folder / f"{concept}.yaml").write_text("\n".join(text), "utf-8")
    found = faults(folder)
    assert not any(fault.blocking for fault in found) and load_bank(folder).questions
    whole = next(fault for fault in found if "in all questions, the longest option" in fault.what)
    assert "right in 100%, where chance is 25%" in whole.what and "noise-0" in whole.remedy
    assert any("in the easy questions, the longest option" in fault.what for fault in found)
    # Whoever avoids the longest option, on the other hand, is never right: that is known, too.
    assert any("the shortest option is right in 0%" in fault.what for fault in found)


def test_all_faults_are_found_at_once(folder: Path) -> None:
    spoil(folder, "text: Snow", "text: 3")
    spoil(folder, "difficulty: hard", "difficulty: harder")
    spoil(folder, "query: {t: 500}", "query: {t: -1}", "schedule")
    assert [fault.file.name for fault in faults(folder)] == ["noise.yaml"] * 2 + ["schedule.yaml"]


def test_check_prints_faults_and_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--bank", str(folder)]) == 0
    good = capsys.readouterr().out
    assert re.search(r"^schedule +2 +2 +2 +6$", good, re.MULTILINE)
    assert "0 faults" in good and "stands at A" in good
    for habit in fairness.GUESSERS:
        assert re.search(rf"^{habit} +25% +25% +25% +25%", good, re.MULTILINE)
    spoil(folder, "text: Snow", "text: 3")
    assert main(["check", "--bank", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "noise.yaml, line 10: text is no text. Put it in quotes." in said and "1 fault\n" in said


def test_check_of_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--bank", str(tmp_path / "nowhere")])


def test_write_bank_writes_what_it_says(tmp_path: Path) -> None:
    assert len(load_bank(write_bank(tmp_path, 1)).questions) == 36


# The bank of the app.


@pytest.mark.parametrize("file", sorted(BANK.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_file_of_the_bank_has_no_fault(file: Path) -> None:
    assert [str(fault) for fault in faults() if fault.file == file] == []


def test_the_bank_as_a_whole_has_no_fault() -> None:
    assert [str(fault) for fault in faults() if fault.line == 0] == []


def test_the_bank_covers_every_concept_at_every_difficulty() -> None:
    bank = load_bank()
    few = {
        f"{concept}, {difficulty}"
        for concept in CONCEPTS
        for difficulty in DIFFICULTIES
        if len(bank.of(concept, difficulty)) < 2
    }
    assert not few


def test_whoever_is_wrong_hears_why() -> None:
    short = {
        question.id
        for question in load_bank().questions.values()
        for option in question.options
        if len(option.feedback.split()) < 5
    }
    assert not short
