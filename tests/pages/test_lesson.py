"""The lesson's pages: all of them run, their words are all there, and mistakes are named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from diffusion_core.data.embedded import recorded_digit
from pages.http.nearest import nearest_page
from pages.lesson.claims import CLAIMS, claim_of
from pages.lesson.scenes import drill, journey, matches, small_forward
from pages.shared import words as words_module
from pages.shared.modes import ASIDES, EVERY, MODES, PATHS, mode_of, neighbours
from pages.shared.prose import TERM, portions, with_terms
from pages.shared.words import LESSON, LessonError, words
from pages.stage.recordings import recorded_stills
from quizzes.bank import load_bank
from tests.pages.conftest import ROOT, Open
from tests.pages.quiz_visitor import press
from tests.pages.unbundle import unbundle

EVERY_PAGE = pytest.mark.parametrize("page", [mode.file.removesuffix(".py") for mode in EVERY])
FILES = sorted(path.stem for path in LESSON.glob("*.md"))


def said(app: Any) -> list[str]:
    return [*(w.value for w in app.warning), *(e.value for e in app.error)]


# --- Pages -------------------------------------------------------------------------------------


@EVERY_PAGE
def test_every_page_runs(open_page: Open, without_mnist: None, page: str) -> None:
    app = open_page(page)
    assert not app.exception and said(app) == []
    assert app.title[0].value


@EVERY_PAGE
def test_every_page_can_be_presented(open_page: Open, without_mnist: None, page: str) -> None:
    app = open_page(page, present="1")
    assert not app.exception and said(app) == []


def test_modes_have_files_and_words() -> None:
    home = words("home")
    assert (ROOT / "pages" / "start.py").exists()
    for mode in (*MODES, *ASIDES):
        assert (ROOT / "pages" / mode.file).exists()
        assert home[f"card {mode.slug}"]
    for number in PATHS["6 minutes"]:
        assert home[f"glance {MODES[number - 1].slug}"]
    assert [len(PATHS[name]) for name in ("6 minutes", "curious", "engineer")] == [5, 8, 10]


def test_neighbours() -> None:
    first, last = MODES[0], MODES[-1]
    assert neighbours(first) == (None, MODES[1]) and neighbours(last) == (MODES[-2], None)
    assert neighbours(ASIDES[0]) == (None, ASIDES[1])
    assert neighbours(ASIDES[1]) == (ASIDES[0], None)
    # On the six-minute path, the window follows the overview, and practice the reverse lab.
    assert neighbours(first, "6 minutes") == (None, MODES[2])
    assert neighbours(MODES[4], "6 minutes") == (MODES[3], MODES[8])
    assert neighbours(MODES[5], "6 minutes") == (MODES[4], MODES[8])
    assert mode_of("deep-dive") is MODES[7] and mode_of("nowhere") is None


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_shown(open_page: Open, without_mnist: None, claim: str) -> None:
    app = open_page("confusions", claim=claim_of(claim).title)
    assert not app.exception and said(app) == []
    assert any(claim_of(claim).title in block.value for block in app.markdown)


def test_next_walks_through_all_claims(open_page: Open, without_mnist: None) -> None:
    app = open_page("confusions")
    seen = []
    for _ in CLAIMS:
        seen.append(app.selectbox(key="claim").value)
        next(button for button in app.button if button.label == "Next").click().run()
    assert len(set(seen)) == len(CLAIMS) == 13
    assert app.selectbox(key="claim").value == seen[0]


@pytest.mark.parametrize("name", ["overview", "forward", "reverse"])
def test_an_answer_is_judged_at_once(open_page: Open, without_mnist: None, name: str) -> None:
    question = load_bank().beside(name)
    assert question is not None
    for index, option in enumerate(question.options):
        app = open_page(name)
        app.radio(key=f"beside-{name}-chosen-{question.id}").set_value(index)
        next(button for button in app.button if button.label == "Check").click().run()
        assert not app.exception
        shown = " ".join(block.value for block in app.markdown)
        assert ("✓ Right." in shown) == option.right
        assert ("✗ Not this one. Try once more." in shown) != option.right
        if not option.right:
            press(app, "Show the solution")
            shown = " ".join(block.value for block in app.markdown)
        # Each option is explained, whichever was chosen.
        assert all(other.feedback[:30] in shown for other in question.options)


# --- Addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("forward", None),
        ("deep-dive/", None),
        ("", None),
        ("home", None),
        ("foward", "/forward"),
        ("deep_dive", "/deep-dive"),
        ("Reverse", "/reverse"),
        ("fronteir", "/frontier"),
        ("zzzz", "/"),
        ("admin/login", "/"),
    ],
)
def test_the_nearest_page(asked: str, page: str | None) -> None:
    assert nearest_page(asked) == page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"instead-of": "foward"}, "There is no page “foward”"),
        ({"digitt": "3"}, "Did you mean “digit”?"),
        ({"slide": "none", "present": "1"}, "slide = none"),
        ({"present": "please"}, "present = please"),
        ({"lang": "tlh"}, "lang = tlh (must be one of en)"),
        ({"controls": "gone"}, "controls = gone"),
    ],
)
def test_what_the_address_cannot_say(
    open_page: Open, without_mnist: None, query: dict[str, str], sentence: str
) -> None:
    app = open_page("forward", **query)
    assert not app.exception
    assert any(sentence in text for text in said(app))
    app.number_input(key="seed").set_value(3).run()
    assert said(app) == []


def test_what_others_add_to_an_address_is_let_pass(open_page: Open, without_mnist: None) -> None:
    assert said(open_page("overview", utm_source="school", embed="true", t="500")) == []


def test_controls_can_be_locked(open_page: Open, without_mnist: None) -> None:
    locked, free = open_page("forward", controls="lock"), open_page("forward")
    assert locked.number_input(key="seed").disabled and locked.selectbox(key="digit").disabled
    assert not free.number_input(key="seed").disabled


# --- Words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_marked_term_is_explained(name: str) -> None:
    text = (LESSON / f"{name}.md").read_text("utf-8").partition("\n## ")[2]
    unknown = {m[0] for m in TERM.finditer(text) if (m[2] or m[1]).lower() not in words("glossary")}
    assert not unknown


def test_terms_become_links_and_unknown_ones_plain_words() -> None:
    assert with_terms("[[Noise]] and [[the way back|reverse process]]") == (
        "[Noise](#term:noise) and [the way back](#term:reverse%20process)"
    )
    assert with_terms("[[gobbledygook]]") == "gobbledygook"


@pytest.mark.parametrize("name", ["why", "reverse", "training"])
def test_portions_lose_no_word_and_stay_short(name: str) -> None:
    for text in words(name).values():
        cut = portions(text)
        kept = [block for portion in cut for block in portion.split("\n\n")]
        wanted = text.split("\n\n")
        assert [b for b in kept if not b.startswith("### ")] == [
            b for b in wanted if not b.startswith("### ")
        ]
        for portion in cut:
            blocks = [b for b in portion.split("\n\n") if not b.startswith("### ")]
            assert len(blocks) == 1 or sum(len(b.split()) for b in blocks) <= 75


@pytest.fixture
def own_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lesson, to be damaged."""
    shutil.copytree(LESSON, tmp_path / "lesson")
    monkeypatch.setattr(words_module, "LESSON", tmp_path / "lesson")
    return tmp_path / "lesson"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (None, "assets/lesson/why.md cannot be found"),
        (b"", "assets/lesson/why.md has no sections"),
        (b"# Why\n\nno sections here\n", "assets/lesson/why.md has no sections"),
        (b"## lead\n\n## before\nWords.\n", "assets/lesson/why.md: the section “## lead” is empty"),
        (b"## lead\nWords.\n", "assets/lesson/why.md has no section “## before”"),
        (b"## lead\n\xff\xfe\n", "assets/lesson/why.md cannot be read as text"),
    ],
)
def test_a_damaged_lesson_file_names_itself_and_the_rest_works(
    open_page: Open, own_lesson: Path, without_mnist: None, damage: bytes | None, sentence: str
) -> None:
    file = own_lesson / "why.md"
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)
    app = open_page("why")
    assert not app.exception
    (line,) = said(app)
    assert line.startswith(sentence) and "\n" not in line
    assert said(open_page("overview")) == []


@pytest.mark.parametrize(
    ("heading", "said_of_it"),
    [("sigma up to much", "must end in a number"), ("sigma up to 0.5", "at 1 or above")],
)
def test_sentences_need_noise_levels(
    open_page: Open, own_lesson: Path, without_mnist: None, heading: str, said_of_it: str
) -> None:
    file = own_lesson / "forward.md"
    file.write_text(file.read_text("utf-8").replace("sigma up to 1.01", heading), "utf-8")
    (line,) = said(open_page("forward"))
    assert line.startswith("assets/lesson/forward.md") and said_of_it in line


def test_a_claim_without_its_parts_is_named(own_lesson: Path) -> None:
    file = own_lesson / "confusions.md"
    file.write_text(file.read_text("utf-8").replace("Look: ", ""), "utf-8")
    with pytest.raises(LessonError, match=r"confusions\.md: “## paste” needs a claim"):
        claim_of("paste")


# --- Scenes ------------------------------------------------------------------------------------


def test_the_journey_ends_where_the_model_ended() -> None:
    head, arrays = unbundle(journey("here"))
    assert head["kind"] == "journey" and head["stage"] == "here"
    assert len(arrays["alpha"]) == head["half"] + 1
    assert arrays["alpha"][0] == 1 and arrays["sigma"][-1] == 1
    assert head["lanes"][0]["frames"] == 21


def test_the_drill_never_asks_where_there_is_no_noise() -> None:
    head, arrays = unbundle(drill("here"))
    assert len(head["order"]) == head["last"] + 1 == len(set(head["order"]))
    assert min(head["order"]) > 0 and max(head["order"]) < head["levels"]
    assert arrays["eps_hat"].size == head["levels"] * 784


def test_small_stages_stay_out_of_the_address() -> None:
    assert unbundle(small_forward("here"))[0]["quiet"] is True


def test_moments_begin_and_end_as_they_should() -> None:
    forward, back = recorded_stills("forward"), recorded_stills("reverse")
    assert forward.shape == back.shape == (5, 784)
    assert (forward[0] == recorded_digit().reshape(-1)).mean() > 0.99
    # A digit is mostly background; noise is half black and half white.
    assert (back[-1] < 40).mean() > 0.6 > (back[0] < 40).mean()
    assert (back[-1] != forward[0]).mean() > 0.05


def test_correspondences_are_complete() -> None:
    lines = matches()
    assert [term for _, term, _ in lines] == [
        "forward process",
        "reverse process",
        "training, done beforehand",
        "applications",
    ]
    whens = {w for when, _, _ in lines for w in when.split()}
    assert whens == {"forward", "reverse", "end", "never"}


def test_no_lesson_file_has_a_loose_bracket() -> None:
    for name in FILES:
        text = (LESSON / f"{name}.md").read_text("utf-8")
        assert len(re.findall(r"\[\[", text)) == len(re.findall(r"\]\]", text)), name


def test_the_diagram_is_a_labelled_drawing(client: TestClient) -> None:
    answer = client.get("/api/diagram.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    drawing = ElementTree.fromstring(answer.text)
    inside = "{http://www.w3.org/2000/svg}"
    assert len(drawing.findall(f".//{inside}image")) == 10
    texts = " ".join("".join(text.itertext()) for text in drawing.iter(f"{inside}text"))
    for word in ("data", "pure noise", "fresh noise", "generated data", "No model is needed"):
        assert word in texts
    described = drawing.find(f"{inside}desc")
    assert described is not None and "not the three" in (described.text or "")
