"""The deep dive: each formula, the lines that compute it, and a check that they do."""

from __future__ import annotations

import streamlit as st

from pages.lesson.formula import live_check
from pages.lesson.formula.source import Excerpt
from pages.lesson.formula.topics import Topic, topics
from pages.quiz.beside import question_card
from pages.shared.prose import prose, reading
from pages.shared.slides import presenting, slide
from pages.shared.words import words

FILE = "deep-dive"


def lines(excerpt: Excerpt) -> str:
    """Where it stands: "ddim in diffusion_core/samplers.py, lines 112–114"."""
    one = excerpt.first == excerpt.last
    numbers = f"line {excerpt.first}" if one else f"lines {excerpt.first}–{excerpt.last}"
    name, file = (text.replace("_", r"\_") for text in (excerpt.name, excerpt.file))
    return f"**{name}** in {file}, {numbers}"


def proof(topic: Topic) -> None:
    """The code, and the check that it does what the words say."""
    with st.container(border=True, key=f"card-{topic.name}"):
        st.caption(lines(topic.source))
        # Not coloured by syntax: in this app two colours mean something, and orange is the noise.
        st.code(topic.source.code, language=None, wrap_lines=True)
        live_check(topic.check)


def show(number: int, topic: Topic) -> None:
    """One topic: the words, and beside them the proof; in a presentation, one after the other and
    without the derivations, which are for reading."""
    title = f"{number}. {topic.title}"
    if presenting():
        reading(topic.name, f"### {title}\n\n{topic.text}")
        with slide(f"{topic.name}-proof"):
            st.header(title, anchor=False)
            proof(topic)
        return
    with slide(topic.name):
        st.header(title, anchor=topic.name)
        left, right = st.columns([1.08, 1], gap="large")
        with left:
            prose(topic.text)
            for heading, derivation in topic.derivations:
                with st.expander(heading):
                    prose(derivation)
        with right:
            proof(topic)


lead, chapters = words(FILE)["lead"], topics(FILE)
with slide("contents"):
    st.title("Deep dive", anchor=False)
    with st.container(key="reading"):
        prose(lead)
    links = [f"{n}. [{topic.title}](#{topic.name})" for n, topic in enumerate(chapters, 1)]
    third = -(-len(links) // 3)
    for place, column in enumerate(st.columns(3, gap="medium")):
        column.markdown("\n".join(links[third * place : third * (place + 1)]))
for number, topic in enumerate(chapters, 1):
    show(number, topic)
with slide("question"), st.container(key="reading-question"):
    question_card("deep-dive")
