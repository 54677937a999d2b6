"""Sound: watch and hear noise become a note, then play melodies on notes made anew."""

from __future__ import annotations

import streamlit as st

from diffusion_core.labs.sound.job import HELD, MAX_SOUND_STEPS, STEPS
from diffusion_core.labs.sound.notes import NAMES
from diffusion_core.request import MAX_SEED
from pages.labs.parts import lab_words, seed_field
from pages.labs.sound import melody, tone
from pages.labs.sound.scene import Note, sound_scene
from pages.shared.address import choice, heed_address, one_of, whole, whole_number
from pages.shared.prose import prose
from pages.shared.words import LaterLesson
from pages.stage import clock, follower

text = LaterLesson("lab-sound")
STAGE = "sound"
FIRST = "A4"


def lab() -> None:
    """Show it."""
    heed_address(
        STAGE,
        {
            "note": one_of(NAMES),
            "note_seed": whole(0, MAX_SEED),
            "note_steps": whole(1, MAX_SOUND_STEPS),
            "sound_step": whole(0, MAX_SOUND_STEPS + HELD),
        },
    )
    prose(text["lead"])
    left, right = st.columns([1.5, 1], gap="medium")
    with left.container(border=True, key="card-sound"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="controls-sound"):
            name = choice("Note", {name: name for name in NAMES}, "note", 90, FIRST)
            steps = whole_number("Steps", 1, MAX_SOUND_STEPS, STEPS, "note_steps", 105)
            seed = seed_field("note_seed", 7, "Make another")
        tone(STAGE)
        clock(sound_scene(Note(NAMES.index(name), seed, steps), STAGE), "sound-clock")
    with right:
        follower("sentence", STAGE)
        with st.container(border=True, key="card-melody"):
            melody()
    lab_words("sound", text)
