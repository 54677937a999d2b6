"""What addresses are declared to say (quizzes/addresses.py), the pages do."""

from __future__ import annotations

import pytest

from diffusion_core.data.embedded import RECORDED
from diffusion_core.errors import RequestError
from diffusion_core.measure.frontier import load_frontier
from diffusion_core.request import LEAP_STEPS, SAMPLER_NAMES, Request
from diffusion_core.schedule import COSINE, LinearBetaSchedule
from pages.lesson.claims import CLAIMS, claim_of
from pages.lesson.frontier_chart import name_of
from pages.lesson.scenes import HALF
from pages.shared.modes import mode_of
from pages.stage.forward import ForwardSettings
from pages.stage.reverse import ReverseSettings, settings_of_address
from quizzes.addresses import (
    CLAIM,
    DIGIT,
    FIRST,
    FORKS,
    GUIDED,
    LEAPS,
    MOMENT,
    PAGES,
    SAMPLERS,
    SCHEDULES,
    SEED,
    START,
    STEP,
    WAY,
    WHICH,
    Branches,
    Measured,
    T,
    Written,
)
from quizzes.parameters import Choice, Number, Parameter, Switch, Whole
from tests.pages.conftest import Open

IN_THE_BROWSER = {T.name, STEP.name, MOMENT.name, FORKS.name, *GUIDED}
"""What the clock and the guided lesson write, and no widget of Streamlit's."""


def texts(parameter: Parameter) -> list[str]:
    """What it may be: its ends, or all of its names."""
    match parameter:
        case Whole(name=WHICH.name):
            return ["1", "2"]  # how many there are depends on the machine
        case Whole(name=T.name):
            return ["0", "100"]  # the shortest schedule has no more
        case Whole() | Number():
            return [f"{parameter.low:g}", f"{parameter.high:.10g}"]
        case Choice():
            return [*parameter.names.values()]
        case Switch():
            return ["true", "false"]
        case Branches():
            return ["8d5", "0dxg0.5n7", "3d8g5n42_9n7,12n2147483647"]
        case Measured():
            return [name_of(point) for point in load_frontier().points][::7]
        case Written():
            return ["aZ-_" * 65 + "09"] if parameter.name == "mine" else ["mix2", "mix2.one1"]
    raise AssertionError(parameter)


def written(value: object) -> str:
    """As an address has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("page", [page for page, known in PAGES.items() if known])
def test_a_page_takes_what_it_is_declared_to_take(open_page: Open, page: str) -> None:
    values = {name: texts(parameter) for name, parameter in PAGES[page].items()}
    seen = set()
    for number in range(max(map(len, values.values()))):
        query = {name: known[number % len(known)] for name, known in values.items()}
        app = open_page(page.replace("-", "_"), **query)
        assert not app.exception and [warning.value for warning in app.warning] == []
        on_screen = {name for name in query if name in app.session_state}
        assert {name: written(app.session_state[name]) for name in on_screen} == {
            name: query[name] for name in on_screen
        }
        seen |= on_screen
    assert seen == {*values} - IN_THE_BROWSER


def test_what_is_declared_is_what_there_is() -> None:
    assert all(mode_of(page) for page in PAGES)
    assert {*SAMPLERS} == {*SAMPLER_NAMES}
    assert tuple(LEAPS) == LEAP_STEPS
    assert MOMENT.high == 2 * HALF
    # Or else what everybody sees first would have to wait for the model.
    assert (DIGIT.usual, WHICH.usual, SEED.usual) == RECORDED
    assert {claim_of(slug).title for slug in CLAIMS} == {*CLAIM.names}
    for point in load_frontier().points:
        assert WAY.wanted(name_of(point)) is None
    for schedule in SCHEDULES:
        made = ForwardSettings(schedule=schedule)
        linear = LinearBetaSchedule(made.steps)
        assert made.make_schedule() == (COSINE if schedule == "cosine" else linear)


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("seed", START.high),
        ("steps", FIRST.steps.high),
        ("guidance", FIRST.guidance.high),
    ],
)
def test_addresses_reach_as_far_as_the_model_does(field: str, most: float) -> None:
    Request((3,), **{field: most})
    with pytest.raises(RequestError):
        Request((3,), **{field: most + 1})


def test_a_link_of_long_ago_still_says_what_it_said() -> None:
    query = (
        "draw=all ten&start=4&n=2&compare=true&sampler=DDIM&steps=50&guidance=0.5"
        "&sampler2=leaps (distilled)&leaps2=four leaps&step=60"
    )
    lanes, step = settings_of_address(dict(pair.split("=") for pair in query.split("&")))
    assert lanes == [
        ReverseSettings("all", 4, "ddim", 50, 0.5, 2),
        ReverseSettings("all", 4, "leap", 4, 1.0, 2),
    ]
    assert step == 50
    old = "digit=surprise&seed=3&sampler=heun&steps=9&guidance=2.5&n=3&origin=3.2&until=400"
    settings = ReverseSettings.parse(dict(pair.split("=") for pair in old.split("&")))
    assert settings == ReverseSettings("surprise", 3, "heun", 9, 2.5, 3, "3.2", 400)
    assert settings.address == f"api/sample?{old}"
