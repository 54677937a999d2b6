"""A question as a card: choose, ask for a hint, check, try once more, and learn from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from pages.quiz import drafts
from pages.quiz.attempt import NAMES, SURE, Attempt, coloured
from pages.quiz.marks import counting, hint_cost, rewards
from pages.quiz.record import bring_up, now, remember
from pages.quiz.show_me import show_me
from pages.shared.prose import with_terms
from quizzes.draft import Draft
from quizzes.grading import Response, grade
from quizzes.log import Set, event
from quizzes.schema import LETTERS, Question
from quizzes.selection import Drawn

Stage = Callable[[], None]


@dataclass(frozen=True)
class Place:
    """Where a question is asked. key: unique on the page; set: for the log; showing: which of
    several showings of a question it is, so that another one is open again; tries: how often one
    may answer before everything is revealed."""

    key: str
    set: Set
    showing: str = ""
    tries: int = 2

    @property
    def where(self) -> str:
        """The name under which what was done here is kept."""
        return f"{self.key}-{self.showing}" if self.showing else self.key

    @property
    def attempt(self) -> Attempt | None:
        """What came of it, once it was checked."""
        return st.session_state.get(f"{self.where}:attempt")

    def keep_attempt(self, attempt: Attempt) -> None:
        """It was checked."""
        st.session_state[f"{self.where}:attempt"] = attempt

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

    def second_key(self, question: Question) -> str:
        """Of the radio group of the second try."""
        return f"{self.where}-second-{question.id}"

    def _draft(self, question: Question) -> Draft:
        """What is chosen now, and not checked yet."""
        return Draft(
            question=question.id,
            chosen=st.session_state.get(self.chosen_key(question)),
            certainty=NAMES[st.session_state.get(self.sure_key(question), SURE["fairly"])],
            hints=self.hints,
        )

    def response(self, drawn: Drawn) -> Response:
        """The same as an answer. Who was not asked how sure they are claims nothing."""
        now = self._draft(drawn.question)
        certainty = now.certainty if counting() else "unsure"
        return Response(now.question, now.chosen, certainty, now.hints, drawn.order)

    def restore(self, drawn: Drawn) -> None:
        """Put back what the browser kept, before the question is shown. What was chosen in the
        meantime stays."""
        question, draft = drawn.question, drafts.use(self.where)
        if draft is None or draft.question != question.id or self.attempt:
            return
        graded = draft.graded(question, drawn.order)
        if graded:
            trying = draft.trying and not graded.right and self.tries > 1
            self.keep_attempt(Attempt(graded, draft.asked, trying, draft.second))
            if trying:
                st.session_state[self.second_key(question)] = draft.second
        hints = min(max(draft.hints, self.hints), len(question.hints))
        st.session_state[f"{self.where}:hints"] = hints
        now = self._draft(question)
        if (now.chosen, now.certainty) == (None, "fairly"):
            st.session_state[self.chosen_key(question)] = draft.chosen
            st.session_state[self.sure_key(question)] = SURE[draft.certainty]

    def keep(self, drawn: Drawn) -> None:
        """Give what is chosen now to the browser; after the question was shown."""
        attempt, done = self.attempt, self._draft(drawn.question)
        if attempt:
            made = attempt.first.response
            second = st.session_state.get(self.second_key(drawn.question))
            done = Draft(
                question=made.question,
                chosen=made.chosen,
                certainty=made.certainty,
                hints=made.hints,
                checked=True,
                asked=attempt.asked,
                trying=attempt.trying,
                second=second if attempt.trying else attempt.second,
            )
        drafts.keep(self.where, done)

    def forget(self) -> None:
        """As if it had not been asked yet."""
        drafts.drop(self.where)
        for name in ("attempt", "hints"):
            st.session_state.pop(f"{self.where}:{name}", None)
        answers = tuple(f"{self.where}-{group}-" for group in ("chosen", "sure", "second"))
        for name in [str(name) for name in st.session_state if str(name).startswith(answers)]:
            del st.session_state[name]

    def forget_and_ask(self) -> None:
        """The same, by a button."""
        self.forget()
        self.bring_up()

    def bring_up(self) -> None:
        """The question is to be looked at now, or what came of it."""
        bring_up(f".st-key-ask-{self.key}")


@dataclass(frozen=True)
class Asked:
    """How far a question is."""

    done: bool = False
    """Whether everything is revealed."""
    said: str = ""
    """What came of it, as screen readers hear it."""


def ask(
    drawn: Drawn, place: Place, title: str, stage: Stage | None = None, narrow: bool = False
) -> Asked:
    """Ask, or show what came of it.

    stage: what to show with the explanation, instead of the question's own "show me".
    narrow: beside something else; the explanation is folded, and the stage is what stands there.
    """
    place.restore(drawn)
    attempt = place.attempt
    with st.container(border=True, key=f"ask-{place.key}"):
        st.caption(title)
        if attempt:
            # Above the question: both are in sight when the card is brought up.
            _verdict(drawn, attempt, place.key)
        st.markdown(with_terms(drawn.question.stem))
        if attempt is None:
            _form(drawn, place)
        elif attempt.trying:
            _second_try(drawn, attempt, place)
        else:
            _options(drawn, attempt)
    place.keep(drawn)
    if attempt is None:
        return Asked()
    asked = Asked(not attempt.trying, attempt.verdict(drawn.question))
    if narrow and asked.done:
        with st.expander("Step by step"):
            explain(drawn, place.key, stage, with_stage=False)
    elif asked.done:
        explain(drawn, place.key, stage)
    return asked


# Not in a form, although each choice costs a run of the card: what a form holds is lost when the
# reader looks something up on another page.
def choose(drawn: Drawn, key: str, not_this: int | None = None) -> None:
    """The four options as a radio group, which stand for their places in the bank. not_this: one
    that was tried already."""
    texts = {i: f"**{LETTERS[p]}**\u2002{o.text}" for p, (i, o) in enumerate(drawn.options)}
    if not_this is not None:
        texts[not_this] = f":red[✗] {texts[not_this]}"
    st.radio(
        "Your answer",
        list(drawn.order),
        index=None,
        format_func=lambda i: texts[i],
        key=key,
        persist_state="session",
    )


def how_sure(key: str) -> None:
    """How sure the learner is, as one of NAMES, and what that is worth; where marks count."""
    if not counting():
        return
    st.radio(
        "How sure are you?",
        [*NAMES],
        index=1,
        captions=rewards(),
        horizontal=True,
        key=key,
        persist_state="session",
    )


def _form(drawn: Drawn, place: Place) -> None:
    question = drawn.question
    hints = place.hints
    _hints(question, hints)
    choose(drawn, place.chosen_key(question))
    how_sure(place.sure_key(question))
    _complain(place)
    with st.container(horizontal=True):
        # Callbacks run before the page does, so that an answer costs one run and not two.
        st.button(
            "Check",
            type="primary",
            key=f"{place.key}-check",
            on_click=_check,
            args=(drawn, place),
        )
        if hints < len(question.hints):
            label = "Hint" if hints == 0 else "Another hint"
            st.button(label + hint_cost(), key=f"{place.key}-hint", on_click=_hint, args=(place,))
        _way_out(drawn, place)


def _second_try(drawn: Drawn, attempt: Attempt, place: Place) -> None:
    """The same options once more, with a hint more; nothing of it goes on record."""
    question = drawn.question
    _hints(question, attempt.hints(question))
    choose(drawn, place.second_key(question), attempt.first.response.chosen)
    _complain(place)
    with st.container(horizontal=True):
        st.button(
            "Try again",
            type="primary",
            key=f"{place.key}-try",
            on_click=_check_again,
            args=(drawn, place),
        )
        _way_out(drawn, place)


def _hints(question: Question, count: int) -> None:
    for number, hint in enumerate(question.hints[:count], 1):
        st.markdown(f":material/lightbulb: **Hint {number}.** {with_terms(hint)}")


def _complain(place: Place) -> None:
    if sentence := st.session_state.pop(f"{place.where}:open", ""):
        st.warning(sentence)


def _way_out(drawn: Drawn, place: Place) -> None:
    st.button(
        "Show the solution",
        type="tertiary",
        key=f"{place.key}-solution",
        on_click=_reveal,
        args=(drawn, place),
    )


def _hint(place: Place) -> None:
    st.session_state[f"{place.where}:hints"] = place.hints + 1


def _check(drawn: Drawn, place: Place) -> None:
    response = place.response(drawn)
    if response.chosen is None:
        st.session_state[f"{place.where}:open"] = "Choose an answer first."
        return
    _give(drawn, place, response)


def _give(drawn: Drawn, place: Place, response: Response) -> None:
    """An answer, or none, goes on record."""
    graded = grade(drawn.question, response)
    trying = place.tries > 1 and not graded.right and response.chosen is not None
    place.keep_attempt(Attempt(graded, counting(), trying))
    remember(event(graded, place.set, now()))
    place.bring_up()


def _check_again(drawn: Drawn, place: Place) -> None:
    attempt, second = place.attempt, st.session_state.get(place.second_key(drawn.question))
    assert attempt
    if second in (None, attempt.first.response.chosen):
        st.session_state[f"{place.where}:open"] = "Choose another answer first."
        return
    place.keep_attempt(replace(attempt, trying=False, second=second))
    place.bring_up()


def _reveal(drawn: Drawn, place: Place) -> None:
    """Who gives up before any answer leaves the question open."""
    if attempt := place.attempt:
        place.keep_attempt(replace(attempt, trying=False))
        place.bring_up()
        return
    _give(drawn, place, replace(place.response(drawn), chosen=None, certainty="unsure"))


def verdict_and_options(drawn: Drawn, attempt: Attempt, key: str) -> None:
    """What came of it, and every option with its feedback: why it is right, or what it confuses."""
    _verdict(drawn, attempt, key)
    _options(drawn, attempt)


def _verdict(drawn: Drawn, attempt: Attempt, key: str) -> None:
    with st.container(key=f"takeaway-{key}"):
        st.markdown(coloured(attempt.verdict(drawn.question)))


def _options(drawn: Drawn, attempt: Attempt) -> None:
    first = attempt.first.response.chosen
    yours = {first: "your answer"}
    if attempt.second is not None:
        yours = {first: "your first answer", attempt.second: "your answer"}
    for letter, (index, option) in zip(LETTERS, drawn.options, strict=True):
        right, wrong = ":green[:material/check_circle:]", ":red[:material/cancel:]"
        mark = right if option.right else wrong
        name = f"{letter} ({yours[index]})" if index in yours else letter
        st.markdown(f"{mark} **{name}.** {option.text}  \n{with_terms(option.feedback)}")


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
