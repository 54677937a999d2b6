"""A test: ten questions drawn by a seed, answers that can be changed until they are handed in. A
gentle one has easy questions only, without code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from pages.quiz.attempt import SURE, Attempt
from pages.quiz.card import Place, ask, choose, explain, how_sure, verdict_and_options
from pages.quiz.marks import counting, marks_switch
from pages.quiz.record import bring_up, log, now, remember
from pages.shared.address import asked_for
from pages.shared.faults import usable_bank
from pages.shared.links import way_to
from pages.shared.slides import apart
from quizzes.bank import load_bank
from quizzes.grading import grade
from quizzes.log import event
from quizzes.parameters import Whole, one_of
from quizzes.selection import Drawn, gentle, select
from quizzes.verdict import Tally, Verdict, verdict

TEST = Whole("test", 0, 1_000_000)
FEEDBACK = one_of("feedback", ["end", "each"])


VERDICT = ".st-key-card-verdict"
ANY_CARD = '[class*="st-key-ask-test-"]'
"""The first question, of whichever test."""


def test(text: dict[str, str], easy: bool) -> str:
    """The test that the address names, or a new one. Returns what screen readers are to hear."""
    seed = asked_for(TEST)
    if not seed.isdecimal():
        seed = str(secrets.randbelow(TEST.high))
        st.query_params["test"] = seed
    # The number, however it is written: what was answered is kept under it.
    seed = str(int(seed))
    bank = usable_bank("questions")
    drawn = gentle(bank, int(seed)) if easy else select(bank, log(), int(seed))
    state = f"test-gentle-{seed}" if easy else f"test-{seed}"
    places = [Place(f"{state}-{number}", "test", tries=1) for number in range(1, len(drawn) + 1)]
    for place, one in zip(places, drawn, strict=True):
        place.restore(one)
    results = [attempt for place in places if (attempt := place.attempt)]
    seen = f"{state}:seen"
    if len(results) == len(drawn) and st.session_state.get(seen, len(drawn)) == len(drawn):
        said = _report(drawn, results, text)
        with st.container(horizontal=True):
            st.button("Another test", type="primary", on_click=_another)
            # Its number brings this test back, and so does a link that a whole class is given.
            st.button("This test again", on_click=_again, args=(places, state))
        return said
    with st.container(horizontal=True):
        each = st.toggle(
            text["test-each"],
            value=st.query_params.get("feedback") == "each",
            key=f"{state}-each",
            # What was answered with feedback is on record, and cannot be answered again.
            disabled=bool(results),
        )
        marks_switch()
    st.query_params["feedback"] = "each" if each else "end"
    if each:
        return _one_by_one(drawn, places, len(results), seen)
    for number, (one, place) in enumerate(zip(drawn, places, strict=True), 1):
        with apart(f"test-{number}"), st.container(border=True, key=f"ask-{state}-{number}"):
            st.caption(f"Question {number} of {len(drawn)} · {one.question.difficulty}")
            st.markdown(one.question.stem)
            choose(one, place.chosen_key(one.question))
            how_sure(place.sure_key(one.question))
        place.keep(one)
    st.button("Hand in", type="primary", on_click=_hand_in, args=(drawn, places, state))
    missing = st.session_state.pop(f"{state}:open", 0)
    if not missing:
        return ""
    are, them = ("is", "it") if missing == 1 else ("are", "them")
    open_ones = f"{missing} of {len(drawn)} {are} still open."
    st.warning(f"{open_ones} Answer {them}, or hand in again to leave {them} so.")
    return open_ones


def _hand_in(drawn: list[Drawn], places: list[Place], state: str) -> None:
    """Grade all answers; the first time, only if none is missing."""
    answers = [place.response(one) for place, one in zip(places, drawn, strict=True)]
    missing = sum(answer.chosen is None for answer in answers)
    if missing and not st.session_state.get(f"{state}:warned"):
        st.session_state[f"{state}:warned"] = True
        st.session_state[f"{state}:open"] = missing
        return
    results = [grade(one.question, each) for one, each in zip(drawn, answers, strict=True)]
    st.session_state[f"{state}:seen"] = len(drawn)
    for place, one, graded in zip(places, drawn, results, strict=True):
        place.keep_attempt(Attempt(graded, counting()))
        place.keep(one)
    remember(*(event(graded, "test", now()) for graded in results))
    bring_up(VERDICT)


def _one_by_one(drawn: list[Drawn], places: list[Place], checked: int, seen: str) -> str:
    """Feedback after each question. What was checked last is shown until the reader goes on."""
    number = st.session_state.get(seen)
    if number is None:
        begun = checked < len(drawn) and places[checked].response(drawn[checked]).chosen is not None
        number = checked if begun else max(0, checked - 1)
    one, place = drawn[number], places[number]
    asked = ask(one, place, f"Question {number + 1} of {len(drawn)} · {one.question.difficulty}")
    if asked.done:
        last = number + 1 == len(drawn)
        label = "To the result" if last else "Next question"
        to = VERDICT if last else ANY_CARD
        st.button(label, type="primary", on_click=_go_on, args=(seen, number + 1, to))
    return asked.said


def _go_on(seen: str, number: int, to: str) -> None:
    st.session_state[seen] = number
    bring_up(to)


def _another() -> None:
    st.query_params["test"] = str(secrets.randbelow(TEST.high))
    bring_up(ANY_CARD)


def _again(places: list[Place], state: str) -> None:
    for place in places:
        place.forget()
    for name in ("seen", "warned"):
        st.session_state.pop(f"{state}:{name}", None)
    bring_up(ANY_CARD)


def _share(tally: Tally) -> str:
    return f"{tally.right} of {tally.asked}"


def _report(drawn: list[Drawn], results: list[Attempt], text: dict[str, str]) -> str:
    """The verdict, and what to do about it."""
    bank = load_bank()
    found = verdict(bank, [attempt.first for attempt in results])
    said = f"{_share(found.total)} right: {found.level}."
    asked = any(attempt.asked for attempt in results)
    with st.container(border=True, key="card-verdict"):
        st.header(found.level.capitalize(), anchor=False)
        marks = f", {found.mark:.3g} of {found.best:g} marks".replace("-", "−") if asked else ""
        st.markdown(f"**{_share(found.total)}** right{marks}.")
        _tables(found, {c.concept: c.title for c in bank.concepts}, asked)
        if found.confident_errors:
            st.markdown(text["confident"])
        for concept in found.go_to:
            way_to(concept.page, f"{concept.title}: {{page}}")
    for number, (one, attempt) in enumerate(zip(drawn, results, strict=True), 1):
        certain = attempt.first.confident_error
        mark = ":green[✓]" if attempt.first.right else ":red[✗]"
        sure = " · certain" if certain else ""
        with st.expander(f"{mark} Question {number}{sure}", expanded=certain):
            st.markdown(one.question.stem)
            verdict_and_options(one, attempt, f"result-{number}")
            explain(one, f"result-{number}", with_stage=certain)
    return said


def _tables(found: Verdict, titles: dict[str, str], asked: bool) -> None:
    """asked: whether how sure one was is known."""
    tables: list[tuple[str, Mapping[str, Tally]]] = [
        ("By idea", {titles[name]: tally for name, tally in found.by_concept.items()})
    ]
    levels = {str(word): tally for word, tally in found.by_difficulty.items() if tally.asked}
    if len(levels) > 1:
        tables.insert(0, ("By difficulty", levels))
    if asked:
        tables.append(("By how sure you were", {SURE[c]: t for c, t in found.calibration.items()}))
    for column, (title, tallies) in zip(st.columns(len(tables)), tables, strict=True):
        lines = [f"- {name}: {_share(tally)}" for name, tally in tallies.items() if tally.asked]
        column.markdown(f"**{title}**\n\n" + "\n".join(lines))
