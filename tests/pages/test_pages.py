"""Every page runs, with and without MNIST, and says what is wrong in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from pages.components.forward_scene import ForwardSettings, forward_scene
from pages.components.reverse_scene import ReverseSettings, reverse_scene
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle


def problems(app: Any) -> list[str]:
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("page", ["home", "forward", "reverse"])
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
        ("forward", {"t": "640", "schedule": "linear, T = 100"}, "t = 640"),
        ("forward", {"digit": "4", "which": "13"}, "which = 13"),
        ("reverse", {"t": "21"}, "t = 21"),
        ("reverse", {"steps": "0"}, "steps = 0"),
        ("reverse", {"guidance": "nan"}, "guidance = nan"),
        ("reverse", {"draw": "eleven"}, "draw = eleven"),
        ("reverse", {"n": "17"}, "n = 17"),
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


def test_generate_takes_the_settings_and_says_when_they_have_changed(
    open_page: Open, without_mnist: None
) -> None:
    app = open_page("reverse")
    app.number_input(key="steps").set_value(33).run()
    assert any("settings have changed" in caption.value for caption in app.caption)
    app.button[-1].click().run()
    assert not any("settings have changed" in caption.value for caption in app.caption)
    assert app.session_state["reverse:shown"][0].steps == 33
    assert app.session_state["reverse:run"] == 1


def test_default_forward_scene_brings_the_models_answers_along(without_mnist: None) -> None:
    head, arrays = unbundle(forward_scene(ForwardSettings(), None))
    assert head["autoplay"] and head["levels"] == 101
    assert arrays["x0_hat"].size == arrays["eps_hat"].size == 101 * 784
    other, others = unbundle(forward_scene(ForwardSettings(seed=8), 70))
    assert other["index"] == 70 and not other["autoplay"] and "x0_hat" not in others


def test_forward_scene_agrees_with_the_schedule(without_mnist: None) -> None:
    settings = ForwardSettings(schedule="linear-300")
    head, arrays = unbundle(forward_scene(settings, None))
    assert head["last"] == 300 and len(arrays["alpha"]) == 301
    assert arrays["alpha"] ** 2 + arrays["sigma"] ** 2 == pytest.approx(1, abs=1e-6)
    assert arrays["alpha"][-1] == pytest.approx(settings.amount_left, abs=1e-6)


def test_default_reverse_scene_is_the_recording_of_its_own_settings() -> None:
    import json

    head, arrays = unbundle(reverse_scene([ReverseSettings()], 0, None, recorded=True))
    described = json.loads(arrays["recording"].tobytes().split(b"\n", 1)[0])
    request = ReverseSettings().request()
    assert tuple(described["request"]["labels"]) == request.labels
    for name in ("sampler", "steps", "guidance", "seed"):
        assert described["request"][name] == getattr(request, name)
    assert described["frames"] == head["lanes"][0]["frames"] == 21


def test_long_rows_of_long_runs_are_thinned_to_the_budget() -> None:
    settings = ReverseSettings(steps=1000, n=16)
    assert settings.every > 1
    assert settings.frames * 16 * 3 * 784 < 6_100_000
