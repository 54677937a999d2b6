"""What a question may show is what the pages can show: the same names, the same ends."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from pages.stage.forward import settings_of_address
from quizzes.bank import load_bank
from quizzes.schema import Show
from quizzes.show_states import address, complaint


def shown(page: str, **query: str | int | float) -> Show:
    return Show(page=page, query=query, look="Look.")


@pytest.mark.parametrize(
    "show",
    [
        shown("overview"),
        shown("forward", digit=0, which=1, seed=0, schedule="linear 100", t=100, chain="true"),
        shown("reverse", draw=3, start=7, n=16, sampler="DDIM", steps=1000, guidance=1.5, step=9),
        shown("reverse", compare="true", sampler2="leaps (distilled)", leaps2="two leaps"),
        shown("confusions", claim="They recover the original picture", until=950),
        shown("analogy", moment=400),
    ],
)
def test_what_can_be_shown(show: Show) -> None:
    assert complaint(show) is None


@pytest.mark.parametrize(
    ("show", "said"),
    [
        (shown("nowhere"), "there is no page 'nowhere'"),
        (shown("overview", t=3), "it understands none"),
        (shown("forward", step=3), "has no setting 'step'"),
        (shown("forward", t=-1), "a whole number from 0 to 1000"),
        (shown("forward", t=0.5), "a whole number"),
        (shown("forward", schedule="linear 100", t=101), "at most 100"),
        (shown("forward", schedule="cosinus"), "one of cosine"),
        (shown("forward", chain=True), "one of true"),
        (shown("reverse", sampler="Euler"), "one of DPM"),
        (shown("reverse", guidance=5.1), "a number from 0 to 5"),
        (shown("reverse", guidance="nan"), "a number from 0 to 5"),
        (shown("reverse", steps2=5), "beside compare"),
        (shown("reverse", leaps="one leap"), "only with sampler"),
        (shown("reverse", sampler="leaps (distilled)", steps=4), "say leaps"),
        (shown("confusions", claim="They dream"), "one of They only add noise"),
        (shown("confusions", until=100), "belongs to the claim"),
        (shown("confusions", claim="They recover the original picture", until=75), "steps of 50"),
        (shown("frontier", way="DDIM"), "a way of drawing"),
        (shown("analogy", moment=401), "from 0 to 400"),
    ],
)
def test_what_cannot(show: Show, said: str) -> None:
    assert said in (complaint(show) or "")


def test_an_address_says_it_all() -> None:
    parts = urlsplit(address(shown("reverse", draw="surprise me", guidance=1.5)))
    assert parts.path == "/reverse"
    assert parse_qs(parts.query) == {"draw": ["surprise me"], "guidance": ["1.5"]}
    assert address(shown("why")) == "/why"


def test_what_the_bank_shows_on_the_forward_page_is_there() -> None:
    for question in load_bank().questions.values():
        if question.show.page == "forward":
            settings_of_address({name: str(value) for name, value in question.show.query.items()})
