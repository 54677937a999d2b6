"""The questions as flashcards for Anki: as a package with its own look, or as plain text.

Ids are made from those of the questions, so that importing a later version updates the cards and
keeps what the student's Anki knows about them.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Iterable, Iterator
from html import escape

from markdown_it import MarkdownIt

from quizzes.bank import Bank
from quizzes.schema import LETTERS, Question

DECK = "Through the Fog"
DECK_ID = 1_730_211_904
NOTE_TYPE_ID = 1_730_211_905
"""Chosen once at random, as Anki wants it; a new one would be a second deck, a second note type."""
SEPARATOR = "<hr>"

# Raw HTML is shown, not obeyed: a card is no place for it.
MARKDOWN = MarkdownIt("commonmark", {"html": False})
DISPLAYED = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", re.DOTALL)
INLINE = re.compile(r"(?<![\\$])\$(?![\s$])([^$\n]*?)(?<![\s\\])\$(?!\d)")
TERM = re.compile(r"\[\[([^\]|]+)(?:\|[^\]]+)?\]\]")
LINK = re.compile(r"\[([^\]]+)\]\((?:/|#)[^)]*\)")
"""To a page of the app, which a card cannot open."""


def html(markdown: str) -> str:
    r"""Markdown as in the bank to HTML as in Anki: formulas in \( \) and \[ \], for its MathJax. A
    text of one paragraph has no <p> around it."""
    formulas: list[str] = []

    def keep(opening: str, closing: str) -> Callable[[re.Match[str]], str]:
        # Markdown must not see a formula: to it, x_t … x_0 is emphasis.
        def put_aside(match: re.Match[str]) -> str:
            formulas.append(f"{opening}{escape(match[1].strip(), quote=False)}{closing}")
            return f"\ue000{len(formulas) - 1}\ue001"

        return put_aside

    text = LINK.sub(r"\1", TERM.sub(r"\1", markdown.translate({0xE000: None, 0xE001: None})))
    text = DISPLAYED.sub(keep(r"\[", r"\]"), text)
    text = INLINE.sub(keep(r"\(", r"\)"), text)
    made = MARKDOWN.render(text).strip()
    if made.count("<p>") == 1 and made.startswith("<p>") and made.endswith("</p>"):
        made = made.removeprefix("<p>").removesuffix("</p>")
    return re.sub("\ue000(\\d+)\ue001", lambda match: formulas[int(match[1])], made)


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


def _chosen(bank: Bank, ids: Iterable[str] | None) -> Iterator[Question]:
    for id in bank.questions if ids is None else ids:
        if id in bank.questions:
            yield bank.questions[id]


def _tags(bank: Bank, question: Question) -> list[str]:
    return [bank.concept_of(question.id).concept, question.difficulty]


def _guid(question: Question) -> str:
    return f"through-the-fog:{question.id}"


def anki_csv(bank: Bank, ids: Iterable[str] | None = None) -> str:
    """Anki's plain text (File → Import), for these questions or all of them."""
    out = io.StringIO()
    out.write(
        "#separator:Comma\n"
        "#html:true\n"
        f"#deck:{DECK}\n"
        "#notetype:Basic\n"
        "#columns:Id,Front,Back,Tags\n"
        "#guid column:1\n"
        "#tags column:4\n"
    )
    rows = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for question in _chosen(bank, ids):
        tags = " ".join(_tags(bank, question))
        rows.writerow([_guid(question), front(question), back(question), tags])
    return out.getvalue()


CSS = """\
.card { font: 20px/1.45 "Source Serif 4", Georgia, serif; max-width: 34em; margin: 1em auto; }
hr { border: 0; border-top: 1px solid #8886; }
li { margin: 0.3em 0; }
"""


def anki_package(bank: Bank, ids: Iterable[str] | None = None, made: float | None = None) -> bytes:
    """An .apkg for these questions or all of them; `made` in seconds since the epoch, else now."""
    # Imported here: a page that offers the download need not wait for it.
    import genanki  # type: ignore[import-untyped]

    note_type = genanki.Model(
        NOTE_TYPE_ID,
        f"{DECK}: question",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[
            {"name": "Card", "qfmt": "{{Front}}", "afmt": "{{Front}}<hr id=answer>{{Back}}"}
        ],
        css=CSS,
    )
    deck = genanki.Deck(DECK_ID, DECK)
    for question in _chosen(bank, ids):
        fields = [front(question), back(question)]
        tags = _tags(bank, question)
        deck.add_note(genanki.Note(note_type, fields, tags=tags, guid=_guid(question)))
    out = io.BytesIO()
    genanki.Package(deck).write_to_file(out, timestamp=time.time() if made is None else made)
    return out.getvalue()
