"""Sound: watch and hear noise become a note, then play melodies on notes made anew."""

from __future__ import annotations

import streamlit as st

from diffusion_core.labs.sound.job import HELD, MAX_SOUND_STEPS, STEPS
from diffusion_core.labs.sound.notes import NAMES
from diffusion_core.request import MAX_SEED
from pages.labs.parts import lab_words, seed_field
from pages.labs.sound import melody, tone
from pages.labs.sound.scene import Note, sound_scene
from pages.shared.address import heed_address
from pages.shared.fields import choice, whole_number
from pages.shared.prose import prose
from pages.shared.slides import apart
from pages.shared.words import LaterLesson
from pages.stage import clock, follower
from quizzes.parameters import Whole, one_of, table

text = LaterLesson("lab-sound")
STAGE = "sound"
NOTE = one_of("note", NAMES, "A4")
SEED = Whole("note_seed", 0, MAX_SEED, 7)
NOTE_STEPS = Whole("note_steps", 1, MAX_SOUND_STEPS, STEPS)
PLACE = Whole("sound_step", 0, MAX_SOUND_STEPS + HELD)


def lab() -> None:
    """Show it."""
    heed_address(STAGE, table(NOTE, SEED, NOTE_STEPS, PLACE))
    prose(text["lead"])
    left, right = st.columns([1.5, 1], gap="medium")
    with left.container(border=True, key="card-sound"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="controls-sound"):
            name = choice("Note", NOTE, 90)
            steps = whole_number("Steps", NOTE_STEPS, 105)
            seed = seed_field(SEED, "Make another", stage=STAGE)
        tone(STAGE)
        clock(sound_scene(Note(NAMES.index(name), seed, steps), STAGE), "sound-clock")
    with right:
        follower("sentence", STAGE)
        with apart("melody"), st.container(border=True, key="card-melody"):
            melody()
    lab_words("sound", text)
