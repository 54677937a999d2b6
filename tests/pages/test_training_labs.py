"""The labs of the training page that look at one step and at a whole run: pages, scenes, routes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from diffusion_core.labs.one_step.job import MAX_ROUNDS
from pages.labs.history import scene as history_scene
from pages.labs.history.scene import (
    epochs_of,
    history,
    sentences_by_loss,
    stops,
    time_of,
)
from pages.labs.one_step.scene import PARTS, StepSettings, step_scene
from pages.shared.words import Lesson, LessonError, words
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle

STEP, HISTORY = "One step, slowly", "The time machine"


def said(app: object) -> list[str]:
    return [*(w.value for w in app.warning), *(e.value for e in app.error)]  # type: ignore[attr-defined]


# --- Pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lab", [STEP, HISTORY])
@pytest.mark.parametrize("frame", [{}, {"present": "1"}, {"controls": "lock"}])
def test_the_labs_open(
    open_page: Open, without_mnist: None, lab: str, frame: dict[str, str]
) -> None:
    app = open_page("training", learn=lab, **frame)
    assert not app.exception and said(app) == []
    # The question that stands beside this very lab is there.
    assert [radio for radio in app.radio if radio.options]


def test_again_is_the_next_round_and_begin_anew_the_first(
    open_page: Open, without_mnist: None
) -> None:
    app = open_page("training", learn=STEP, step_round="2")
    press = {button.label: button for button in app.button}
    app = press["Again"].click().run()
    assert app.number_input(key="step_round").value == 3
    app = next(button for button in app.button if button.label == "Begin anew").click().run()
    assert app.number_input(key="step_round").value == 1
    assert not app.exception and said(app) == []


def test_the_last_round_has_no_next_one(open_page: Open, without_mnist: None) -> None:
    app = open_page("training", learn=STEP, step_round=str(MAX_ROUNDS))
    (again,) = (button for button in app.button if button.label == "Again")
    assert again.disabled


@pytest.mark.parametrize(
    ("lab", "query"),
    [
        (STEP, {"step_net": "wide"}),
        (STEP, {"step_size": "7"}),
        (STEP, {"step_batch": "all"}),
        (STEP, {"step_seed": "-1"}),
        (STEP, {"step_round": "41"}),
        (STEP, {"step_at": "8"}),
        (HISTORY, {"stop": "999"}),
        (HISTORY, {"stop": "start"}),
    ],
)
def test_what_cannot_be_shown_is_said(
    open_page: Open, without_mnist: None, lab: str, query: dict[str, str]
) -> None:
    app = open_page("training", learn=lab, **query)
    assert not app.exception
    (sentence,) = said(app)
    ((name, value),) = query.items()
    assert sentence.startswith(f"The address asks for {name} = {value} (must be")


# --- One training step ---------------------------------------------------------------------------


def test_the_scene_says_what_to_fetch(without_mnist: None) -> None:
    head, arrays = unbundle(step_scene(StepSettings("digits", "0.003", "16", 5, 9)))
    assert head["kind"] == "step" and arrays == {}
    assert head["last"] + 1 == len(PARTS) == len(head["words"])
    assert head["ask"] == "api/step?network=digits&rate=0.003&batch=16&seed=5&round=9&mnist=0"
    assert head["askLevels"] == "api/levels?network=digits&mnist=0"


def test_a_step_is_computed(client: TestClient, without_mnist: None) -> None:
    answer = client.get("/api/step?network=new&rate=0.003&seed=3")
    assert answer.status_code == 200
    head, arrays = unbundle(answer.content)
    assert head["round"] == 1 and head["loss_after"] < head["loss"]
    assert {*arrays} >= {"x0", "eps", "x_t", "eps_hat", "eps_hat_after", "filter", "filter_after"}
    assert all(np.isfinite(array).all() for array in arrays.values())
    again, _ = unbundle(client.get("/api/step?network=new&rate=0.003&seed=3&round=2").content)
    assert again["dots"][0] == head["dots"][0] and len(again["dots"]) == 2
    assert again["others"] == head["others_after"]


def test_a_step_that_is_far_too_large(client: TestClient, without_mnist: None) -> None:
    """The loss of the shipped network leaves all numbers within a few such steps."""
    answer = client.get(f"/api/step?network=digits&rate=0.3&seed=7&round={MAX_ROUNDS}")
    assert answer.status_code == 503
    assert answer.text.endswith("choose a smaller step size, or begin again.")


def test_levels_are_computed(client: TestClient, without_mnist: None) -> None:
    head, _ = unbundle(client.get("/api/levels?network=digits").content)
    losses = dict(zip(head["levels"], head["losses"], strict=True))
    # At t = 0 the answer in v is the noise, of which nothing can be seen.
    assert losses[0.0] == pytest.approx(1, abs=0.1)
    assert losses[0.5] < losses[1.0] < losses[0.0]


@pytest.mark.parametrize(
    "query",
    [
        "network=leap",
        "rate=1",
        "rate=fast",
        "rate=nan",
        "batch=3",
        "batch=0x10",
        "seed=-1",
        "seed=99999999999",
        "seed=x",
        "round=0",
        "round=41",
        "round=two",
    ],
)
def test_a_step_refuses_in_one_sentence(
    client: TestClient, without_mnist: None, query: str
) -> None:
    answer = client.get(f"/api/step?{query}")
    assert answer.status_code == 400
    assert answer.text.endswith(".") and "\n" not in answer.text
    assert client.get("/api/levels?network=no").status_code == 400


# --- The time machine ----------------------------------------------------------------------------


def test_the_record_leads_from_random_weights_to_the_model_that_ships() -> None:
    told = history()
    arrays, many = told.arrays, told.stops
    assert 10 <= many <= 13
    assert arrays["steps"][0] == 0 and (np.diff(arrays["steps"]) > 0).all()
    assert arrays["steps"][-1] == told.made.steps_so_far
    np.testing.assert_array_equal(arrays["examples"], arrays["steps"] * told.batch)
    assert (np.diff(arrays["seconds"]) > 0).all()
    assert arrays["samples"].shape == (many, 2, 10, 28, 28)
    assert arrays["guesses"].shape == (many, 4, 28, 28)
    assert arrays["level_loss"].shape == (many, len(arrays["levels"]))
    for name in ("samples", "guesses", "noisy", "digit"):
        assert arrays[name].dtype == np.uint8
    assert history_scene.HISTORY_SCENE.stat().st_size < 500_000


def test_the_record_shows_learning() -> None:
    arrays = history().arrays
    assert (np.diff(arrays["test_loss"]) < 0).all()
    assert arrays["frechet"][0] > 50 * arrays["frechet"][-1] > 50 * arrays["unseen"]
    # Random weights with a last layer of zeros answer nothing: the guess is what was shown, dimmed.
    shown, guessed = arrays["noisy"] / 127.5 - 1, arrays["guesses"][0] / 127.5 - 1
    inside = np.abs(shown) < 0.99
    alpha = np.cos(np.pi / 2 * arrays["times"])[:, None, None] * np.ones_like(shown)
    np.testing.assert_allclose(guessed[inside], (alpha * shown)[inside], atol=0.02)
    # The clearest of the four pictures is guessed better and better.
    wrong = np.square(arrays["guesses"][:, 0] / 255.0 - arrays["digit"] / 255.0).mean(axis=(1, 2))
    assert wrong[-1] < wrong[0] / 5


def test_every_moment_has_its_words() -> None:
    told = history()
    found = stops(told)
    assert len(found) == told.stops
    assert "random weights" in found[0]["place"]
    assert found[-1]["place"].startswith("the model that ships: 36 epochs")
    assert all(stop["place"].startswith("this run") for stop in found[:-1])
    assert all(stop["sentence"].endswith(".") for stop in found)
    assert len({stop["sentence"] for stop in found}) >= 6
    json.dumps(found, allow_nan=False)


def test_words_of_time_and_epochs() -> None:
    assert [time_of(s) for s in (0, 89, 90, 3700)] == ["0 s", "89 s", "2 min", "62 min"]
    assert [epochs_of(60_000 * e) for e in (0.053, 1.94, 36.3)] == ["0.05", "1.9", "36"]


def test_sentences_must_end_at_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [limit for limit, _ in sentences_by_loss()]
    assert limits == sorted(limits, reverse=True) and limits[-1] == 0
    for sections in ({"loss down to 0.5": "A."}, {"loss down to little": "A."}, {}):
        lesson = Lesson("lab-history", sections)
        monkeypatch.setattr("pages.shared.words.words", lambda _, lesson=lesson: lesson)
        with pytest.raises(LessonError, match="lab-history"):
            sentences_by_loss()


@pytest.mark.parametrize("name", ["lab-one-step", "lab-history"])
def test_the_words_are_there(name: str) -> None:
    text = words(name)
    for section in ("lead", "look", "takeaway", "levels v", "levels eps", "levels x0"):
        assert text[section]
