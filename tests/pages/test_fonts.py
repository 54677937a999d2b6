"""The light fonts: made at set-up, sent once, and never a reason not to start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.frame.fonts import faces, make
from pages.frame.fonts.faces import font_file, name_style, preloads, style
from pages.frame.fonts.make import FILES, FONTS, LETTERS, MEDIA, complete, icons, kept_icons

CACHED = (faces._files, style, name_style, preloads)
MADE = pytest.mark.skipif(not complete(), reason="They are not made: run `make setup`.")


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Route("/fonts/{file}", font_file)]))


@pytest.fixture
def without() -> Iterator[None]:
    """A set-up in which they could not be made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faces, "complete", lambda: False)
        for cached in CACHED:
            cached.cache_clear()
        yield
    for cached in CACHED:
        cached.cache_clear()


@MADE
def test_they_are_kept_for_good_under_the_name_of_what_they_are(client: TestClient) -> None:
    files = re.findall(r'url\("\./fonts/([^"]+)"\)', style())
    assert [file.partition(".")[0] for file in files] == [name for name in FONTS if name != "name"]
    for file in files:
        answer = client.get(f"/fonts/{file}")
        assert answer.content == (FILES / f"{file.partition('.')[0]}.woff2").read_bytes()
        assert answer.headers["content-type"] == "font/woff2"
        assert "immutable" in answer.headers["cache-control"]
    assert client.get("/fonts/sans.0123456789abcdef.woff2").status_code == 404


@MADE
def test_a_first_visitor_is_sent_a_seventh_of_streamlits() -> None:
    ours = sum((FILES / f"{name}.woff2").stat().st_size for name in FONTS)
    theirs = {path for font in FONTS.values() for path in MEDIA.glob(f"{font.source}.*")}
    assert 7 * ours < sum(path.stat().st_size for path in theirs)
    assert len(name_style()) < 4000  # it stands in every page


@MADE
def test_the_icon_font_has_every_icon_that_can_occur() -> None:
    assert set(icons()) <= set(kept_icons()), "Run `python -m pages.frame.fonts.make`."
    assert {"arrow_forward", "check_circle", "expand_more"} <= set(icons())


@MADE
def test_all_but_the_italic_are_asked_for_at_once() -> None:
    assert len(re.findall(r'as="font"', preloads())) == 3
    assert "italic" not in preloads() and "name." not in preloads()


def test_rules_match_streamlits_or_they_would_not_come_before_them() -> None:
    [sheet] = (MEDIA.parent / "css").glob("index.*.css")
    rules = sheet.read_text("utf-8")
    for name, font in FONTS.items():
        if name != "name":
            rule = re.search(rf"@font-face{{[^}}]*{font.source}[^}}]*}}", rules)
            assert rule, name
            assert f"font-family:{font.family};" in rule[0]
            assert f"font-weight:{font.weights};" in rule[0]
            assert f"font-style:{font.style};" in rule[0]


def test_every_letter_of_the_lesson_is_in_them() -> None:
    root = Path(make.ROOT)
    files = [*(root / "assets" / "lesson").glob("*.md"), *(root / "quizzes").rglob("*.yaml")]
    used = {letter for file in files for letter in file.read_text("utf-8")} - {"\n"}
    assert len(files) > 10
    assert {letter for letter in used if ord(letter) not in LETTERS} == set()


def test_without_them_streamlits_are_used(client: TestClient, without: None) -> None:
    assert style() == name_style() == preloads() == ""
    assert client.get("/fonts/sans.0123456789abcdef.woff2").status_code == 404


def test_set_up_goes_on_without_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(make, "FILES", tmp_path / "files")
    monkeypatch.setattr(make, "VERSION", tmp_path / "files" / "version")
    monkeypatch.setattr(make, "MEDIA", tmp_path)
    make.main()
    assert "could not be made" in capsys.readouterr().out
    assert not complete()
