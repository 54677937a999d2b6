"""Text and numbers from outside: what is left of them when they are shown or used."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.http.nearest import NearestPage
from pages.shared.address import FRAME, SETTINGS
from pages.shared.passed_on import NAMES, passed_on
from pages.shared.plain import JOINER, as_text, plain, sentence
from quizzes.numerals import number_of, whole_of
from tests.pages.hostile import MARKUP, NUMBERS, TEXTS

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ODD = st.one_of(
    st.text(), st.text(alphabet="[]()`*_~$:<>#=+-.|\\!&/@w1a \n"), st.sampled_from(MARKUP + TEXTS)
)


def shown(markdown: str) -> str:
    """What a reader sees of it; fails if that is anything but one paragraph of text."""
    blocks = MARKDOWN.parse(markdown)
    assert [block.type for block in blocks] in (
        [],
        ["paragraph_open", "inline", "paragraph_close"],
    )
    parts = [part for block in blocks for part in block.children or []]
    assert {part.type for part in parts} <= {"text", "text_special"}
    return "".join(part.content for part in parts).replace(JOINER, "")


@given(ODD)
def test_a_reader_sees_the_text_itself(text: str) -> None:
    assert shown(as_text(text)) == plain(text)
    assert shown(f"“{as_text(text)}”") == f"“{plain(text)}”"


@given(ODD, st.integers(1, 30))
def test_it_is_one_line_of_what_can_be_seen(text: str, most: int) -> None:
    line = plain(text, most)
    assert len(line) <= most and line == line.strip()
    assert all(unicodedata.category(letter)[0] != "C" for letter in line)
    assert not {*line} & {*"\n\r\t\u2028\u2029\u202e\u2066\ufeff"}
    assert plain(line, most) == line


def test_accents_do_not_climb_out_of_the_line() -> None:
    assert len(plain("e" + "\u0301" * 200)) <= 3
    assert plain("naïve Ångström, 3 × 4 ≠ “ä”") == "naïve Ångström, 3 × 4 ≠ “ä”"


def test_what_is_too_long_ends_in_dots() -> None:
    assert plain("a" * 10**7, 5) == "aaaa…" and plain("abcde", 5) == "abcde"


def test_our_own_sentences_stay_as_they_are() -> None:
    said = "seed must be a whole number from 0 to 2147483647, and not -3 (as gen_seed in 3.2)."
    assert as_text(said, 400) == said == sentence(ValueError(said))


@pytest.mark.parametrize("text", [*NUMBERS, *TEXTS])
def test_numbers_are_as_addresses_write_them(text: str) -> None:
    plainly_whole = {"1e9": False, "-1": True, "-0": True, "0": True, "007": True, "+7": True}
    for read in (whole_of, number_of):
        try:
            value = read(text)
        except ValueError:
            assert not plainly_whole.get(text, False)
        else:
            assert text.isascii() and math.isfinite(value) and value == float(text)
            assert len(text) < 50 and "_" not in text and text == text.strip()


@given(st.integers(-(10**17), 10**17), st.floats(-1e17, 1e17))
def test_every_number_that_we_write_can_be_read(whole: int, real: float) -> None:
    assert whole_of(str(whole)) == whole and number_of(f"{real:g}") == float(f"{real:g}")


# --- What other programs hang on a link ----------------------------------------------------------


def test_none_of_our_settings_is_taken_for_somebody_elses() -> None:
    ours = (*SETTINGS, *FRAME, "instead-of", "embed", "embed_options", "link", "page")
    assert not [name for name in ours if passed_on(name)]
    assert all(passed_on(name.upper()) and name == name.lower() for name in NAMES)


@pytest.fixture
def client() -> TestClient:
    """Pages that only say that they are there, behind what leads to them."""

    async def page(request: object) -> PlainTextResponse:
        return PlainTextResponse("here")

    app = NearestPage(Starlette(routes=[Route("/{rest:path}", page)]))
    return TestClient(app, headers={"Accept": "text/html"}, follow_redirects=False)


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/forward?srsltid=AfmBO&seed=3", "./forward?seed=3"),
        ("/forward?utm_source=a&utm_medium=b", "./forward"),
        ("/?fbclid=x&path=curious%3A%20an+hour", "./?path=curious%3A%20an+hour"),
        ("/?GCLID=x", "./"),
        ("/forward/?_ga=1.2&embed=true", "./?embed=true"),
        ("/forward?%75tm_id=3&seed=&seed=4", "./forward?seed=&seed=4"),
        ("/foward?fbclid=x&seed=3", "/forward?seed=3&instead-of=foward"),
        ("/foward", "/forward?instead-of=foward"),
    ],
)
def test_it_is_taken_off_before_the_page_opens(client: TestClient, asked: str, target: str) -> None:
    answer = client.get(asked)
    assert answer.status_code == 307 and answer.headers["location"] == target
    assert client.get(answer.headers["location"].removeprefix(".")).text == "here"


@pytest.mark.parametrize(
    "asked",
    [
        "/forward?seed=3",
        "/?embed=true&embed_options=show_toolbar",
        "/?",
        "/forward?a=b&&c",
        "/api/sample?ref=1",
        "/icon.png?utm_source=a",
        "/_stcore/health?fbclid=1",
    ],
)
def test_nothing_else_is(client: TestClient, asked: str) -> None:
    assert client.get(asked).text == "here"
