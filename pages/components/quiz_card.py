"""A question as a card: choose, say how sure you are, ask for a hint, check, and learn from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.components.prose import with_terms
from pages.components.record import now, remember
from pages.components.show_me import show_me
from quizzes.grading import Certainty, Graded, Response, grade
from quizzes.log import Set, event
from quizzes.schema import LETTERS, Question
from quizzes.selection import Drawn

Stage = Callable[[], None]
SURE: dict[Certainty, str] = {"unsure": "unsure", "fairly": "fairly sure", "certain": "certain"}
NAMES = {name: certainty for certainty, name in SURE.items()}


@dataclass(frozen=True)
class Place:
    """Where a question is asked. key: unique on the page; set: for the log."""

    key: str
    set: Set

    @property
    def graded(self) -> Graded | None:
        """What came of it, once it was checked."""
        return st.session_state.get(f"{self.key}:graded")

    def chosen_key(self, question: Question) -> str:
        """Of the radio group."""
        return f"{self.key}-chosen-{question.id}"

    def sure_key(self, question: Question) -> str:
        """Of the radio group for how sure one is."""
        return f"{self.key}-sure-{question.id}"

    def forget(self) -> None:
        """As if it had not been asked yet."""
        for name in ("graded", "hints"):
            st.session_state.pop(f"{self.key}:{name}", None)
        answers = (f"{self.key}-chosen-", f"{self.key}-sure-")
        for name in [str(name) for name in st.session_state if str(name).startswith(answers)]:
            del st.session_state[name]


def ask(
    drawn: Drawn, place: Place, title: str, stage: Stage | None = None, narrow: bool = False
) -> Graded | None:
    """Ask, or show what came of it; the result once there is one.

    stage: what to show with the explanation, instead of the question's own "show me".
    narrow: beside something else; the explanation is folded, and the stage is what stands there.
    """
    with st.container(border=True, key=f"ask-{place.key}"):
        st.caption(title)
        st.markdown(with_terms(drawn.question.stem))
        if place.graded is None:
            _form(drawn, place)
        else:
            verdict_and_options(drawn, place.graded, place.key)
    if place.graded is None:
        return None
    if narrow:
        with st.expander("Step by step"):
            explain(drawn, place.key, stage, with_stage=False)
    else:
        explain(drawn, place.key, stage)
    return place.graded


# Not in a form, although each choice costs a run of the card: what a form holds is lost when the
# reader looks something up on another page.
def choose(drawn: Drawn, key: str) -> None:
    """The four options as a radio group, which stand for their places in the bank."""
    texts = {i: f"**{LETTERS[p]}**\u2002{o.text}" for p, (i, o) in enumerate(drawn.options)}
    st.radio(
        "Your answer",
        list(drawn.order),
        index=None,
        format_func=lambda i: texts[i],
        key=key,
        persist_state="session",
    )


def how_sure(key: str) -> None:
    """How sure the learner is, as one of NAMES."""
    st.radio(
        "How sure are you?",
        [*NAMES],
        index=1,
        horizontal=True,
        key=key,
        persist_state="session",
    )


def _form(drawn: Drawn, place: Place) -> None:
    question = drawn.question
    hints = st.session_state.get(f"{place.key}:hints", 0)
    for number, hint in enumerate(question.hints[:hints], 1):
        st.markdown(f":material/lightbulb: **Hint {number}.** {with_terms(hint)}")
    choose(drawn, place.chosen_key(question))
    how_sure(place.sure_key(question))
    if st.session_state.pop(f"{place.key}:open", False):
        st.warning("Choose an answer first.")
    with st.container(horizontal=True):
        # Callbacks run before the page does, so that an answer costs one run and not two.
        st.button(
            "Check",
            type="primary",
            key=f"{place.key}-check",
            on_click=_check,
            args=(drawn, place),
        )
        st.button(
            "Hint" if hints == 0 else "Another hint",
            key=f"{place.key}-hint",
            on_click=_hint,
            args=(place,),
            disabled=hints >= len(question.hints),
        )


def _hint(place: Place) -> None:
    name = f"{place.key}:hints"
    st.session_state[name] = st.session_state.get(name, 0) + 1


def _check(drawn: Drawn, place: Place) -> None:
    question = drawn.question
    chosen = st.session_state.get(place.chosen_key(question))
    if chosen is None:
        st.session_state[f"{place.key}:open"] = True
        return
    certainty = NAMES[st.session_state[place.sure_key(question)]]
    hints = st.session_state.get(f"{place.key}:hints", 0)
    graded = grade(question, Response(question.id, chosen, certainty, hints, drawn.order))
    st.session_state[f"{place.key}:graded"] = graded
    remember(event(graded, place.set, now()))


def verdict_and_options(drawn: Drawn, graded: Graded, key: str) -> None:
    """What came of it, and every option with its feedback: why it is right, or what it confuses."""
    with st.container(key=f"takeaway-{key}"):
        st.markdown(verdict_of(graded))
    for letter, (index, option) in zip(LETTERS, drawn.options, strict=True):
        mark = ":material/check_circle:" if option.right else ":material/cancel:"
        yours = " (your answer)" if index == graded.response.chosen else ""
        st.markdown(f"{mark} **{letter}{yours}.** {option.text}  \n{with_terms(option.feedback)}")


def verdict_of(graded: Graded) -> str:
    """The result in one sentence."""
    sure = SURE[graded.response.certainty]
    if graded.right:
        return f"Right, and you were {sure}: {graded.mark:.3g} of {graded.best:g} marks."
    if graded.confident_error:
        return f"Not this one, and you were {sure} ({_marks(graded)}). Worth a closer look."
    return f"Not this one; you were {sure} ({_marks(graded)})."


def _marks(graded: Graded) -> str:
    return f"{graded.mark:g} marks".replace("-", "−")


def explain(drawn: Drawn, key: str, stage: Stage | None = None, with_stage: bool = True) -> None:
    """What there is to learn from it: the solution, and the stage as witness."""
    question = drawn.question
    left, right = st.columns([1, 1], gap="large") if with_stage else (st.container(), None)
    with left:
        steps = "\n".join(f"{n}. {with_terms(s)}" for n, s in enumerate(question.solution, 1))
        st.markdown(f"**Step by step**\n\n{steps}\n\n**So:** {with_terms(question.final)}")
        st.markdown(f"**Quick check:** {question.check}")
        mistakes = "\n".join(f"- {with_terms(text)}" for text in question.mistakes)
        st.markdown(f"**Common mistakes**\n\n{mistakes}")
        st.markdown(f"**Rule of thumb:** {question.rule}")
        st.caption("Sources: " + "; ".join(question.sources))
    if right:
        with right.container(border=True, key=f"card-show-{key}"):
            if stage:
                stage()
            else:
                show_me(question.show, f"{key}-{question.id}")
