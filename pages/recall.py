"""Recall: questions come back just before they would be forgotten; and the learner's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import plotly.graph_objects as go
import streamlit as st

from pages.components.faults import naming_faults, usable_bank
from pages.components.links import way_to
from pages.components.prose import prose
from pages.components.quiz_card import Place, ask, verdict_of
from pages.components.record import keys, log, now, record, remember
from pages.components.slides import slide
from pages.components.words import words
from quizzes.bank import load_bank
from quizzes.export import anki_csv, anki_package
from quizzes.log import MAX_BYTES, Log, LogError, parse
from quizzes.mastery import mastery
from quizzes.review import Card, forecast, schedule, session
from quizzes.selection import shuffled

LIMIT = 12
"""Questions in one session: about ten minutes."""
DAYS = 14
LINE = "recall:line"
"""The questions of the session that are still to come."""
IMPORTED = "recall:imported"
"""What came of the file that was chosen: whether it was taken over, and a sentence."""
DERIVED = "recall:derived"
FRESH = 60_000
"""Milliseconds: what follows from the log changes by time as well, but slowly."""
text = words("recall")


@dataclass(frozen=True)
class Derived:
    """What follows from a log: replaying thousands of attempts for each click would be felt."""

    log: Log
    time: int
    cards: dict[str, Card]
    """Of the questions that are still in the bank."""
    coming: list[int]
    """How many fall due on each of the coming days."""


def _derived() -> Derived:
    bank, time = load_bank(), now()
    known: Derived | None = st.session_state.get(DERIVED)
    if known is None or known.log is not log() or not 0 <= time - known.time < FRESH:
        cards = {q: card for q, card in schedule(log(), time).items() if q in bank.questions}
        coming = forecast(log(), time, DAYS, bank.questions)
        st.session_state[DERIVED] = known = Derived(log(), time, cards, coming)
    return known


def _begin() -> None:
    st.session_state[LINE] = session(log(), now(), LIMIT, load_bank().questions)


def _go_on(place: Place) -> None:
    place.forget()
    line = [id for id in st.session_state[LINE] if f"recall-{id}" != place.key]
    st.session_state[LINE] = line
    st.session_state["recall:finished"] = not line


def _review() -> str:
    """The question that is due, if any. Returns what screen readers are to hear."""
    bank = usable_bank("recall")
    line = [id for id in st.session_state.get(LINE, []) if id in bank.questions]
    if not line:
        return _invite()
    question = bank.questions[line[0]]
    place = Place(f"recall-{question.id}", "recall")
    concept = bank.concept_of(question.id)
    drawn = shuffled(question, now() // 86_400_000)
    graded = ask(drawn, place, f"{len(line)} to go · {concept.title} · {question.difficulty}")
    if graded:
        st.button("Next", type="primary", on_click=_go_on, args=(place,))
    return verdict_of(graded) if graded else ""


def _invite() -> str:
    """How many are due, and the way in."""
    cards = _derived().cards
    if st.session_state.pop("recall:finished", False):
        st.markdown(f":material/check_circle: {text['done']}")
    if not cards:
        prose(text["nothing-yet"])
        return ""
    waiting = [card for card in cards.values() if card.due <= now()]
    if not waiting:
        soonest = datetime.fromtimestamp(min(c.due for c in cards.values()) / 1000, UTC)
        prose(text.filled("nothing-due", when=soonest.strftime("%-d %B, %H:%M UTC")))
        return ""
    count = min(LIMIT, len(waiting))
    st.markdown(f"**{len(waiting)} due**, of {len(cards)} that you have met.")
    st.button(f"Recall {count} now", type="primary", on_click=_begin)
    return ""


def _map() -> None:
    """The ideas in the order in which they build on each other, and how far each is mastered."""
    bank = load_bank()
    levels = mastery(bank, log())
    cells = []
    for number, concept in enumerate(bank.concepts, 1):
        found = levels[concept.concept]
        share = found.level if found else 0.0
        said = f"{share:.0%} after {found.attempts}" if found else "not tried yet"
        cells.append(
            f'<li><span class="fog-name">{number}. {concept.title}</span>'
            f'<span class="fog-track"><span style="width:{share:.0%}"></span></span>'
            f'<span class="fog-said">{said}</span></li>'
        )
    st.html(f'<ol class="fog-map">{"".join(cells)}</ol>')
    weakest = [
        (found.level, concept)
        for concept in bank.concepts
        if (found := levels[concept.concept]) and found.level < 0.6
    ]
    if weakest:
        concept = min(weakest, key=lambda pair: pair[0])[1]
        way_to(concept.page, f"Worth another look: {concept.title}")


def _forecast() -> None:
    """How many come back on each of the coming days."""
    counts = _derived().coming
    figure = go.Figure(
        go.Bar(x=["today", *(f"+{day}" for day in range(1, DAYS))], y=counts, hoverinfo="x+y")
    )
    figure.update_layout(
        height=220,
        margin={"l": 30, "r": 10, "t": 10, "b": 30},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"type": "category"},
        yaxis={"rangemode": "tozero", "dtick": max(1, max(counts) // 4)},
    )
    st.plotly_chart(figure, key="forecast", config={"displayModeBar": False})
    listed = [f"in {day} days: {n}" for day, n in enumerate(counts) if n and day]
    if listed:
        st.caption("; ".join(listed))


def _import() -> None:
    """A record from a file, added to the one that is here, and what came of it."""
    given = st.file_uploader("Import a record", type="json", key="import", on_change=_imported)
    good, sentence = st.session_state.get(IMPORTED, (True, ""))
    if given and sentence:
        (st.success if good else st.warning)(sentence)


def _imported() -> None:
    """Take over the file; before the page runs, which then shows what follows from it."""
    given = st.session_state.get("import")
    st.session_state.pop(IMPORTED, None)
    if given is None:
        return
    try:
        if given.size > MAX_BYTES:
            raise LogError("This file is larger than any record: choose the one exported here.")
        found = parse(given.getvalue().decode("utf-8", "replace"))
    except LogError as error:
        st.session_state[IMPORTED] = (False, str(error))
        return
    before = len(log())
    remember(*found)
    added = len(log()) - before
    said = f"{added} attempts added, {len(found) - added} were here already."
    st.session_state[IMPORTED] = (True, said)


def _take_along() -> None:
    """Cards for Anki."""
    prose(text["anki"])
    bank = load_bank()
    tried = {event.question for event in log()}
    met = [q for q in bank.questions if q in tried]
    which = st.radio("Which questions", ["all", "those I have met"], horizontal=True, key="which-q")
    ids = met if which != "all" else None
    if which != "all" and not met:
        st.caption("You have not met any yet.")
        return
    with st.container(horizontal=True):
        st.download_button(
            "Anki package (.apkg)",
            lambda: anki_package(bank, ids),
            "through-the-fog.apkg",
            on_click="ignore",
        )
        st.download_button(
            "Text for Anki (.csv)",
            lambda: anki_csv(bank, ids),
            "through-the-fog.csv",
            on_click="ignore",
        )


@st.fragment
def recall() -> None:
    """Everything that an answer changes."""
    said = ""
    with naming_faults("recall"):
        with slide("review"):
            said = _review()
        with slide("map"):
            prose(text["map"])
            _map()
        with slide("forecast"):
            prose(text["forecast"])
            _forecast()
        with slide("anki"):
            _take_along()
    with slide("record"):
        prose(text["record"])
        _import()
        record("recall", panel=True)
    keys(said)


with slide("title"):
    st.title("Recall", anchor=False)
    prose(text["lead"])
recall()
