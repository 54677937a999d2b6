"""Which states of the app a question may show: those that the addresses of its pages can say, and
in which all of what they say is seen."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from quizzes.addresses import (
    CLAIM,
    COMPARE,
    PAGES,
    RECIPES,
    RECOVER,
    SCHEDULE,
    UNTIL,
    Recipe,
    T,
    steps_of,
)
from quizzes.schema import Show


def complaint(show: Show) -> str | None:
    """What is wrong with a state, in half a sentence; None if the app can show it."""
    if show.page not in PAGES:
        return f"there is no page {show.page!r} to show: choose one of {', '.join(PAGES)}"
    known = PAGES[show.page]
    for name, value in show.query.items():
        if name not in known:
            understood = f"it understands {', '.join(known)}" if known else "it understands none"
            return f"the page {show.page} has no setting {name!r}: {understood}"
        wanted = known[name].wanted(str(value))
        if wanted is not None:
            return f"{name} = {value} cannot be shown: it must be {wanted}"
    return _does_not_fit({name: str(value) for name, value in show.query.items()})


def _does_not_fit(query: dict[str, str]) -> str | None:
    """Settings that are fine by themselves, but not together."""
    longest = steps_of(SCHEDULE.of(query))
    if T.of(query) > longest:
        return f"t = {query['t']} is beyond the end of the schedule: it must be at most {longest}"
    if UNTIL.name in query:
        if query.get(CLAIM.name) != RECOVER:
            return f"until belongs to the claim “{RECOVER}” alone"
        if UNTIL.of(query) % UNTIL.by:
            ends = f"from {UNTIL.low} to {UNTIL.high} in steps of {UNTIL.by}"
            return f"until = {query['until']} cannot be shown: it must be {ends}"
    if not COMPARE.of(query):
        of_the_second = [name for name in query if name.endswith("2")]
        if of_the_second:
            return f'{of_the_second[0]} is shown only beside compare: "true"'
    return next((said for way in RECIPES if (said := _no_recipe(way, query))), None)


def _no_recipe(way: Recipe, query: dict[str, str]) -> str | None:
    leaping = way.sampler.of(query) == "leap"
    leaps = way.sampler.names["leap"]
    if way.leaps.name in query and not leaping:
        return f"{way.leaps.name} is shown only with {way.sampler.name}: {leaps}"
    if leaping and way.steps.name in query:
        return f"{way.steps.name} means nothing to {leaps}: say {way.leaps.name}"
    return None


def address(show: Show) -> str:
    """Where the app shows it, such as /forward?t=500."""
    query = urlencode({name: str(value) for name, value in show.query.items()}, quote_via=quote)
    return f"/{show.page}{'?' + query if query else ''}"
