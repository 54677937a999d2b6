"""Check the questions, or take them along as flashcards."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from quizzes import fairness
from quizzes.bank import BANK, Bank, BankError, faults, load_bank, usable
from quizzes.schema import CONCEPTS, DIFFICULTIES, Question


def coverage(bank: Bank) -> str:
    """A table: how many questions there are on each concept, by difficulty."""
    width = max(map(len, CONCEPTS))
    lines = [f"{'':{width}}" + "".join(f"{word:>8}" for word in (*DIFFICULTIES, "all"))]
    for concept in CONCEPTS:
        counts = [len(bank.of(concept, difficulty)) for difficulty in DIFFICULTIES]
        lines.append(f"{concept:{width}}" + "".join(f"{n:8}" for n in (*counts, sum(counts))))
    sums = [
        sum(question.difficulty == difficulty for question in bank.questions.values())
        for difficulty in DIFFICULTIES
    ]
    lines.append(f"{'all':{width}}" + "".join(f"{n:8}" for n in (*sums, sum(sums))))
    return "\n".join(lines)


def guesses(questions: Sequence[Question]) -> str:
    """A table: how often guesses by habit are right, by difficulty; "!" marks what is too far from
    chance."""
    found = [*fairness.scores(questions)]
    groups = list(dict.fromkeys(which for which, _, _ in found))
    width = max(map(len, fairness.GUESSERS))
    chance = "Right by chance: 25%; “!” is a score that a fair bank has once in "
    lines = [f"{'A guess at':{width}}" + "".join(f"{which:>8}" for which in groups)]
    for habit in fairness.GUESSERS:
        of_habit = {which: score for which, name, score in found if name == habit}
        cells = (f"{s.share:.0%}{'!' if s.suspicious else ' '}" for s in of_habit.values())
        lines.append(f"{habit:{width}}" + "".join(f"{cell:>8}" for cell in cells))
    return "\n".join([*lines, f"{chance}{1 / fairness.SUSPICIOUS:.0f} or less."])


def check(folder: Path) -> int:
    """Print all faults and the tables; 1 if there are faults."""
    found = faults(folder)
    for fault in found:
        print(fault)
    bank = usable(folder)
    questions = list(bank.questions.values())
    letters = fairness.letter_shares(questions)
    print(f"\n{coverage(bank)}\n")
    print("The right option stands at", ", ".join(f"{k} {v:.0%}" for k, v in letters.items()))
    print(f"\n{guesses(questions)}\n")
    print(f"{len(found)} fault{'' if len(found) == 1 else 's'}")
    return 1 if found else 0


def export(folder: Path, target: Path) -> int:
    """Write the whole bank for Anki: 0, or 2 after one sentence that says why it could not."""
    from quizzes.export import anki_csv, anki_package

    try:
        for fault in faults(folder):
            if fault.blocking:  # Pages do without such a file; cards are made of all or none.
                raise BankError(str(fault))
        bank = load_bank(folder)
        if target.suffix == ".apkg":
            target.write_bytes(anki_package(bank))
        else:
            target.write_text(anki_csv(bank), "utf-8", newline="\n")
    except BankError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{target} cannot be written ({error.strerror}): choose another.", file=sys.stderr)
        return 2
    print(f"{len(bank.questions)} questions are in {target}")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m quizzes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    summary = "print what is wrong with the bank, and what it covers"
    checking = commands.add_parser("check", help=summary, description=summary)
    summary = "write the bank as flashcards"
    exporting = commands.add_parser("export", help=summary, description=summary)
    exporting.add_argument(
        "--anki", type=Path, required=True, metavar="FILE", help="FILE.apkg or FILE.csv"
    )
    for command in (checking, exporting):
        command.add_argument("--bank", type=Path, default=BANK, metavar="FOLDER")
    args = parser.parse_args(argv)
    if not args.bank.is_dir():
        parser.error(f"there is no folder {args.bank}")
    if args.command == "check":
        return check(args.bank)
    if args.anki.suffix not in (".apkg", ".csv"):
        parser.error("the file must end in .apkg or .csv")
    return export(args.bank, args.anki)


if __name__ == "__main__":
    sys.exit(main())
