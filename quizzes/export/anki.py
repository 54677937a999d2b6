"""Flashcards for Anki: as a package, and as plain text that fits to it.

Both have one note type and one id for each question, made from the question's own. Importing the
one after the other, or a later version, in any order, updates the cards that are there; what the
learner's Anki knows about them stays. Only the package can bring the note type along. The plain
text names it in a column: there, Anki leaves out what it has no note type for. In a line of its own
a name that it does not have would mean whatever note type was used last.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import sqlite3
from collections.abc import Iterator

from quizzes.bank import Bank
from quizzes.export.archive import zipped
from quizzes.export.changed import changes
from quizzes.export.chosen import TITLE, Chosen, tags
from quizzes.export.markup import html
from quizzes.schema import LETTERS, Question

DECK = TITLE
DECK_ID = 1_730_211_904
NOTE_TYPE = f"{TITLE}: question"
NOTE_TYPE_ID = 1_730_211_905
"""Chosen once at random, as Anki wants it; a new one would be a second deck, a second note type."""
NOTE_TYPE_MADE = 1_796_000_000
"""Raise it (seconds since the epoch) with a change of CSS or of the cards: Anki takes the newer."""
FIRST_NOTE = 1_730_211_904_000
SEPARATOR = "<hr>"
CSS = """\
.card { font: 20px/1.45 "Source Serif 4", Georgia, serif; max-width: 34em; margin: 1em auto; }
hr { border: 0; border-top: 1px solid #8886; }
li { margin: 0.3em 0; }
pre { font-size: 0.8em; overflow-x: auto; text-align: left; }
"""


def front(question: Question) -> str:
    """The question and its options, in the order of the bank."""
    options = "".join(f"<li>{html(option.text)}</li>" for option in question.options)
    return f'{html(question.stem)}<ol type="A">{options}</ol>'


def back(question: Question) -> str:
    """The answer, why it is that, and the rule to keep."""
    option = question.options[question.answer]
    return SEPARATOR.join(
        [
            f"<b>{LETTERS[question.answer]}. {html(option.text)}</b>",
            html(option.feedback),
            f"<b>Rule of thumb:</b> {html(question.rule)}",
        ]
    )


def guid(question: Question) -> str:
    """By which Anki knows it again."""
    return f"through-the-fog:{question.id}"


def content(bank: Bank, question: Question) -> tuple[str, str, str]:
    """All that a card consists of: front, back, tags."""
    return front(question), back(question), " ".join(tags(bank, question))


def cards(bank: Bank) -> dict[str, tuple[str, str, str]]:
    """What all cards of a bank consist of, by the ids of their questions."""
    return {id: content(bank, question) for id, question in bank.questions.items()}


def anki_csv(chosen: Chosen) -> bytes:
    """Anki's plain text (File → Import), for those who have imported the package before."""
    out = io.StringIO()
    out.write(
        "#separator:Comma\n"
        "#html:true\n"
        "#columns:Deck,Note type,Id,Front,Back,Tags\n"
        "#deck column:1\n"
        "#notetype column:2\n"
        "#guid column:3\n"
        "#tags column:6\n"
    )
    rows = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for question in chosen.questions:
        rows.writerow([DECK, NOTE_TYPE, guid(question), *content(chosen.bank, question)])
    return out.getvalue().encode()


def anki_package(chosen: Chosen) -> bytes:
    """An .apkg. Each card says when it last changed (changed.py), so that Anki updates those that
    have, and only those."""
    # Imported here: checking the bank needs none of it.
    import genanki  # type: ignore[import-untyped]

    when = changes(chosen.folder)

    class Note(genanki.Note):  # type: ignore[misc]
        """One whose ids and time are its own, and not the moment's."""

        def write_to_db(
            self, cursor: sqlite3.Cursor, timestamp: float, deck_id: int, id_gen: Iterator[int]
        ) -> None:
            super().write_to_db(cursor, self.changed, deck_id, itertools.repeat(self.number))

    note_type = genanki.Model(
        NOTE_TYPE_ID,
        NOTE_TYPE,
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[
            {"name": "Card", "qfmt": "{{Front}}", "afmt": "{{Front}}<hr id=answer>{{Back}}"}
        ],
        css=CSS,
    )
    deck = genanki.Deck(DECK_ID, DECK)
    places = {id: place for place, id in enumerate(chosen.bank.questions)}
    for question in chosen.questions:
        before, after, _ = said = content(chosen.bank, question)
        marks = tags(chosen.bank, question)
        note = Note(note_type, [before, after], tags=marks, guid=guid(question))
        note.due = places[question.id]
        note.number = _number(question)
        concept = chosen.bank.concept_of(question.id).concept
        note.changed = when.of(question.id, said, concept)
        deck.add_note(note)
    return zipped({"collection.anki2": _database(genanki.Package(deck)), "media": b"{}"})


def _number(question: Question) -> int:
    """Its id in the database, the same in every package."""
    digest = hashlib.sha256(question.id.encode()).digest()
    return FIRST_NOTE + int.from_bytes(digest[:4]) % 1_000_000_000


def _database(package: object) -> bytes:
    """What genanki would write into a file of its own, with the time of writing in it."""
    connection = sqlite3.connect(":memory:")
    try:
        package.write_to_db(connection.cursor(), NOTE_TYPE_MADE, itertools.count())  # type: ignore[attr-defined]
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()
