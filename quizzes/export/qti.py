"""QTI 1.2, as Canvas reads it (Settings → Import Course Content → QTI .zip file).

text2qti, which writes the same, reads Markdown of its own kind, which the bank's would have to be
translated into; its packages showed which parts of the standard Canvas looks at.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from quizzes.export.archive import zipped
from quizzes.export.chosen import TITLE, Chosen
from quizzes.export.markup import canvas, html, solution
from quizzes.schema import Concept
from quizzes.selection import Drawn

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
METADATA = "http://www.imsglobal.org/xsd/imsmd_v1p2"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
RESPONSE = "response1"


def qti(chosen: Chosen) -> bytes:
    """A package with a quiz for each idea, of one point a question; feedback for every option.

    Names in it are made of the questions' ids: Canvas updates what it has imported before. It has
    no hints. With a seed the options stand in its order, and stay in it.
    """
    shuffle = chosen.seed is None
    files: dict[str, bytes] = {"imsmanifest.xml": b""}
    for concept, drawn in chosen.by_concept():
        name = _name(concept)
        files[f"{name}/{name}.xml"] = _assessment(concept, drawn, shuffle)
        files[f"{name}/assessment_meta.xml"] = _meta(concept, len(drawn), shuffle)
    files["imsmanifest.xml"] = _manifest([concept for concept, _ in chosen.by_concept()])
    return zipped(files)


def _name(concept: Concept) -> str:
    return f"through-the-fog-{concept.concept}"


def _title(concept: Concept) -> str:
    return f"{TITLE}: {concept.title}"


# --- The questions ---------------------------------------------------------------------------


def _assessment(concept: Concept, drawn: list[Drawn], shuffle: bool) -> bytes:
    root = _root("questestinterop", QTI, f"{QTI} http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd")
    quiz = ET.SubElement(root, "assessment", ident=_name(concept), title=_title(concept))
    section = ET.SubElement(quiz, "section", ident="root_section")
    for one in drawn:
        _item(section, one, shuffle)
    return _written(root)


def _item(section: ET.Element, drawn: Drawn, shuffle: bool) -> None:
    question = drawn.question
    item = ET.SubElement(section, "item", ident=f"fog-{question.id}", title=question.id)
    options = [(f"{question.id}-{place + 1}", option) for place, option in drawn.options]
    known = {
        "question_type": "multiple_choice_question",
        "points_possible": "1.0",
        "original_answer_ids": ",".join(ident for ident, _ in options),
        "assessment_question_identifierref": f"fog-{question.id}-bank",
    }
    fields = ET.SubElement(ET.SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in known.items():
        field = ET.SubElement(fields, "qtimetadatafield")
        ET.SubElement(field, "fieldlabel").text = label
        ET.SubElement(field, "fieldentry").text = entry
    presentation = ET.SubElement(item, "presentation")
    _material(presentation, html(question.stem, canvas))
    asked = ET.SubElement(presentation, "response_lid", ident=RESPONSE, rcardinality="Single")
    choice = ET.SubElement(asked, "render_choice", shuffle="Yes" if shuffle else "No")
    for ident, option in options:
        _material(ET.SubElement(choice, "response_label", ident=ident), html(option.text, canvas))
    _processing(item, [(ident, option.right) for ident, option in options])
    _feedback(item, "general_fb", solution(question, canvas))
    for ident, option in options:
        _feedback(item, f"{ident}_fb", html(option.feedback, canvas))


def _processing(item: ET.Element, options: list[tuple[str, bool]]) -> None:
    """What is said to each answer, and which one scores."""
    processing = ET.SubElement(item, "resprocessing")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    ET.SubElement(ET.SubElement(processing, "outcomes"), "decvar", score)
    _condition(processing, None, "general_fb")
    for ident, _ in options:
        _condition(processing, ident, f"{ident}_fb")
    right = next(ident for ident, is_right in options if is_right)
    _condition(processing, right, None)


def _condition(processing: ET.Element, ident: str | None, feedback: str | None) -> None:
    """If this was chosen (None: whatever was chosen), say this, or where there is nothing to say,
    give the points."""
    going_on = "Yes" if feedback else "No"
    condition = ET.SubElement(processing, "respcondition", {"continue": going_on})
    variable = ET.SubElement(condition, "conditionvar")
    if ident is None:
        ET.SubElement(variable, "other")
    else:
        ET.SubElement(variable, "varequal", respident=RESPONSE).text = ident
    if feedback:
        ET.SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=feedback)
    else:
        ET.SubElement(condition, "setvar", action="Set", varname="SCORE").text = "100"


def _feedback(item: ET.Element, ident: str, text: str) -> None:
    _material(ET.SubElement(ET.SubElement(item, "itemfeedback", ident=ident), "flow_mat"), text)


def _material(parent: ET.Element, text: str) -> None:
    node = ET.SubElement(ET.SubElement(parent, "material"), "mattext", texttype="text/html")
    node.text = text


# --- What stands around them -----------------------------------------------------------------


def _meta(concept: Concept, points: int, shuffle: bool) -> bytes:
    """What Canvas wants to know of a quiz."""
    where = f"{CANVAS} https://canvas.instructure.com/xsd/cccv1p0.xsd"
    root = _root("quiz", CANVAS, where)
    root.set("identifier", _name(concept))
    for name, text in {
        "title": _title(concept),
        "description": html(concept.about, canvas),
        "shuffle_answers": "true" if shuffle else "false",
        "scoring_policy": "keep_highest",
        "quiz_type": "practice_quiz",
        "points_possible": f"{points:.1f}",
        "show_correct_answers": "true",
        "allowed_attempts": "-1",
        "one_question_at_a_time": "false",
        "cant_go_back": "false",
        "available": "false",
    }.items():
        ET.SubElement(root, name).text = text
    return _written(root)


def _manifest(concepts: list[Concept]) -> bytes:
    """What is in the package, for whoever opens it."""
    root = _root("manifest", PACKAGE, f"{PACKAGE} http://www.imsglobal.org/xsd/imscp_v1p1.xsd")
    root.set("xmlns:imsmd", METADATA)
    root.set("identifier", "through-the-fog")
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "IMS Content"
    ET.SubElement(metadata, "schemaversion").text = "1.1.3"
    general = ET.SubElement(ET.SubElement(metadata, "imsmd:lom"), "imsmd:general")
    ET.SubElement(ET.SubElement(general, "imsmd:title"), "imsmd:string").text = TITLE
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    for name in map(_name, concepts):
        quiz = ET.SubElement(resources, "resource", identifier=name, type="imsqti_xmlv1p2")
        ET.SubElement(quiz, "file", href=f"{name}/{name}.xml")
        ET.SubElement(quiz, "dependency", identifierref=f"{name}-meta")
        _learning_application(resources, f"{name}-meta", f"{name}/assessment_meta.xml")
    return _written(root)


def _learning_application(resources: ET.Element, name: str, file: str) -> None:
    kind = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    resource = ET.SubElement(resources, "resource", identifier=name, type=kind, href=file)
    ET.SubElement(resource, "file", href=file)


def _root(name: str, namespace: str, where: str) -> ET.Element:
    """The outermost element. Prefixes stand in the names as they are: ElementTree's own would be
    ns0, which readers of this format do not expect."""
    return ET.Element(name, {"xmlns": namespace, "xmlns:xsi": SCHEMA, "xsi:schemaLocation": where})


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    return ET.tostring(root, "utf-8", xml_declaration=True)
