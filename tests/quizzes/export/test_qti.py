"""QTI: read back by qti2latex, held against what text2qti writes for Canvas, and against the order
of elements in the standard (IMS QTI 1.2.1, ASI)."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import qti2latex
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from quizzes.bank import Bank, load_bank
from quizzes.export.chosen import choose
from quizzes.export.markup import canvas, html
from quizzes.export.qti import qti
from tests.quizzes.export.made import BANK
from tests.quizzes.made import FULL

MAY_HOLD = {
    "questestinterop": "assessment",
    "assessment": "section",
    "section": "item+",
    "item": "itemmetadata presentation resprocessing itemfeedback*",
    "itemmetadata": "qtimetadata",
    "qtimetadata": "qtimetadatafield+",
    "qtimetadatafield": "fieldlabel fieldentry",
    "presentation": "material response_lid",
    "material": "mattext",
    "response_lid": "render_choice",
    "render_choice": "response_label+",
    "response_label": "material",
    "resprocessing": "outcomes respcondition+",
    "outcomes": "decvar",
    "respcondition": "conditionvar setvar* displayfeedback*",
    "conditionvar": "(other|varequal)",
    "itemfeedback": "flow_mat",
    "flow_mat": "material",
}
"""Of the elements that we write: what may stand in them, in this order. All others hold text."""


def files(package: bytes) -> dict[str, ET.Element]:
    """The XML files of a package, by name."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        return {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}


def local(element: ET.Element) -> str:
    return element.tag.partition("}")[2]


def test_read_back_by_another_library(tmp_path: Path) -> None:
    bank = load_bank()
    (tmp_path / "fog.zip").write_bytes(qti(choose(bank)))
    folder = qti2latex.extract_zip_to_tmp(tmp_path / "fog.zip")
    items = {}
    for file in qti2latex.read_qti_dir(folder):
        for item in qti2latex.findall_anyns(ET.parse(file).getroot(), "item"):
            items[item.get("title")] = item
    assert set(items) == set(bank.questions)
    for id, item in items.items():
        question = bank.questions[id]
        found = qti2latex.get_qti_metadata(item)
        assert qti2latex.guess_type(found, item) == "multiple_choice_question"
        assert qti2latex.get_item_stem(item) == html(question.stem, canvas)
        choices = qti2latex.get_choices(item)
        assert [text for _, text in choices] == [html(o.text, canvas) for o in question.options]
        assert found["original_answer_ids"] == ",".join(ident for ident, _ in choices)
        # It takes every condition for one that scores; the one that does has a setvar.
        scoring = [
            node
            for node in qti2latex.findall_anyns(item, "respcondition")
            if qti2latex.child_anyns(node, "setvar") is not None
        ]
        (value,) = qti2latex.findall_anyns(scoring[0], "varequal")
        assert len(scoring) == 1 and value.text == choices[question.answer][0]


def shape(element: ET.Element, names: dict[str, str]) -> object:
    """Elements, attributes and what stands in them, but for the names that a writer makes up."""

    def known(text: str | None) -> str:
        for name, stands_for in names.items():
            text = (text or "").replace(name, stands_for)
        return re.sub("<.*?>", "", (text or "").strip())

    attributes = {key: known(value) for key, value in element.attrib.items()}
    attributes.pop("shuffle", None)  # The standard's; Canvas shuffles by assessment_meta.xml.
    attributes.pop("title", None)
    inside = [shape(child, names) for child in element]
    return local(element), attributes, known(element.text), inside


def named(item: ET.Element) -> dict[str, str]:
    """The names in an item, and what they stand for."""
    labels = [n.get("ident", "") for n in item.iter() if local(n) == "response_label"]
    (bank,) = [
        entry.text or ""
        for field in item.iter()
        if local(field) == "qtimetadatafield" and "identifierref" in (field[0].text or "")
        for entry in [field[1]]
    ]
    places = {label: f"choice {place}" for place, label in enumerate(labels)}
    return {**places, bank: "in the bank", item.get("ident", ""): "the item", "1.0": "1"}


def test_as_text2qti_writes_it() -> None:
    question = FULL.questions["noise-1"]
    text = "Quiz title: T\n\n1.  What is it?\n... GENERAL\n"
    for letter, option in zip("abcd", question.options, strict=True):
        text += f"{'*' * option.right}{letter})  {option.text}\n... {option.feedback}\n"
    theirs = ET.fromstring(QTI(Quiz(text, config=Config())).assessment)
    (their_item,) = [node for node in theirs.iter() if local(node) == "item"]
    ours = files(qti(choose(FULL)))["through-the-fog-noise/through-the-fog-noise.xml"]
    our_item = next(n for n in ours.iter() if n.get("title") == "noise-1")
    general = next(n for n in our_item.iter() if n.get("ident") == "general_fb")
    next(n for n in general.iter() if local(n) == "mattext").text = "GENERAL"
    assert shape(our_item, named(our_item)) == shape(their_item, named(their_item))
    assert (local(ours), ours[0][0].get("ident")) == (local(theirs), "root_section")


@pytest.mark.parametrize("bank", [load_bank(), BANK, FULL], ids=["bank", "awkward", "made-up"])
def test_elements_stand_as_in_the_standard(bank: Bank) -> None:
    package = files(qti(choose(bank)))
    for name, root in package.items():
        if name.count("/") != 1 or name.endswith("assessment_meta.xml"):
            continue
        feedback = {n.get("ident") for n in root.iter() if local(n) == "itemfeedback"}
        for element in root.iter():
            held = " ".join(map(local, element))
            model = MAY_HOLD.get(local(element), "").split()
            pattern = "".join(re.sub(r"^(.*?)([+*]?)$", r"(\1 )\2", part) for part in model)
            assert re.fullmatch(pattern, f"{held} " if held else ""), (local(element), held)
            assert not held or not (element.text or "").strip()
            if local(element) == "displayfeedback":
                assert element.get("linkrefid") in feedback


def test_the_manifest_names_every_file() -> None:
    package = files(qti(choose(FULL)))
    manifest = package.pop("imsmanifest.xml")
    named = {node.get("href") for node in manifest.iter() if local(node) == "file"}
    assert named == set(package)
    resources = {node.get("identifier") for node in manifest.iter() if local(node) == "resource"}
    needed = {n.get("identifierref") for n in manifest.iter() if local(n) == "dependency"}
    assert needed < resources and len(resources) == 24
    idents = [node.get("ident") for root in package.values() for node in root.iter("*")]
    items = [ident for ident in idents if ident and ident.startswith("fog-")]
    assert len(items) == len(set(items)) == 72


@pytest.mark.parametrize(("seed", "shuffles"), [(None, "true"), (3, "false")])
def test_canvas_shuffles_unless_a_seed_did(seed: int | None, shuffles: str) -> None:
    package = files(qti(choose(FULL, seed=seed)))
    for name, root in package.items():
        if name.endswith("assessment_meta.xml"):
            said = {local(node): node.text for node in root}
            assert said["shuffle_answers"] == shuffles and said["points_possible"] == "6.0"


def test_the_same_bytes_again() -> None:
    assert qti(choose(FULL)) == qti(choose(FULL))
