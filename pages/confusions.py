"""Common confusions: thirteen claims, each refuted in words and by the model itself."""

from __future__ import annotations

import streamlit as st

from diffusion_core.files.cards import shipped_card
from pages.lesson.claims import CLAIMS, claim_of, show
from pages.quiz.beside import question_card
from pages.shared.address import heed_address, locked
from pages.shared.faults import naming_faults
from pages.shared.fields import choice
from pages.shared.prose import prose
from pages.shared.slides import apart, slide
from pages.shared.words import words
from quizzes.addresses import CLAIM, UNTIL
from quizzes.parameters import Choice, table

text = words("confusions")
claims = {slug: claim_of(slug) for slug in CLAIMS}
names = {slug: claim.title for slug, claim in claims.items()}
claimed = Choice(CLAIM.name, names, "recover")
heed_address("confusions", table(claimed, UNTIL))


def following() -> None:
    """The next claim, and after the last the first."""
    slugs = [*names]
    now = claimed.named(st.session_state.get(claimed.name, ""))
    st.session_state[claimed.name] = names[slugs[(slugs.index(now) + 1) % len(slugs)]]


def with_figures(words: str) -> str:
    """With what the model's card says, where the words leave room for it."""
    if "{parameters}" not in words and "{near}" not in words:
        return words
    card = shipped_card()
    near = f"{card.evaluation.drawn.suspiciously_near:.2%}" if card.evaluation else "some"
    return words.replace("{parameters}", f"{card.parameters:,}").replace("{near}", near)


with slide("claims"):
    st.title("Common confusions", anchor=False)
    prose(text["lead"])
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        with st.container(key="controls-claims", horizontal=True, vertical_alignment="bottom"):
            # On a phone a list of thirteen would push everything else off the screen.
            chosen = choice("What many believe", claimed, "stretch")
            st.button("Next", on_click=following, disabled=locked())
        claim = claims[chosen]
        prose(f"### “{claim.title}”")
        with naming_faults("figures"):
            prose(with_figures(claim.refutation))
        prose(claim.look)
    with right, apart("claim"), st.container(border=True, key=f"card-claim-{chosen}"):
        show(chosen)
with slide("question"), st.container(key="reading-question"):
    question_card("confusions")
