"""For teachers: the questions to take along, by idea and level, for other programs and on paper."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from pages.shared.address import heed_address
from pages.shared.faults import usable_bank
from pages.shared.fields import choice, whole_number
from pages.shared.links import way_to
from pages.shared.prose import prose
from pages.shared.slides import slide
from pages.shared.words import words
from quizzes.bank import load_bank
from quizzes.export.chosen import MAX_SEED, Chosen, ExportError, choose
from quizzes.export.formats import FORMATS
from quizzes.parameters import Choice, Whole, table
from quizzes.schema import DIFFICULTIES
from quizzes.selection import TEST_LENGTH

text = words("teachers")
ALL = "all"
ideas = {concept.concept: concept.title for concept in load_bank().concepts}
IDEA = Choice("idea", {ALL: "all ideas", **ideas}, ALL)
LEVEL = Choice("level", {ALL: "all levels", **{word: word for word in DIFFICULTIES}}, ALL)
TEST = Whole("test", 0, MAX_SEED, 1)
LENGTH = Whole("questions", 1, 40, TEST_LENGTH)
heed_address("teachers", table(IDEA, LEVEL, TEST, LENGTH))


def download(name: str, label: str, chosen: Chosen, called: str = "") -> None:
    """A button that writes the file when it is pressed. called: what tells it from the others."""
    format = FORMATS[name]
    stem, dot, suffix = format.file.partition(".")
    st.download_button(
        label,
        lambda: format.write(chosen),
        f"{stem}{called}{dot}{suffix}",
        format.type,
        key=f"take-{name}",
        on_click="ignore",
    )


def card(name: str, chosen: Chosen, *labels: str, called: str = "") -> None:
    """A format: what it is for, and a button, or one for each of several."""
    with st.container(border=True, key=f"card-{name}", height="stretch"):
        prose(text[name])
        st.space("stretch")
        with st.container(horizontal=True):
            for format, label in zip((name, "csv"), labels, strict=False):
                download(format, label, chosen, called)


def on_paper(picked: tuple[list[str], list[str]], called: str) -> None:
    """A test, drawn by its number."""
    with st.container(border=True, key="card-paper", height="stretch"):
        prose(text["paper"])
        with st.container(horizontal=True, vertical_alignment="bottom", key="controls-paper"):
            number = whole_number("Number of the test", TEST, 170)
            length = whole_number("Questions", LENGTH, 130)
            chosen = choose(load_bank(), *picked, number, length)
            download("paper", "Test (.html)", chosen, f"-{number}{called}")
        if not any(picked) and length == TEST_LENGTH:
            way_to("practice", text["on-screen"], {"set": "test", "test": str(number)})


def counted(chosen: Chosen) -> None:
    """How many there are, and how hard they are."""
    found = Counter(question.difficulty for question in chosen.questions)
    levels = ", ".join(f"{found[word]} {word}" for word in DIFFICULTIES if found[word])
    count = len(chosen.questions)
    said = f"{count} question{'s' * (count != 1)}"
    prose(text.filled("chosen", count=said, levels=levels) if len(found) > 1 else f"**{said}**")


with slide("take"):
    st.title("For teachers", anchor=False)
    prose(text["lead"])
    bank = usable_bank("take")
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls-teachers"):
        idea, level = choice("Idea", IDEA, 290), choice("Level", LEVEL, 170)
    picked = [[] if word == ALL else [word] for word in (idea, level)]
    called = "".join(f"-{word}" for [word] in filter(None, picked))
    try:
        chosen = choose(bank, picked[0], picked[1])
    except ExportError as error:
        st.info(str(error))
    else:
        counted(chosen)
        columns = st.columns(3)
        for column, name, label in zip(
            columns, ("moodle", "qti", "gift"), ("Moodle XML", "QTI package", "GIFT"), strict=True
        ):
            with column:
                card(name, chosen, label, called=called)
        wide, narrow = st.columns([2.04, 1])  # as wide as two and one of those above
        with wide:
            on_paper((picked[0], picked[1]), called)
        with narrow:
            card("anki", chosen, "Package (.apkg)", "Text (.csv)", called=called)
with slide("class"):
    prose(text["class"])
with slide("server"):
    prose(text["server"])
    asked = {"--idea": idea, "--level": level}
    options = "".join(f" {name} {word}" for name, word in asked.items() if word != ALL)
    st.code(f"python -m quizzes export --to moodle{options}", language="bash")
