"""The lab “Is it copying?” without a browser."""

from __future__ import annotations

import pytest

from pages.labs.copying.scene import CopySettings, IdealLane, copying_scene
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle

LAB = {"use": "Is it copying?"}


def said(app: object) -> str:
    return " ".join(str(element.value) for element in app.markdown)  # type: ignore[attr-defined]


def test_without_mnist_the_lab_says_what_it_compares_with(
    open_page: Open, without_mnist: None
) -> None:
    app = open_page("applications", **LAB)
    assert not app.exception
    assert "not on this machine" in said(app) and "60,000" not in said(app)


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"copy": "12"}, "copy = 12"),
        ({"copy_n": "0"}, "copy_n = 0"),
        ({"copy_seed": "x"}, "seed = x"),
    ],
)
def test_what_of_the_address_is_unusable_is_said(
    open_page: Open, query: dict[str, str], complaint: str
) -> None:
    app = open_page("applications", **LAB, **query)
    assert not app.exception
    assert any(complaint in warning.value for warning in app.warning)


def test_both_lanes_start_from_the_same_noise_and_only_one_is_guided() -> None:
    settings = CopySettings("6", seed=5, guidance=3.0, n=2)
    drawn, ideal = settings.drawn().request(), IdealLane(settings).job().request
    assert (drawn.labels, drawn.seed, drawn.sampler) == (ideal.labels, ideal.seed, ideal.sampler)
    assert (drawn.guidance, ideal.guidance) == (3.0, 1.0)
    head, _ = unbundle(copying_scene(settings))
    assert [lane["frames"] for lane in head["lanes"]] == [21, 21]
    assert "guidance=3" in head["nearest"] and "seed=5" in head["nearest"]
