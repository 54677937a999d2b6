"""Recall: questions come back just before they would be forgotten; and the learner's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import plotly.graph_objects as go
import streamlit as st

from pages.quiz import drafts
from pages.quiz.card import Place, ask
from pages.quiz.drafts import LINE, SHOWING
from pages.quiz.marks import COUNT, marks_switch
from pages.quiz.record import bring_up, keys, log, now, record, remember, zone
from pages.shared.address import heed_address
from pages.shared.colours import ON_A_SLIDE, THEMES
from pages.shared.faults import naming_faults, usable_bank
from pages.shared.links import way_to
from pages.shared.prose import prose
from pages.shared.slides import presenting, slide
from pages.shared.words import words
from quizzes.bank import load_bank
from quizzes.days import day_of, in_words
from quizzes.export.anki import anki_csv, anki_package
from quizzes.export.chosen import these
from quizzes.log import MAX_BYTES, Log, LogError, fresh, parse
from quizzes.mastery import mastery
from quizzes.parameters import table
from quizzes.review import Card, forecast, schedule, session
from quizzes.selection import shuffled

LIMIT = 12
"""Questions in one session: about ten minutes."""
DAYS = 14
IMPORTED = "recall:imported"
"""What came of the file that was chosen: whether it was taken over, and a sentence."""
DERIVED = "recall:derived"
REVIEW = ".st-key-slide-review"
text = words("recall")
heed_address("recall", table(COUNT))


@dataclass(frozen=True)
class Derived:
    """What follows from a log: replaying thousands of attempts for each click would be felt."""

    log: Log
    zone: tzinfo
    today: int
    """It changes when a day begins, where the learner is."""
    cards: dict[str, Card]
    """Of the questions that are still in the bank."""

    @property
    def due(self) -> int:
        """How many are to be asked today."""
        return sum(card.due <= self.today for card in self.cards.values())


def _derived() -> Derived:
    today = day_of(now(), zone())
    known: Derived | None = st.session_state.get(DERIVED)
    fits = known and known.log is log() and (known.zone, known.today) == (zone(), today)
    if known is None or not fits:
        cards = schedule(log(), now(), zone(), load_bank().questions)
        st.session_state[DERIVED] = known = Derived(log(), zone(), today, cards)
    return known


def _begin() -> None:
    _keep_line(session(log(), now(), LIMIT, zone(), load_bank().questions))
    bring_up(REVIEW)


def _keep_line(line: list[str]) -> None:
    st.session_state[LINE] = line
    drafts.keep_line(line)


def _go_on(place: Place) -> None:
    place.forget()
    st.session_state.pop(SHOWING, None)
    line = [id for id in st.session_state[LINE] if f"recall-{id}" != place.key]
    _keep_line(line)
    st.session_state["recall:finished"] = not line
    bring_up(REVIEW)


def _place(id: str) -> Place:
    """Where a question is asked. How often it was answered before says how its options stand: the
    same way until it is answered, whatever the clock does, and another way the next time."""
    key = f"recall-{id}"
    showing = st.session_state.get(SHOWING)
    if showing is None or showing[0] != id:
        times = len(log().of(id))
        # The session may be new, and the answer just given: then it is shown as it was.
        given = drafts.found(Place(key, "recall", str(times - 1)).where)
        times -= given is not None and given.checked
        showing = st.session_state[SHOWING] = (id, times)
    return Place(key, "recall", str(showing[1]))


def _review() -> str:
    """The question that is due, if any. Returns what screen readers are to hear."""
    bank = usable_bank("recall")
    line = [id for id in st.session_state.get(LINE, []) if id in bank.questions]
    if not line:
        return _invite()
    question = bank.questions[line[0]]
    place = _place(question.id)
    concept = bank.concept_of(question.id)
    drawn = shuffled(question, int(place.showing))
    asked = ask(drawn, place, f"{len(line)} to go · {concept.title} · {question.difficulty}")
    if asked.done:
        st.button("Next", type="primary", on_click=_go_on, args=(place,))
    marks_switch()
    return asked.said


def _invite() -> str:
    """How many are due, and the way in."""
    derived = _derived()
    if st.session_state.pop("recall:finished", False):
        st.markdown(f":material/check_circle: {text['more' if derived.due else 'done']}")
    if not derived.cards:
        prose(text["nothing-yet"])
        return ""
    if not derived.due:
        soonest = min(card.due for card in derived.cards.values())
        prose(text.filled("nothing-due", when=in_words(soonest, derived.today)))
        return ""
    st.markdown(f"**{derived.due} due**, of {len(derived.cards)} that you have met.")
    st.button(f"Recall {min(LIMIT, derived.due)} now", type="primary", on_click=_begin)
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
    derived = _derived()
    counts = forecast(derived.cards.values(), derived.today, DAYS)
    bars = go.Bar(x=["today", *(f"+{day}" for day in range(1, DAYS))], y=counts, hoverinfo="x+y")
    bars.marker.color = THEMES[st.context.theme.type or "light"].signal
    figure = go.Figure(bars)
    figure.update_layout(
        height=220,
        margin={"l": 30, "r": 10, "t": 10, "b": 30},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"type": "category"},
        yaxis={"rangemode": "tozero", "dtick": max(1, max(counts) // 4)},
    )
    if presenting():
        figure.update_layout(**ON_A_SLIDE, margin={"l": 50, "b": 60})
    st.plotly_chart(figure, key="forecast", config={"displayModeBar": False})
    names = ["today", "tomorrow", *(f"in {day} days" for day in range(2, DAYS))]
    listed = [f"{name}: {n}" for name, n in zip(names, counts, strict=True) if n]
    if listed:
        st.caption("; ".join(listed))


def _import() -> None:
    """A record from a file, added to the one that is here, and what came of it."""
    given = st.file_uploader(
        "Import a record",
        type="json",
        key="import",
        on_change=_imported,
        max_upload_size=MAX_BYTES // 10**6,
    )
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
        new = fresh(log(), found)
    except LogError as error:
        st.session_state[IMPORTED] = (False, str(error))
        return
    remember(*new)
    added, known = len(new), len(found) - len(new)
    said = (
        f"{added} {'attempt' if added == 1 else 'attempts'} added, "
        f"{known} {'was' if known == 1 else 'were'} here already."
    )
    st.session_state[IMPORTED] = (True, said)


def _take_along() -> None:
    """Cards for Anki."""
    prose(text["anki"])
    bank = load_bank()
    tried = {event.question for event in log()}
    met = [q for q in bank.questions if q in tried]
    which = st.radio("Which questions", ["all", "those I have met"], horizontal=True, key="which-q")
    chosen = these(bank, met if which != "all" else bank.questions)
    if which != "all" and not met:
        st.caption("You have not met any yet.")
        return
    with st.container(horizontal=True):
        st.download_button(
            "Anki package (.apkg)",
            lambda: anki_package(chosen),
            "through-the-fog.apkg",
            on_click="ignore",
        )
        st.download_button(
            "Text (.csv), once Anki has the package",
            lambda: anki_csv(chosen),
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
