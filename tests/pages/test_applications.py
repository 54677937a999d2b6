"""The labs of the applications page, without a browser: what they ask of the model, and what they
say to settings, drawings and numbers that cannot be used."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from diffusion_core.data.degradations import degrade
from diffusion_core.request import NO_LABEL
from pages.labs.editing.pad.ready import MASKS, SKETCHES, mask, sketch
from pages.labs.editing.settings import EditSettings
from pages.shared.packed import mask_of, packed, unpacked
from pages.shared.words import words
from pages.stage.forward import ForwardSettings, picture
from pages.stage.reverse import MAX_LENGTH, ReverseSettings
from quizzes.addresses import LABS
from quizzes.bank import load_bank
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle

MINE = ("generate", "repair", "clean-up", "sketch", "between")
EVERY_LAB = pytest.mark.parametrize("lab", MINE)


@pytest.fixture(autouse=True)
def no_mnist(without_mnist: None) -> None:
    """With the embedded digits, which everybody has."""


def open_lab(open_page: Open, lab: str, **query: str) -> AppTest:
    app = open_page("applications", use=LABS["applications"].names[lab], **query)
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(w.value for w in app.warning)


def lanes(app: AppTest) -> list[dict[str, Any]]:
    """The runs of the stage, as its clock is told them; none if there is no stage."""
    for element in app.get("bidi_component"):
        if element.proto.component_name == "fog_clock":
            found: list[dict[str, Any]] = unbundle(element.proto.bytes)[0]["lanes"]
            return found
    return []


def edits(app: AppTest) -> list[EditSettings]:
    """What the stage will ask of /api/edit."""
    addresses = [lane["address"].partition("?") for lane in lanes(app)]
    assert all(path == "api/edit" for path, _, _ in addresses)
    return [EditSettings.parse(dict(parse_qsl(query))) for _, _, query in addresses]


def pixels(word: str) -> NDArray[np.uint8]:
    return np.frombuffer(unpacked(word, 784, "It"), np.uint8).reshape(28, 28)


def text_of(app: AppTest) -> str:
    return " ".join(block.value for block in app.markdown)


# --- Every lab ---------------------------------------------------------------------------------


@EVERY_LAB
def test_every_lab_opens_with_a_run_words_and_a_question(open_page: Open, lab: str) -> None:
    app = open_lab(open_page, lab)
    assert said(app) == "" and lanes(app)
    text = words(f"lab-{lab}")
    for section in ("look", "used"):
        assert text[section].splitlines()[0].removeprefix("### ") in text_of(app)
    assert text["takeaway"] in text_of(app)
    question = load_bank().beside(f"applications-{lab}")
    assert question and question.stem.strip()[:60] in text_of(app)


@EVERY_LAB
def test_every_lab_can_be_locked(open_page: Open, lab: str) -> None:
    app = open_lab(open_page, lab, controls="lock")
    fields = [*app.selectbox, *app.slider, *app.number_input, *app.text_input]
    assert len(fields) > 2 and all(field.disabled for field in fields)


@pytest.mark.parametrize(
    ("lab", "name", "value"),
    [
        ("generate", "make", "a poem"),
        ("generate", "gen_digit", "12"),
        ("generate", "gen_guidance", "50"),
        ("generate", "gen_seed", "-1"),
        ("repair", "mend", "x"),
        ("repair", "mend_which", "0"),
        ("repair", "hide", "everything"),
        ("repair", "again", "1000"),
        ("clean-up", "spoil", "torn"),
        ("clean-up", "clean_seed", "seven"),
        ("sketch", "sketch", "a horse"),
        ("sketch", "strength", "0"),
        ("sketch", "strength", "nan"),
        ("between", "from_digit", "10"),
        ("between", "to_seed", "99999999999"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    open_page: Open, lab: str, name: str, value: str
) -> None:
    app = open_lab(open_page, lab, **{name: value})
    assert said(app).count(f"{name} = {value}") == 1 and "must be" in said(app)
    assert lanes(app)


@EVERY_LAB
def test_another_seed_asks_for_other_pictures(open_page: Open, lab: str) -> None:
    app = open_lab(open_page, lab)
    before = [lane["address"] for lane in lanes(app)]
    for field in app.number_input:
        if str(field.key).endswith("_seed"):
            field.set_value(1234)
    app.run()
    assert not app.exception
    after = [lane["address"] for lane in lanes(app)]
    assert len(after) == len(before) and not set(after) & set(before)


# --- Generate ----------------------------------------------------------------------------------


def test_a_page_has_forty_digits_of_four_seeds(open_page: Open) -> None:
    rows = lanes(open_lab(open_page, "generate", gen_digit="4", gen_seed="30"))
    assert [row["labels"] for row in rows] == [[4] * 10] * 4
    assert [f"seed={30 + row}&" in rows[row]["address"] for row in range(4)] == [True] * 4


@pytest.mark.parametrize("number", ["2026", "7", "00000000"])
def test_a_number_is_drawn_digit_by_digit(open_page: Open, number: str) -> None:
    (row,) = lanes(open_lab(open_page, "generate", make="a number", number=number))
    assert row["labels"] == [int(digit) for digit in number]


@pytest.mark.parametrize("number", ["abc", "12a", "3.14", "-5", "123456789", "²", "٣", "  "])
def test_what_is_no_number_is_refused_in_a_sentence(open_page: Open, number: str) -> None:
    app = open_lab(open_page, "generate", make="a number", number=number)
    assert lanes(app) == [] and words("lab-generate")["not a number"] in text_of(app)
    app.text_input(key="number").set_value("42").run()
    assert [row["labels"] for row in lanes(app)] == [[4, 2]]


def test_numbers_are_runs_like_any_other() -> None:
    settings = ReverseSettings("2026", 5, n=1)
    assert settings.labels == (2, 0, 2, 6)
    assert ReverseSettings.parse(dict(parse_qsl(settings.address.partition("?")[2]))) == settings
    assert ReverseSettings("3", n=4).labels == (3, 3, 3, 3)
    with pytest.raises(ValueError, match="Choose a digit from 0 to 9, a number"):
        ReverseSettings("1" * (MAX_LENGTH + 1))


def test_the_measurement_is_of_the_digit_that_was_chosen(open_page: Open) -> None:
    app = open_lab(open_page, "generate", make="a measurement", gen_class="8", gen_seed="3")
    (chart,) = (
        e.proto.json for e in app.get("bidi_component") if "tradeoff" in e.proto.component_name
    )
    assert "api/spread?digit=8&seed=3" in chart and lanes(app) == []


# --- Repair ------------------------------------------------------------------------------------


def test_repair_asks_with_and_without_going_back(open_page: Open) -> None:
    app = open_lab(open_page, "repair", mend="5", mend_which="3", hide="the top half", again="7")
    often, once = edits(app)
    assert (often.again, once.again, often.n, often.digit) == (7, 1, 5, "any")
    assert (mask_of(unpacked(often.mask, 98, "It")) == mask("the top half")).all()
    assert (pixels(often.x) == picture(ForwardSettings(5, 3))).all()
    assert often.labels == (NO_LABEL,) * 5


def test_repair_needs_something_hidden_and_something_seen(open_page: Open) -> None:
    app = open_lab(open_page, "repair", hide="nothing yet: I paint it")
    assert "Nothing is hidden: paint over the part" in text_of(app) and lanes(app) == []
    app.session_state["pad:repair:nothing-yet"] = packed(b"\xff" * 98)
    app.run()
    assert "Everything is hidden: leave something" in text_of(app) and lanes(app) == []
    app.session_state["pad:repair:nothing-yet"] = packed(b"\xff" * 40 + bytes(58))
    app.run()
    assert len(edits(app)) == 2


def test_repair_of_an_empty_drawing_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_lab(open_page, "repair", mend="my own")
    assert "The digit is blank: draw something first." in text_of(app) and lanes(app) == []
    drawn = sketch("a square 3")
    app.session_state["pad:repair-own:own"] = packed(drawn.tobytes())
    app.run()
    assert (pixels(edits(app)[0].x) == drawn).all()


def test_which_digit_stays_within_what_there_is(open_page: Open) -> None:
    app = open_lab(open_page, "repair", mend_which="12")
    assert app.number_input(key="mend_which").value == 12
    app.selectbox(key="mend").select("9").run()
    assert not app.exception and app.number_input(key="mend_which").value <= 12


# --- Clean up ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "how"),
    [
        ("only 7 × 7 pixels", "small7"),
        ("only 14 × 14 pixels", "small14"),
        ("blurred", "blur"),
        ("grainy", "grain"),
    ],
)
def test_clean_up_gives_the_model_what_is_left(open_page: Open, shown: str, how: str) -> None:
    app = open_lab(open_page, "clean-up", clean="6", clean_which="2", spoil=shown)
    (asked,) = edits(app)
    amount = {"blur": 2.0, "grain": 0.8}.get(how, 1.0)
    left = degrade(picture(ForwardSettings(6, 2)), how, amount, amount, seed=1)
    assert asked.how == how and asked.n == 6
    assert (asked.low or asked.x) == packed(left.tobytes())


def test_clean_up_of_an_empty_drawing_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_lab(open_page, "clean-up", clean="my own")
    assert "The pad is empty: draw a digit on it" in text_of(app) and lanes(app) == []


def test_a_drawing_is_spoiled_and_an_upload_is_spoiled_already(open_page: Open) -> None:
    app = open_lab(open_page, "clean-up", clean="my own", spoil="grainy")
    drawn = sketch("a shaky 2")
    app.session_state["pad:clean-up-own:own"] = packed(drawn.tobytes())
    app.run()
    assert edits(app)[0].x == packed(degrade(drawn, "grain", 0.8, 0.8, seed=1).tobytes())
    app.session_state["clean-up-own:uploaded"] = drawn
    app.run()
    assert edits(app)[0].x == packed(drawn.tobytes())
    # And so is a picture of 7 by 7 pixels, if that is what is left of it.
    low = degrade(drawn, "small7")
    app.session_state["clean-up-own:low"] = low
    app.selectbox(key="spoil").select("only 7 × 7 pixels").run()
    assert edits(app)[0].low == packed(low.tobytes())


# --- From a sketch -----------------------------------------------------------------------------


def test_sketch_shows_the_strip_of_strengths_and_the_chosen_one(open_page: Open) -> None:
    app = open_lab(open_page, "sketch", sketch="a square 3", strength="0.45")
    chosen, *strip = edits(app)
    assert (chosen.strength, chosen.n, chosen.digit) == (0.45, 6, "3")
    assert [lane.strength for lane in strip] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert all((pixels(lane.x) == sketch("a square 3")).all() for lane in (chosen, *strip))
    # Another start brings along what it is meant to be.
    app.selectbox(key="sketch").select("two rings").run()
    assert edits(app)[0].digit == "8"
    app.selectbox(key="sketch_as").select("any digit").run()
    assert edits(app)[0].digit == "any"


def test_an_empty_pad_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_lab(open_page, "sketch", sketch="an empty pad")
    assert "The sketch is blank: draw something first." in text_of(app) and lanes(app) == []


def test_a_full_pad_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_lab(open_page, "sketch")
    app.session_state["pad:sketch:a-crooked-4"] = packed(b"\xff" * 784)
    app.run()
    assert "The sketch is bright all over: leave some of it dark." in text_of(app)
    assert lanes(app) == []


def test_a_drawing_stays_with_the_start_that_it_was_made_on(open_page: Open) -> None:
    app = open_lab(open_page, "sketch", sketch="an empty pad")
    drawn = np.zeros((28, 28), np.uint8)
    drawn[4:24, 13:15] = 255
    app.session_state["pad:sketch:own"] = packed(drawn.tobytes())
    app.run()
    assert (pixels(edits(app)[0].x) == drawn).all()
    app.selectbox(key="sketch").select("a house").run()
    assert (pixels(edits(app)[0].x) == sketch("a house")).all()
    app.selectbox(key="sketch").select("an empty pad").run()
    assert (pixels(edits(app)[0].x) == drawn).all()


# --- Between -----------------------------------------------------------------------------------


def test_between_walks_through_noise_and_through_labels(open_page: Open) -> None:
    app = open_lab(open_page, "between", from_digit="4", from_seed="1", to_digit="9", to_seed="2")
    noise, labels = edits(app)
    assert (noise.way, labels.way) == ("noise", "labels")
    assert {(lane.start, lane.end, lane.n) for lane in (noise, labels)} == {("4.1", "9.2", 11)}


def test_given_digits_are_led_back_to_their_noises(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda below: below - 1)
    app = open_lab(open_page, "between", between="given digits", from_digit="2", from_which="4")
    (lane,) = edits(app)
    assert (lane.way, lane.digit, lane.n) == ("encode", "any", 11)
    assert (pixels(lane.x) == picture(ForwardSettings(2, 4))).all()
    assert (pixels(lane.x2) == picture(ForwardSettings(8, 3))).all()
    app.selectbox(key="to_digit").select("2").run()
    assert edits(app)[0].digit == "2"
    next(button for button in app.button if button.label == "Draw again").click().run()
    assert not app.exception and edits(app)[0].x != lane.x


# --- What is ready -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SKETCHES)
def test_ready_sketches_can_be_asked_about(name: str) -> None:
    drawn = sketch(name)
    assert drawn.shape == (28, 28) and 0.05 < (drawn > 127).mean() < 0.4
    assert drawn[[0, -1]].max() == 0 and drawn[:, [0, -1]].max() == 0
    EditSettings("sketch", SKETCHES[name][0], x=packed(drawn.tobytes()))


@pytest.mark.parametrize("name", MASKS)
def test_ready_masks_hide_something_and_leave_something(name: str) -> None:
    hidden = mask(name)
    assert hidden.shape == (28, 28) and 0.15 < hidden.mean() < 0.8
