"""Melodies as people type them: letters for notes. Plain Python, so pages may import it."""

from __future__ import annotations

from diffusion_core.errors import RequestError

LETTERS = "CDEFGABc"
"""By label; the small c is the one at the top."""
REST = "-"
BETWEEN = " ,|\t\n"
"""What may stand between notes and means nothing."""
MAX_NOTES, MAX_SLOTS = 16, 32

Slots = tuple[int | None, ...]
"""A label for each beat, None for a rest."""

READY = {
    "Ode to Joy": "EEFG GFED CCDE E-DD",
    "Are you sleeping?": "CDEC CDEC EFG- EFG-",
    "Twinkle, twinkle": "CCGG AAG- FFEE DDC-",
    "Up the stairs": "CEDF EGFA GBAc --Gc",
}
"""The beginnings of melodies that are nobody's any more (Beethoven, 1824; two of folk), and a
figure of ours."""


def parse(text: str) -> Slots:
    """What each beat of a melody is: letters C to B and c, or the keys 1 to 8, and - for a rest.

    Small letters are read as large ones, but for c. RequestError, in one sentence, for a melody
    that is empty or too long or has a letter that is no note.
    """
    slots: list[int | None] = []
    for letter in text:
        if letter in BETWEEN:
            continue
        if letter == REST:
            slots.append(None)
        elif letter in LETTERS:
            slots.append(LETTERS.index(letter))
        elif letter.upper() in LETTERS:
            slots.append(LETTERS.index(letter.upper()))
        elif letter in "12345678":
            slots.append(int(letter) - 1)
        else:
            raise RequestError(
                f"“{letter}” is no note here: write C D E F G A B, a small c for the high one, "
                "and - for a rest."
            )
    count = sum(slot is not None for slot in slots)
    if not count:
        raise RequestError("There is no note to play yet: write some letters, such as C D E.")
    if count > MAX_NOTES or len(slots) > MAX_SLOTS:
        raise RequestError(
            f"A melody may have {MAX_NOTES} notes and {MAX_SLOTS} beats here; this one has "
            f"{count} and {len(slots)}: shorten it."
        )
    return tuple(slots)
