"""The lab in the plane: its route, and its controls without a browser."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator

import numpy as np
import pytest
from starlette.testclient import TestClient

from diffusion_core.labs.points.settings import SHAPES, PointSettings
from diffusion_core.service.answer import Before, ServiceError
from pages.labs.points.lab import FIELDS, RECIPES
from pages.labs.points.scene import SAID, points_scene, watch
from pages.labs.points.settings import address, parse
from pages.shared import services as studio
from pages.shared.words import words
from quizzes.bank import load_bank
from tests.core.plane_runs import received
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle

LINE = bytes([20, 127, 120, 127, 234, 127])


def encoded(drawing: bytes) -> str:
    return base64.urlsafe_b64encode(drawing).decode().rstrip("=")


# --- The route ------------------------------------------------------------------------------------


def test_a_training_streams_its_snapshots(client: TestClient) -> None:
    answer = client.post("/api/points?shape=rings&seed=3&steps=8")
    assert answer.status_code == 200 and answer.headers["content-encoding"] == "identity"
    run = received(answer.content)
    assert [shot["step"] for shot in run.snapshots] == [0, 2, 4, 6, 8]
    assert run.data.shape == (1000, 2)


def test_a_drawing_is_trained_on(client: TestClient) -> None:
    answer = client.post(f"/api/points?shape=drawing&drawing={encoded(LINE)}&steps=2")
    assert np.abs(received(answer.content).data[:, 1]).max() < 0.2


def test_who_asks_again_is_told_that_it_was_trained_already(client: TestClient) -> None:
    address = "/api/points?seed=11&steps=2"
    first, second = client.post(address).content, client.post(address).content
    assert second == b'{"kept": true}\n' + first


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("shape=dog", "no data set"),
        ("shape=word&word=", "type a word"),
        ("shape=word&word=SEVENTH", "6 letters"),
        ("shape=word&word=%C3%A9", "cannot be drawn"),
        ("shape=drawing", "drawing is empty"),
        ("shape=drawing&drawing=!!", "damaged"),
        ("shape=drawing&drawing=A", "damaged"),
        ("count=5", "points"),
        ("count=many", "count must be a number"),
        ("rate=0", "learning rate"),
        ("rate=nan", "learning rate"),
        ("rate=fast", "rate must be a number"),
        ("width=65", "width"),
        ("schedule=slow", "schedule"),
        ("levels=1", "noise levels"),
        ("told=maybe", "told must be"),
        ("only=2", "only noise level"),
        ("seed=-1", "seed"),
        ("steps=100000", "steps"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_one_sentence(
    client: TestClient, query: str, said: str
) -> None:
    answer = client.post(f"/api/points?{query}")
    assert answer.status_code == 400
    assert said in answer.text.lower() and answer.text.endswith(".") and "\n" not in answer.text


def test_a_full_drawing_is_refused_in_one_sentence(client: TestClient) -> None:
    full = bytes(v for y in range(6, 255, 12) for x in range(6, 255, 12) for v in (x, y))
    answer = client.post(f"/api/points?shape=drawing&drawing={encoded(full)}")
    assert answer.status_code == 400 and "fills the whole plane" in answer.text


def test_nan_while_training_is_said_after_what_was_learned(client: TestClient) -> None:
    answer = client.post("/api/points?rate=1000")
    assert answer.status_code == 200
    body, _, last = answer.content.rpartition(b'{"problem": ')
    assert b"learning rate 1000 is too high" in last
    assert len(received(body).snapshots) > 3


def test_a_full_line_is_said_in_one_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(job: object, visitor: object) -> AsyncGenerator[bytes | Before, None]:
        raise ServiceError(studio.CROWDED.format(waiting=30))
        yield b""

    monkeypatch.setattr(studio.planes, "ask", refuse)
    answer = client.post("/api/points")
    assert answer.status_code == 503
    assert answer.text.startswith("30 others are waiting to train") and answer.text.endswith(".")


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        PointSettings(),
        PointSettings("word", "2026", count=20, learning_rate=1e-4, width=8, schedule="linear"),
        PointSettings("spiral", levels=7, told=False, only=0.35, seed=9),
    ],
)
def test_an_address_says_everything(settings: PointSettings) -> None:
    _, _, query = address(settings).partition("?")
    assert parse(dict(pair.split("=") for pair in query.split("&"))) == settings


def test_small_letters_are_as_good_as_capitals() -> None:
    assert parse({"shape": "word", "word": " fog "}).word == "FOG"


# --- The lab --------------------------------------------------------------------------------------


def test_before_anything_is_trained_there_are_data_and_noise() -> None:
    head, arrays = unbundle(points_scene(PointSettings("spiral"), True, 2))
    assert arrays["plan.points"].reshape(-1, 2).shape == (2000, 2) and len(arrays["noise"]) == 512
    assert head["ideal"] is True and head["presses"] == 2 and "shape=spiral" in head["address"]
    assert set(head["words"]) == set(SAID) and head["watch"] == ""


def test_of_a_drawing_nothing_is_known_before() -> None:
    head, arrays = unbundle(points_scene(PointSettings("drawing", drawing=LINE), False, 0))
    assert head["drawing"] is True and "plan.points" not in arrays


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"told": False}, "blind"),
        ({"only": 0.5}, "one-level"),
        ({"levels": 2}, "few-levels"),
        ({"learning_rate": 1.0}, "rate"),
        ({"count": 20}, "few-points"),
    ],
)
def test_what_is_broken_says_what_to_watch(changes: dict[str, object], heading: str) -> None:
    said = watch(PointSettings(**changes))  # type: ignore[arg-type]
    assert said == " ".join(words("lab-points")[f"watch {heading}"].split())


def test_the_lab_runs_and_offers_every_data_set(open_page: Open) -> None:
    app = open_page("training", learn="In the plane")
    assert not app.exception and not app.warning
    assert app.selectbox(key="plane_data").options == list(SHAPES.values())


def test_a_word_may_be_typed_and_is_refused_if_it_cannot_be_drawn(open_page: Open) -> None:
    app = open_page("training", plane_data="a word")
    app.text_input(key="plane_word").set_value("fog!").run()
    assert [warning.value for warning in app.warning] == [
        "The letter '!' cannot be drawn here: use A to Z and 0 to 9 alone."
    ]
    app.text_input(key="plane_word").set_value("sun").run()
    assert not app.warning and not app.exception


@pytest.mark.parametrize("name", RECIPES)
def test_one_press_breaks_it_and_one_mends_it(open_page: Open, name: str) -> None:
    app = open_page("training", plane_width="128", plane_data="two rings")
    app.button(key=f"recipe-{name}").click().run()
    wanted = {**FIELDS, **RECIPES[name]}
    assert {field: app.session_state[field] for field in wanted} == wanted
    assert app.session_state["plane_data"] == "two rings", "the data stay"
    assert app.session_state["plane:presses"] == 1 and not app.exception


@pytest.mark.parametrize(
    "query",
    [{"plane_points": "7"}, {"plane_rate": "0"}, {"plane_data": "dogs"}, {"plane_seed": "-1"}],
)
def test_an_unusable_address_is_told_and_the_usual_is_shown(
    open_page: Open, query: dict[str, str]
) -> None:
    app = open_page("training", **query)
    (name,) = query
    assert not app.exception
    assert [name in warning.value for warning in app.warning] == [True]


def test_there_is_a_question_beside_it() -> None:
    assert load_bank().beside("training-points") is not None
