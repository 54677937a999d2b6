"""Whatever the address of a page says, the page opens, and shows all of it as text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest

from pages.shared.address import FRAME, INSTEAD, SETTINGS
from pages.shared.plain import JOINER
from tests.pages.conftest import Open
from tests.pages.hostile import MARKUP, NUMBERS, PLACES, TEXTS, Place, fuzz, values

WORST = ("inf", "-1e999", "nan", "9" * 5000, "2.5", "٣", "", "x" * 20_000)
WORDS = {"number", "plane_word"}
"""What a reader may write anything into: what it is good for is said where it is used."""
EVERYTHING = sorted({name for place in PLACES for name in (*place.names, *place.base)})
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
STREAMLITS_OWN = re.compile(
    r":[a-z+-][\w+-]*[:\[/]|\$|https?://|www\.|\S@\w|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)", re.I
)
"""What Streamlit makes something of in the text that Markdown leaves: signs, colours, formulas,
bare links and addresses, arrows."""


@pytest.fixture(autouse=True)
def no_mnist(without_mnist: None) -> None:
    """With the embedded digits, which everybody has."""


def opened(open_page: Open, place: Place, query: dict[str, str | list[str]]) -> AppTest:
    return open_page(place.page, **place.base | query)


def sentences(app: AppTest) -> list[str]:
    return [str(warning.value) for warning in app.warning]


def markup(sentence: str) -> list[str]:
    """What of a sentence is shown as something else than text."""
    found = []
    for block in MARKDOWN.parse(sentence):
        if block.type not in ("paragraph_open", "paragraph_close", "inline"):
            found.append(block.type)
        for part in block.children or []:
            if part.type not in ("text", "text_special"):
                found.append(part.type)
    # A formula is found before backslashes are taken away, and all else after.
    left = re.sub(r"\\([!-/:-@\[-`{-~])", lambda m: "" if m[1] == "$" else m[1], sentence)
    return [*found, *(match[0] for match in STREAMLITS_OWN.finditer(left))]


def wrong(app: AppTest) -> list[str]:
    """What a page must not show: errors that nobody meant, and markup in what it complains of."""
    return [
        *(str(exception.value)[:200] for exception in app.exception),
        *(f"{what} in {said[:80]}" for said in sentences(app) for what in markup(said)),
        *(f"not readable: {said!r:.80}" for said in sentences(app) if not readable(said)),
    ]


def readable(sentence: str) -> bool:
    return sentence.replace(JOINER, "").isprintable() and len(sentence) < 1500


def test_no_setting_is_forgotten() -> None:
    assert {*EVERYTHING} == {*SETTINGS}


@pytest.mark.parametrize("place", [place for place in PLACES if place.names], ids=str)
def test_settings_that_nothing_can_be_made_of(open_page: Open, place: Place) -> None:
    found = {}
    for value in WORST:
        app = opened(open_page, place, dict.fromkeys(place.names, value))
        found |= {value[:20]: wrong(app)} if wrong(app) else {}
    assert found == {}


@pytest.mark.parametrize("place", [place for place in PLACES if place.names], ids=str)
def test_each_that_is_not_used_is_named_and_gone(open_page: Open, place: Place) -> None:
    refused = {*place.names} - WORDS
    app = opened(open_page, place, dict.fromkeys(refused, "inf"))
    said = " ".join(map(as_read, sentences(app)))
    assert [name for name in refused if f"{name} = inf (must be" not in said] == []
    assert [name for name, value in app.query_params.items() if value == "inf"] == []


def as_read(sentence: str) -> str:
    """As a reader sees it."""
    return re.sub(r"\\(.)", r"\1", sentence).replace(JOINER, "")


@pytest.mark.parametrize("name", ["seed", "which", "t"])
def test_a_field_that_was_asked_for_too_much_is_as_usual(open_page: Open, name: str) -> None:
    usual = [field.value for field in open_page("forward").number_input]
    app = open_page("forward", **{name: "inf"})
    assert [field.value for field in app.number_input] == usual
    app.number_input(key="seed").set_value(3).run()
    assert not app.exception and sentences(app) == [] and app.number_input(key="seed").value == 3


def test_pages_with_anything_in_their_addresses(open_page: Open) -> None:
    def look(place: Place, page: dict[int, Any], frame: dict[str, str]) -> None:
        changed = {place.names[i]: value for i, value in page.items() if i < len(place.names)}
        # Streamlit keeps these two for itself.
        own = ("embed", "embed_options")
        query = {name: v for name, v in (frame | changed).items() if name.lower() not in own}
        assert wrong(opened(open_page, place, query)) == []

    names = st.one_of(st.sampled_from([*FRAME, INSTEAD, *EVERYTHING]), values)
    fuzz(
        60,
        look,
        place=st.sampled_from(PLACES),
        page=st.dictionaries(st.integers(0, 9), values | st.lists(values), max_size=4),
        frame=st.dictionaries(names, values, max_size=4),
    )


@pytest.mark.parametrize("hostile", [*MARKUP, *TEXTS, *NUMBERS], ids=lambda text: repr(text[:20]))
def test_text_from_outside_is_shown_as_text(open_page: Open, hostile: str) -> None:
    unknown = hostile if hostile.lower() not in ("", "embed") else "x"
    app = open_page("home", **{INSTEAD: hostile, "path": hostile, unknown: "1", "lang": hostile})
    assert len(sentences(app)) >= 3 and wrong(app) == []


def test_hundreds_of_settings_that_do_not_exist_are_not_hundreds_of_sentences(
    open_page: Open,
) -> None:
    app = open_page("home", **{f"nonsense{k}": "1" for k in range(300)})
    assert len(sentences(app)) == 4 and "297 more" in sentences(app)[-1]


@pytest.mark.parametrize(
    "name",
    [
        *("srsltid", "fbclid", "gclid", "utm_source", "UTM_Medium", "msclkid", "mc_cid", "igshid"),
        *("_ga", "_gl", "ref", "twclid", "ttclid", "mkt_tok", "_hsenc", "yclid", "gbraid", "si"),
    ],
)
def test_what_other_programs_hang_on_a_link_is_left_out(open_page: Open, name: str) -> None:
    app = open_page("forward", **{name: "AfmBOoq1", "seed": "5", f"{name}x": ""})
    said = [sentence for sentence in sentences(app) if f"{name}x" not in as_read(sentence)]
    assert said == [] and app.number_input(key="seed").value == 5
    assert name not in app.query_params and "seed" in app.query_params


def test_of_several_values_the_last_counts(open_page: Open) -> None:
    app = opened(
        open_page, Place("forward"), {"seed": ["inf", "x", "12"], "schedule": ["", "linear 300"]}
    )
    assert not app.exception and sentences(app) == []
    assert app.number_input(key="seed").value == 12
    assert app.selectbox(key="schedule").value == "linear 300"


def test_going_back_to_an_address_that_broke_is_no_harm(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset = ScriptRunContext.reset

    def back(context: ScriptRunContext, *args: Any, **how: Any) -> None:
        reset(context, *args, **{**how, "is_history_navigation": True})

    app = open_page("forward")
    usual = app.number_input(key="seed").value
    monkeypatch.setattr(ScriptRunContext, "reset", back)
    app.query_params["seed"] = "inf"
    app.run()
    assert not app.exception and "seed = inf" in sentences(app)[0]
    assert app.number_input(key="seed").value == usual
