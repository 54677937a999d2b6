"""A test: ten questions drawn by a seed, answers that can be changed until they are handed in."""

from __future__ import annotations

import secrets

import streamlit as st

from pages.quiz.card import (
    SURE,
    Place,
    ask,
    choose,
    explain,
    how_sure,
    verdict_and_options,
    verdict_of,
)
from pages.quiz.record import log, now, remember
from pages.shared.address import asked_for
from pages.shared.faults import usable_bank
from pages.shared.links import way_to
from pages.shared.slides import apart
from quizzes.bank import load_bank
from quizzes.grading import Graded, grade
from quizzes.log import event
from quizzes.parameters import Whole, one_of
from quizzes.selection import Drawn, select
from quizzes.verdict import Tally, Verdict, verdict

TEST = Whole("test", 0, 1_000_000)
FEEDBACK = one_of("feedback", ["end", "each"])


def test(text: dict[str, str]) -> str:
    """The test that the address names, or a new one. Returns what screen readers are to hear."""
    seed = asked_for(TEST)
    if not seed.isdecimal():
        seed = str(secrets.randbelow(TEST.high))
        st.query_params["test"] = seed
    # The number, however it is written: what was answered is kept under it.
    seed = str(int(seed))
    drawn = select(usable_bank("questions"), log(), int(seed))
    state = f"test-{seed}"
    places = [Place(f"{state}-{number}", "test") for number in range(1, len(drawn) + 1)]
    for place, one in zip(places, drawn, strict=True):
        place.restore(one)
    results = [graded for place in places if (graded := place.graded)]
    seen = f"{state}:seen"
    if len(results) == len(drawn) and st.session_state.get(seen, len(drawn)) == len(drawn):
        said = _report(drawn, results, text)
        with st.container(horizontal=True):
            st.button("Another test", type="primary", on_click=_another)
            # Its number brings this test back, and so does a link that a whole class is given.
            st.button("This test again", on_click=_again, args=(places, state))
        return said
    each = st.toggle(
        text["test-each"],
        value=st.query_params.get("feedback") == "each",
        key=f"{state}-each",
        # What was answered with feedback is on record, and cannot be answered again.
        disabled=bool(results),
    )
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
    st.warning(
        f"{missing} of {len(drawn)} are still open. Answer them, or hand in again to leave them so."
    )
    return f"{missing} questions are still open."


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
        place.keep_graded(graded)
        place.keep(one)
    remember(*(event(graded, "test", now()) for graded in results))


def _one_by_one(drawn: list[Drawn], places: list[Place], checked: int, seen: str) -> str:
    """Feedback after each question. What was checked last is shown until the reader goes on."""
    number = st.session_state.get(seen)
    if number is None:
        begun = checked < len(drawn) and places[checked].response(drawn[checked]).chosen is not None
        number = checked if begun else max(0, checked - 1)
    one, place = drawn[number], places[number]
    graded = ask(one, place, f"Question {number + 1} of {len(drawn)} · {one.question.difficulty}")
    if graded is None:
        return ""
    label = "To the result" if number + 1 == len(drawn) else "Next question"
    st.button(label, type="primary", on_click=lambda: st.session_state.update({seen: number + 1}))
    return verdict_of(graded)


def _another() -> None:
    st.query_params["test"] = str(secrets.randbelow(TEST.high))


def _again(places: list[Place], state: str) -> None:
    for place in places:
        place.forget()
    for name in ("seen", "warned"):
        st.session_state.pop(f"{state}:{name}", None)


def _share(tally: Tally) -> str:
    return f"{tally.right} of {tally.asked}"


def _report(drawn: list[Drawn], results: list[Graded], text: dict[str, str]) -> str:
    """The verdict, and what to do about it."""
    bank = load_bank()
    found = verdict(bank, results)
    said = f"{_share(found.total)} right: {found.level}."
    with st.container(border=True, key="card-verdict"):
        st.header(found.level.capitalize(), anchor=False)
        marks = f"{found.mark:.3g} of {found.best:g} marks".replace("-", "−")
        st.markdown(f"**{_share(found.total)}** right, {marks}.")
        _tables(found, {c.concept: c.title for c in bank.concepts})
        if found.confident_errors:
            st.markdown(text["confident"])
        for concept in found.go_to:
            way_to(concept.page, f"{concept.title}: {{page}}")
    for number, (one, graded) in enumerate(zip(drawn, results, strict=True), 1):
        mark = "✓" if graded.right else "✗"
        sure = " · certain" if graded.confident_error else ""
        with st.expander(f"{mark} Question {number}{sure}", expanded=graded.confident_error):
            st.markdown(one.question.stem)
            verdict_and_options(one, graded, f"result-{number}")
            explain(one, f"result-{number}", with_stage=graded.confident_error)
    return said


def _tables(found: Verdict, titles: dict[str, str]) -> None:
    left, middle, right = st.columns(3)
    for column, title, tallies in (
        (left, "By difficulty", found.by_difficulty),
        (middle, "By idea", {titles[name]: tally for name, tally in found.by_concept.items()}),
        (right, "By how sure you were", {SURE[c]: t for c, t in found.calibration.items()}),
    ):
        lines = [f"- {name}: {_share(tally)}" for name, tally in tallies.items() if tally.asked]
        column.markdown(f"**{title}**\n\n" + "\n".join(lines))
