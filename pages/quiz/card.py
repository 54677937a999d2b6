"""A question as a card: choose, say how sure you are, ask for a hint, check, and learn from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.quiz import drafts
from pages.quiz.record import now, remember
from pages.quiz.show_me import show_me
from pages.shared.prose import with_terms
from quizzes.draft import Draft
from quizzes.grading import Certainty, Graded, Response, grade
from quizzes.log import Set, event
from quizzes.schema import LETTERS, Question
from quizzes.selection import Drawn

Stage = Callable[[], None]
SURE: dict[Certainty, str] = {"unsure": "unsure", "fairly": "fairly sure", "certain": "certain"}
NAMES = {name: certainty for certainty, name in SURE.items()}


@dataclass(frozen=True)
class Place:
    """Where a question is asked. key: unique on the page; set: for the log; showing: which of
    several showings of a question it is, so that another one is open again."""

    key: str
    set: Set
    showing: str = ""

    @property
    def where(self) -> str:
        """The name under which what was done here is kept."""
        return f"{self.key}-{self.showing}" if self.showing else self.key

    @property
    def graded(self) -> Graded | None:
        """What came of it, once it was checked."""
        return st.session_state.get(f"{self.where}:graded")

    def keep_graded(self, graded: Graded) -> None:
        """It was checked."""
        st.session_state[f"{self.where}:graded"] = graded

    @property
    def hints(self) -> int:
        """How many were asked for."""
        return st.session_state.get(f"{self.where}:hints", 0)

    def chosen_key(self, question: Question) -> str:
        """Of the radio group."""
        return f"{self.where}-chosen-{question.id}"

    def sure_key(self, question: Question) -> str:
        """Of the radio group for how sure one is."""
        return f"{self.where}-sure-{question.id}"

    def response(self, drawn: Drawn) -> Response:
        """What is chosen now."""
        question = drawn.question
        return Response(
            question.id,
            st.session_state.get(self.chosen_key(question)),
            NAMES[st.session_state.get(self.sure_key(question), SURE["fairly"])],
            self.hints,
            drawn.order,
        )

    def restore(self, drawn: Drawn) -> None:
        """Put back what the browser kept, before the question is shown. What was chosen in the
        meantime stays."""
        question, draft = drawn.question, drafts.use(self.where)
        if draft is None or draft.question != question.id or self.graded:
            return
        graded = draft.graded(question, drawn.order)
        if graded:
            self.keep_graded(graded)
        hints = min(max(draft.hints, self.hints), len(question.hints))
        st.session_state[f"{self.where}:hints"] = hints
        now = self.response(drawn)
        if (now.chosen, now.certainty) == (None, "fairly"):
            st.session_state[self.chosen_key(question)] = draft.chosen
            st.session_state[self.sure_key(question)] = SURE[draft.certainty]

    def keep(self, drawn: Drawn) -> None:
        """Give what is chosen now to the browser; after the question was shown."""
        made = self.graded.response if self.graded else self.response(drawn)
        done = Draft(
            question=made.question,
            chosen=made.chosen,
            certainty=made.certainty,
            hints=made.hints,
            checked=self.graded is not None,
        )
        drafts.keep(self.where, done)

    def forget(self) -> None:
        """As if it had not been asked yet."""
        drafts.drop(self.where)
        for name in ("graded", "hints"):
            st.session_state.pop(f"{self.where}:{name}", None)
        answers = (f"{self.where}-chosen-", f"{self.where}-sure-")
        for name in [str(name) for name in st.session_state if str(name).startswith(answers)]:
            del st.session_state[name]


def ask(
    drawn: Drawn, place: Place, title: str, stage: Stage | None = None, narrow: bool = False
) -> Graded | None:
    """Ask, or show what came of it; the result once there is one.

    stage: what to show with the explanation, instead of the question's own "show me".
    narrow: beside something else; the explanation is folded, and the stage is what stands there.
    """
    place.restore(drawn)
    with st.container(border=True, key=f"ask-{place.key}"):
        st.caption(title)
        st.markdown(with_terms(drawn.question.stem))
        if place.graded is None:
            _form(drawn, place)
        else:
            verdict_and_options(drawn, place.graded, place.key)
    place.keep(drawn)
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
    hints = place.hints
    for number, hint in enumerate(question.hints[:hints], 1):
        st.markdown(f":material/lightbulb: **Hint {number}.** {with_terms(hint)}")
    choose(drawn, place.chosen_key(question))
    how_sure(place.sure_key(question))
    if st.session_state.pop(f"{place.where}:open", False):
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
    st.session_state[f"{place.where}:hints"] = place.hints + 1


def _check(drawn: Drawn, place: Place) -> None:
    response = place.response(drawn)
    if response.chosen is None:
        st.session_state[f"{place.where}:open"] = True
        return
    graded = grade(drawn.question, response)
    place.keep_graded(graded)
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
