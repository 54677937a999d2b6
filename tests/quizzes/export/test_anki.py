"""Flashcards, imported by Anki itself, as a learner in Germany would import them."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import anki.lang
import pytest
from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
    ImportCsvRequest,
)

from quizzes.bank import load_bank
from quizzes.export.anki import NOTE_TYPE, anki_csv, anki_package, back, cards, front
from quizzes.export.changed import FILE, changes, note_changes
from quizzes.export.chosen import Chosen, choose, these
from tests.quizzes.export.made import BANK
from tests.quizzes.made import FULL

KINDS = ("new", "updated", "duplicate", "conflicting", "first_field_match", "missing_notetype")
Log = dict[str, int]


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """A German Anki, as it is after it was installed."""
    anki.lang.set_lang("de_DE")
    made = Collection(str(tmp_path / "collection.anki2"))
    names = [one.name for one in made.models.all_names_and_ids()]
    assert "Einfach" in names and "Basic" not in names
    yield made
    made.close()


def counts(response: object) -> Log:
    """What Anki says it has done with the notes that it found."""
    found = {kind: len(getattr(response.log, kind)) for kind in KINDS}  # type: ignore[attr-defined]
    return {kind: number for kind, number in found.items() if number}


def import_package(collection: Collection, package: bytes, folder: Path) -> Log:
    """With what the dialog proposes: update what is newer."""
    path = folder / "cards.apkg"
    path.write_bytes(package)
    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    return counts(collection.import_anki_package(request))


def import_text(collection: Collection, text: bytes, folder: Path) -> Log:
    """With what the dialog proposes for this file."""
    path = folder / "cards.csv"
    path.write_bytes(text)
    metadata = collection.get_csv_metadata(str(path), None)
    return counts(collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)))


def notes(collection: Collection) -> dict[str, tuple[list[str], list[str]]]:
    """Fields and tags of all notes, by guid."""
    found = [collection.get_note(id) for id in collection.find_notes("")]
    assert {note.note_type()["name"] for note in found} <= {NOTE_TYPE}
    assert all(len(note.cards()) == 1 for note in found)
    return {note.guid: (note.fields, note.tags) for note in found}


def test_package_then_text(collection: Collection, tmp_path: Path) -> None:
    chosen = choose(load_bank())
    count = len(chosen.drawn)
    assert import_package(collection, anki_package(chosen), tmp_path) == {"new": count}
    before = notes(collection)
    assert import_text(collection, anki_csv(chosen), tmp_path) == {"duplicate": count}
    assert import_package(collection, anki_package(chosen), tmp_path) == {"duplicate": count}
    assert notes(collection) == before and len(before) == count


def test_text_then_package(collection: Collection, tmp_path: Path) -> None:
    """Without its note type, Anki leaves the text out, and says so: nothing to conflict later."""
    chosen = choose(load_bank())
    count = len(chosen.drawn)
    assert import_text(collection, anki_csv(chosen), tmp_path) == {"missing_notetype": count}
    assert import_package(collection, anki_package(chosen), tmp_path) == {"new": count}
    assert import_text(collection, anki_csv(chosen), tmp_path) == {"duplicate": count}
    assert len(notes(collection)) == count == collection.card_count()


def test_what_is_on_a_card(collection: Collection, tmp_path: Path) -> None:
    import_package(collection, anki_package(choose(FULL)), tmp_path)
    question = FULL.questions["noise-1"]
    fields, tags = notes(collection)["through-the-fog:noise-1"]
    assert fields == [front(question), back(question)] and tags == ["medium", "noise"]
    assert fields == [
        'What is it?<ol type="A"><li>Snow</li><li>Rain</li><li>Hail</li><li>Mist</li></ol>',
        "<b>A. Snow</b><hr>So it is said.<hr><b>Rule of thumb:</b> Look first.",
    ]
    decks = [deck.name for deck in collection.decks.all_names_and_ids()]
    assert "Through the Fog" in decks


def test_awkward_signs(collection: Collection, tmp_path: Path) -> None:
    """Both ways lead to the same card, which shows formulas by Anki's MathJax."""
    chosen = choose(BANK, folder=tmp_path)
    import_package(collection, anki_package(chosen), tmp_path)
    (before,) = notes(collection).values()
    assert import_text(collection, anki_csv(chosen), tmp_path) == {"duplicate": 1}
    assert notes(collection) == {"through-the-fog:goal-awkward": before}
    shown = collection.get_card(collection.find_cards("")[0]).answer()
    assert r"\(e^{-10}\)" in shown and "<anki-mathjax" not in shown
    assert '<pre><code class="language-python">' in shown


def test_a_part_first_then_all(collection: Collection, tmp_path: Path) -> None:
    some = these(FULL, ["noise-1", "goal-0"])
    assert import_package(collection, anki_package(some), tmp_path) == {"new": 2}
    assert import_package(collection, anki_package(choose(FULL)), tmp_path) == {
        "new": 70,
        "duplicate": 2,
    }


def changed_bank(folder: Path) -> Chosen:
    """The questions of a folder, after somebody has improved one of them."""
    file = folder / "goal.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("stem: What is it?", "stem: What on earth is it?", 1), "utf-8")
    return choose(load_bank(folder), folder=folder)


@pytest.mark.parametrize("noted", [True, False])
def test_only_what_has_changed_is_updated(
    collection: Collection, tmp_path: Path, folder: Path, noted: bool
) -> None:
    """Whether or not somebody remembered `python -m quizzes dates`."""
    bank = load_bank(folder)
    note_changes(folder, cards(bank), 1_700_000_000)
    import_package(collection, anki_package(choose(bank, folder=folder)), tmp_path)
    chosen = changed_bank(folder)
    if noted:
        assert note_changes(folder, cards(chosen.bank), 1_600_000_000) == ["goal-0"]
    expected = {"updated": 1, "duplicate": 71}
    assert import_package(collection, anki_package(chosen), tmp_path) == expected
    assert "What on earth" in notes(collection)["through-the-fog:goal-0"][0][0]


def test_the_text_updates_what_has_changed(
    collection: Collection, tmp_path: Path, folder: Path
) -> None:
    before = choose(load_bank(folder), folder=folder)
    import_package(collection, anki_package(before), tmp_path)
    text = anki_csv(changed_bank(folder))
    assert import_text(collection, text, tmp_path) == {"updated": 1, "duplicate": 71}


def test_the_same_bytes_again(folder: Path) -> None:
    """Also from a fresh copy of the project, whose files are all new."""
    bank = load_bank(folder)
    note_changes(folder, cards(bank), 1_700_000_000)
    first = anki_package(choose(bank, folder=folder))
    for file in folder.iterdir():
        os.utime(file, (1_900_000_000, 1_900_000_000))
    assert anki_package(choose(load_bank(folder), folder=folder)) == first


def test_ids_differ() -> None:
    from quizzes.export.anki import _number

    questions = load_bank().questions.values()
    assert len({_number(question) for question in questions}) == len(questions)


def test_rows_of_the_text() -> None:
    text = anki_csv(choose(load_bank())).decode()
    lines = text.splitlines(keepends=True)
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    for row in rows:
        assert len(row) == 6 and "$" not in row[3] + row[4]
        assert "[[" not in row[3] + row[4] and "\ue000" not in row[3] + row[4]
    assert len(rows) == len(load_bank().questions)


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', '{"a": ["b", "c"]}', "null", "\x00"])
def test_a_damaged_list_of_changes_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, "utf-8")
    assert not changes(tmp_path).known
    note_changes(tmp_path, {"a": ("b",)}, 5)
    assert json.loads((tmp_path / FILE).read_text("utf-8"))["a"][1] == 5
