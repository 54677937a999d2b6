"""Every page runs, with and without MNIST, and says what is wrong in one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diffusion_core.data.embedded import HOME_SCENE
from diffusion_core.errors import RequestError
from pages.stage import seed_in
from pages.stage.forward import ForwardSettings, forward_scene
from pages.stage.reverse import (
    HOME_RUN,
    STAGE,
    ReverseSettings,
    recorded_scene,
    reverse_scene,
)
from quizzes.addresses import START
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle


def problems(app: Any) -> list[str]:
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("page", ["home", "forward", "reverse", "frontier"])
def test_runs_without_mnist(open_page: Open, without_mnist: None, page: str) -> None:
    app = open_page(page)
    assert not app.exception and problems(app) == []
    assert app.title[0].value


def test_forward_says_where_the_digits_come_from(open_page: Open, without_mnist: None) -> None:
    captions = " ".join(caption.value for caption in open_page("forward").caption)
    assert "drawn by our model" in captions and "MNIST is not" in captions


@pytest.mark.parametrize(
    ("page", "query", "said"),
    [
        ("forward", {"digit": "10"}, "digit = 10"),
        ("forward", {"seed": "-3"}, "seed = -3"),
        ("forward", {"schedule": "quadratic"}, "schedule = quadratic"),
        ("forward", {"t": "1e9"}, "t = 1e9"),
        ("forward", {"t": "640", "schedule": "linear 100"}, "t = 640"),
        ("forward", {"digit": "4", "which": "13"}, "which = 13"),
        ("reverse", {"step": "21"}, "step = 21"),
        ("reverse", {"steps": "0"}, "steps = 0"),
        ("reverse", {"guidance": "nan"}, "guidance = nan"),
        ("reverse", {"draw": "eleven"}, "draw = eleven"),
        ("reverse", {"n": "17"}, "n = 17"),
        ("reverse", {"leaps": "three"}, "leaps = three"),
        ("frontier", {"way": "by magic"}, "way = by magic"),
        ("frontier", {"cost": "gold"}, "cost = gold"),
    ],
)
def test_unusable_address(
    open_page: Open, without_mnist: None, page: str, query: dict[str, str], said: str
) -> None:
    app = open_page(page, **query)
    assert not app.exception
    (sentence,) = problems(app)
    assert said in sentence and "must be" in sentence and "Traceback" not in sentence


def test_which_one_follows_the_number_of_pictures_there_are(
    open_page: Open, without_mnist: None
) -> None:
    app = open_page("forward")
    app.number_input(key="which").set_value(12).run()
    assert not app.exception and app.number_input(key="which").value == 12


@pytest.mark.parametrize("locked", [False, True])
def test_what_is_locked_cannot_be_run_from_another_seed(
    open_page: Open, without_mnist: None, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr("pages.stage._buttons", lambda **given: told.update(given))
    open_page("reverse", **({"controls": "lock"} if locked else {}))
    assert (told["data"]["stage"], told["data"]["locked"]) == (STAGE, locked)


@pytest.mark.parametrize("seed", [-1, 2**40, 7.5, "7", True, None])
def test_a_seed_that_no_field_could_have_is_not_believed(seed: object) -> None:
    assert seed_in({"seed": seed}, START) is None
    assert seed_in({"seed": 1234}, START) == 1234


def test_second_setting_has_controls_of_its_own(open_page: Open, without_mnist: None) -> None:
    app = open_page("reverse", compare="true")
    assert app.number_input(key="steps2").value == 5 and app.number_input(key="steps").value == 20
    assert app.selectbox(key="sampler2").label == "Second sampler"


def test_complaint_goes_away_with_the_next_action(open_page: Open, without_mnist: None) -> None:
    app = open_page("forward", digit="10", seed="x")
    (sentence,) = problems(app)
    assert "digit = 10" in sentence and "seed = x" in sentence
    app.number_input(key="seed").set_value(3).run()
    assert problems(app) == []


def test_random_digit_and_redraw_stay_within_what_there_is(
    open_page: Open, without_mnist: None
) -> None:
    app = open_page("forward")
    for _ in range(5):
        for name in ("Random digit", "Redraw the noise"):
            next(button for button in app.button if button.label == name).click().run()
            assert not app.exception and problems(app) == []


def test_default_forward_scene_brings_the_models_answers_along(without_mnist: None) -> None:
    head, arrays = unbundle(forward_scene(ForwardSettings()))
    assert head["levels"] == 101
    assert arrays["x0_hat"].size == arrays["eps_hat"].size == 101 * 784
    _, others = unbundle(forward_scene(ForwardSettings(seed=8)))
    assert "x0_hat" not in others


def test_forward_scene_agrees_with_the_schedule(without_mnist: None) -> None:
    settings = ForwardSettings(schedule="linear-300")
    head, arrays = unbundle(forward_scene(settings))
    assert head["last"] == 300 and len(arrays["alpha"]) == 301
    assert arrays["alpha"] ** 2 + arrays["sigma"] ** 2 == pytest.approx(1, abs=1e-6)
    assert arrays["alpha"][-1] == pytest.approx(settings.amount_left, abs=1e-6)


@pytest.mark.parametrize(
    ("scene", "settings"),
    [
        (reverse_scene([ReverseSettings()]), ReverseSettings()),
        (recorded_scene(HOME_SCENE, HOME_RUN, "home"), HOME_RUN),
    ],
    ids=["reverse", "home"],
)
def test_recordings_are_of_the_settings_they_are_shown_with(
    scene: bytes, settings: ReverseSettings
) -> None:
    head, arrays = unbundle(scene)
    described = json.loads(arrays["recording"].tobytes().split(b"\n", 1)[0])
    request = settings.request()
    assert tuple(described["request"]["labels"]) == request.labels
    for name in ("sampler", "steps", "guidance", "seed"):
        assert described["request"][name] == getattr(request, name)
    assert described["frames"] == head["lanes"][0]["frames"] == settings.steps + 1


def test_recording_gives_way_to_the_model() -> None:
    for lanes, stage in (([ReverseSettings()], "predict"), ([ReverseSettings(seed=8)], STAGE)):
        assert "recording" not in unbundle(reverse_scene(lanes, stage))[1]


def test_leaps_leave_guidance_to_the_distilled_model() -> None:
    settings = ReverseSettings(sampler="leap", steps=2, guidance=1.5)
    assert settings.request().guidance == 1 and "two leaps" in settings.caption
    with pytest.raises(RequestError, match="1, 2 or 4"):
        ReverseSettings(sampler="leap", steps=20)


def test_leaps_are_described_in_words_of_their_own_and_a_pair_by_its_first() -> None:
    leap, walk = ReverseSettings(sampler="leap", steps=2), ReverseSettings()

    def said(lanes: list[ReverseSettings], sigma: float) -> str:
        scene = unbundle(reverse_scene(lanes))[0]
        return next(str(text) for limit, text in scene["words"] if sigma <= limit)

    assert "guesses a finished digit at once" in said([leap], 1.0)
    assert "The guess is still vague" in said([walk], 1.0)
    assert said([walk, leap], 1.0) == f"First setting: {said([walk], 1.0)}"
    assert said([leap, walk], 0.7) == f"First setting: {said([leap], 0.7)}"


def test_surprise_is_decided_by_the_seed() -> None:
    labels = ReverseSettings(digit="surprise", seed=3, n=16).labels
    assert labels == ReverseSettings(digit="surprise", seed=3, n=16).labels
    assert labels[:4] == ReverseSettings(digit="surprise", seed=3, n=4).labels
    assert len(set(labels)) > 3 and set(labels) <= set(range(10))


def test_long_rows_of_long_runs_are_thinned_to_the_budget() -> None:
    settings = ReverseSettings(steps=1000, n=16)
    assert settings.every > 1
    assert settings.frames * 16 * 3 * 784 < 6_100_000
