"""The deep dive: the page, what stands beside its formulas, and the route of its checks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from diffusion_core.service.jobs import CHECK_NAMES
from pages.lesson.formula.source import PARSING, SourceError, _excerpt, source_of
from pages.lesson.formula.topics import topics
from pages.shared import words
from pages.shared.words import LessonError

ROOT = Path(__file__).resolve().parents[2]
GOOD = "title: A\nsource: `prediction.add_noise`\ncheck: `ddim`\n\nWords.\n"


def test_the_page_runs_and_its_headings_are_in_order() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "deep_dive.py"), default_timeout=30).run()
    assert not app.exception and [one.value for one in app.title] == ["Deep dive"]
    titles = [f"{n}. {topic.title}" for n, topic in enumerate(topics("deep-dive"), 1)]
    assert [one.value for one in app.header] == titles and not app.subheader
    assert [code.value for code in app.code] == [t.source.code for t in topics("deep-dive")]
    folded = [heading for t in topics("deep-dive") for heading, _ in t.derivations]
    assert [one.label for one in app.expander] == folded


def test_the_page_and_the_route_never_import_torch() -> None:
    script = "import sys, pages.lesson.formula.topics as t, pages.lesson.formula.route\n"
    script += "t.topics('deep-dive'); sys.exit('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_every_topic_shows_source_that_there_is_and_every_check_is_shown() -> None:
    found = topics("deep-dive")
    assert [topic.check for topic in found] == [*CHECK_NAMES]
    for topic in found:
        excerpt = topic.source
        assert 1 <= len(excerpt.code.splitlines()) <= 8, f"{topic.name} shows too much"
        lines = (ROOT / excerpt.file).read_text("utf-8").splitlines()
        shown = [line.strip() for line in lines[excerpt.first - 1 : excerpt.last]]
        assert [line.strip() for line in excerpt.code.splitlines()] == shown


def test_links_within_the_page_lead_somewhere() -> None:
    names = {topic.name for topic in topics("deep-dive")}
    texts = [text for t in topics("deep-dive") for text in (t.text, *(d for _, d in t.derivations))]
    links = {name for text in texts for name in re.findall(r"\]\(#([^)]*)\)", text)}
    assert links and links <= names


# --- Source ---------------------------------------------------------------------------------------


def test_source_is_cut_out_with_its_line_numbers() -> None:
    whole = source_of("prediction.add_noise")
    assert whole.code == "return per_image(alpha, x_0) * x_0 + per_image(sigma, eps) * eps", (
        "the docstring and the signature stay away"
    )
    assert whole.file == "diffusion_core/prediction.py" and whole.first == whole.last
    method = source_of("labs.exact.Gaussian.spread")
    assert method.name == "Gaussian.spread" and method.code.startswith("return math.hypot")
    part = source_of("dialogue.walk", "if row.ends")
    assert part.code == "if row.ends:\n    yield Taken(x, first)\n    first = None"
    between = source_of("samplers.ddim", "keep = 1", "old =").code.splitlines()
    assert [line.split()[0] for line in between] == ["keep", "fresh", "old"]


@pytest.mark.parametrize(
    ("reference", "begin", "end", "said"),
    [
        ("nowhere.add_noise", None, None, "no diffusion_core/nowhere.py"),
        ("../app.py", None, None, "no diffusion_core/"),
        ("prediction.add_nose", None, None, "prediction.py has no add_nose"),
        ("labs.exact.Gaussian.spred", None, None, "has no spred"),
        ("samplers.ddim", "keep = 2", None, "“keep = 2” on 0 lines"),
        ("samplers.ddim", "there.sigma", None, "on 2 lines"),
        ("samplers.ddim", "keep = 1", "no such text", "on 0 lines"),
        ("samplers.ddim", "old =", "keep = 1", "is empty"),
    ],
)
def test_source_that_is_not_there_is_named(
    reference: str, begin: str | None, end: str | None, said: str
) -> None:
    with pytest.raises(SourceError) as caught:
        source_of(reference, begin, end)
    assert said in str(caught.value) and reference in str(caught.value)
    assert "\n" not in str(caught.value)


# --- A teacher's mistakes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (GOOD.replace("title: A\n", ""), "“## one” needs a line “title: …”"),
        (GOOD.replace("source:", "sauce:"), "“## one” needs a line “source: …”"),
        (GOOD.replace("`ddim`", ""), "“## one” needs a line “check: …”"),
        (GOOD.replace("`ddim`", "`ddimm`"), "“## one” asks for a check that there is not"),
        (GOOD.replace("`prediction.add_noise`", "add_noise"), "“## one” has a source that is not"),
        (GOOD.replace("add_noise", "add_nose"), "“## one” has a broken source"),
        (GOOD.replace("\n\nWords.", ""), "“## one” has no text"),
        (f"{GOOD}\n#### Why\n", "“## one” has nothing below “#### Why”"),
    ],
)
def test_a_malformed_section_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str, said: str
) -> None:
    monkeypatch.setattr(words, "LESSON", tmp_path)
    (tmp_path / "deep-dive.md").write_text(f"## lead\nHello.\n\n## one\n{section}", "utf-8")
    with pytest.raises(LessonError) as caught:
        topics("deep-dive")
    sentence = str(caught.value)
    assert "assets/lesson/deep-dive.md" in sentence and said in sentence and "\n" not in sentence


def test_a_good_section_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LESSON", tmp_path)
    (tmp_path / "deep-dive.md").write_text(f"## lead\nHello.\n\n## one\n{GOOD}", "utf-8")
    (topic,) = topics("deep-dive")
    assert (topic.name, topic.title, topic.text, topic.check) == ("one", "A", "Words.", "ddim")
    assert topic.derivations == ()


def test_derivations_are_folded_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LESSON", tmp_path)
    section = f"{GOOD}\n#### Why\nSince.\n\nHence.\n\n#### And how\nSo.\n"
    (tmp_path / "deep-dive.md").write_text(f"## lead\nHello.\n\n## one\n{section}", "utf-8")
    (topic,) = topics("deep-dive")
    assert topic.text == "Words."
    assert topic.derivations == (("Why", "Since.\n\nHence."), ("And how", "So."))


def test_what_is_derived_where_the_lead_promises_it() -> None:
    """Whatever is not derived in the text or folded below it names where it stands."""
    derived = {topic.name for topic in topics("deep-dive") if topic.derivations}
    assert {"two-bells", "step-back", "simple-loss", "score", "ode", "sde"} <= derived


# --- The route ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHECK_NAMES)
def test_every_check_is_answered(client: TestClient, name: str) -> None:
    answer = client.get("/api/check", params={"name": name})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["agrees"] is True and said["apart"] <= said["tolerance"]
    assert said["what_left"] and said["what_right"]


@pytest.mark.parametrize("query", ["", "?name=", "?name=moon", "?name=%3Cb%3E"])
def test_an_unknown_check_is_refused_in_one_sentence(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/check{query}")
    assert answer.status_code == 400 and "There is no check" in answer.text
    assert answer.headers["content-type"].startswith("text/plain") and "\n" not in answer.text


def test_two_visitors_never_have_source_parsed_at_the_same_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python 3.11 may break off with a SystemError then: seen once in 14 busy starts."""
    parse, alone = ast.parse, []

    def watched(text: str) -> ast.Module:
        alone.append(PARSING.locked())
        return parse(text)

    monkeypatch.setattr(ast, "parse", watched)
    _excerpt.cache_clear()
    source_of("samplers.ddim")
    assert alone and all(alone)
