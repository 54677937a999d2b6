"""Check the questions, or take them along to other programs and on paper."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from quizzes import fairness
from quizzes.bank import BANK, Bank, BankError, faults, load_bank, usable
from quizzes.export.anki import cards
from quizzes.export.changed import changes, note_changes
from quizzes.export.chosen import ExportError, choose
from quizzes.export.formats import FORMATS, format_named
from quizzes.schema import CONCEPTS, DIFFICULTIES, Question
from quizzes.selection import TEST_LENGTH


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
    if stale := changes(folder).stale(cards(bank)):
        print(f"Changed since `python -m quizzes dates` was last run: {', '.join(stale)}")
    print(f"{len(found)} fault{'' if len(found) == 1 else 's'}")
    return 1 if found else 0


def dates(folder: Path) -> int:
    """Note down which questions have changed since the last time, for the cards of export."""
    try:
        contents = cards(_whole(folder))
        changed = note_changes(folder, contents, int(time.time()))
    except (BankError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(changed)} of {len(contents)} questions changed")
    return 0


def _whole(folder: Path) -> Bank:
    """The bank, of which no file is left out: pages do without one, files that leave do not."""
    for fault in faults(folder):
        if fault.blocking:
            raise BankError(str(fault))
    return load_bank(folder)


def export(args: argparse.Namespace) -> int:
    """Write questions for another program: 0, or 2 after one sentence that says why not."""
    try:
        format = format_named(args.to)
        target = args.out or Path(format.file)
        if args.count is not None and not format.is_test:
            raise ExportError("Only a test on paper has a --count: leave it out.")
        if args.seed is not None and not format.has_order:
            raise ExportError("Anki's cards stand as they are in the bank: leave out --seed.")
        chosen = choose(
            *(_whole(args.bank), _words(args.idea), _words(args.level), args.seed),
            count=TEST_LENGTH if format.is_test and args.count is None else args.count,
            folder=args.bank,
        )
        target.write_bytes(format.write(chosen))
    except (BankError, ExportError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{target} cannot be written ({error.strerror}): choose another.", file=sys.stderr)
        return 2
    count = len(chosen.drawn)
    print(f"{count} question{'s are' if count != 1 else ' is'} in {target}")
    return 0


def _words(asked: list[str]) -> list[str]:
    """Several may stand in one word, with commas between them."""
    return [word.strip() for one in asked for word in one.split(",")]


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and not how everything else is used."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.\n")


def main(argv: list[str] | None = None) -> int:
    """Run one command."""
    parser = Parser(prog="python -m quizzes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = _command(commands, "check", "print what is wrong with the bank, and what it covers")
    dating = _command(commands, "dates", "note down which questions have changed, for Anki")
    exporting = _command(commands, "export", "write questions for other programs, or for paper")
    for command in (checking, dating, exporting):
        command.add_argument("--bank", type=Path, default=BANK, metavar="FOLDER")
    where = exporting.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="FORMAT", help=", ".join(FORMATS))
    where.add_argument(
        "--anki", type=Path, metavar="FILE", help="for short: cards into FILE.apkg or FILE.csv"
    )
    add = exporting.add_argument
    add("--out", type=Path, metavar="FILE", help="instead of a name of its own")
    add(
        *("--idea", "--topic"),
        action="append",
        default=[],
        metavar="IDEA",
        help=f"only questions on this; may be repeated: {', '.join(CONCEPTS)}",
    )
    add(
        "--level",
        action="append",
        default=[],
        metavar="LEVEL",
        help=f"only questions of this level; may be repeated: {', '.join(DIFFICULTIES)}",
    )
    add("--seed", type=int, metavar="N", help="options in an order of their own; a test's number")
    add("--count", type=int, metavar="N", help=f"questions in a test on paper ({TEST_LENGTH})")
    args = parser.parse_args(argv)
    if not args.bank.is_dir():
        parser.error(f"there is no folder {args.bank}")
    if args.command == "check":
        return check(args.bank)
    if args.command == "dates":
        return dates(args.bank)
    if args.anki:
        if args.out:
            parser.error("--anki names the file already: leave out --out")
        if args.anki.suffix not in (".apkg", ".csv"):
            parser.error("the file must end in .apkg or .csv")
        args.to, args.out = "anki" if args.anki.suffix == ".apkg" else "csv", args.anki
    return export(args)


def _command(
    commands: argparse._SubParsersAction[Parser], name: str, summary: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=summary, description=summary)


if __name__ == "__main__":
    sys.exit(main())
