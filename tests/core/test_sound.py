"""The notes that we synthesise, the pitch finder, and melodies as people type them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_core.errors import RequestError
from diffusion_core.labs.sound.evaluation import measure_notes, noise_floor
from diffusion_core.labs.sound.melody import LETTERS, MAX_NOTES, READY, parse
from diffusion_core.labs.sound.notes import (
    LENGTH,
    NAMES,
    PITCHES,
    RATE,
    envelope,
    is_pitch,
    name_of,
)
from diffusion_core.labs.sound.pitch import FAINT, SURE, find_pitch
from diffusion_core.labs.sound.synth import LOUDEST, QUIETEST, note, notes

TIME = np.arange(LENGTH) / RATE


def tone(frequency: float, partials: dict[float, float], seed: int = 0) -> np.ndarray:
    """A sum of sine waves at multiples of a frequency, each of random phase."""
    random = np.random.default_rng(seed)
    waves = [
        amplitude * np.sin(2 * np.pi * frequency * n * TIME + random.uniform(0, 2 * np.pi))
        for n, amplitude in partials.items()
    ]
    return np.sum(waves, axis=0)


# --- Notes -------------------------------------------------------------------------------------


def test_the_pitches_are_a_major_scale_around_concert_pitch() -> None:
    assert PITCHES[NAMES.index("A4")] == pytest.approx(440)
    steps = [12 * math.log2(high / low) for low, high in pairwise(PITCHES)]
    assert steps == pytest.approx([2, 2, 1, 2, 2, 2, 1])


def test_a_note_is_the_same_every_time_and_others_are_others() -> None:
    first = note(3, seed=5, number=2)
    np.testing.assert_array_equal(first, note(3, seed=5, number=2))
    assert first.shape == (LENGTH,) and first.dtype == np.float32
    for other in (note(3, 5, 3), note(3, 6, 2), note(4, 5, 2)):
        assert np.abs(np.corrcoef(first, other)[0, 1]) < 0.9


def test_notes_are_as_loud_as_promised_from_beginning_to_end() -> None:
    waves, labels = notes(64, seed=3)
    assert labels[:10].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    loudness = np.sqrt((waves**2).mean(axis=1))
    assert loudness.min() >= QUIETEST - 1e-3 and loudness.max() <= LOUDEST + 1e-3
    # The common fading is divided out, so the squared error counts the end as much as the middle.
    quarters = (waves.reshape(64, 4, -1) ** 2).mean(axis=(0, 2))
    assert quarters.min() > 0.5 * quarters.max()
    # As heard, the note has nearly died away.
    heard = ((waves * envelope()).reshape(64, 4, -1) ** 2).mean(axis=(0, 2))
    assert heard[3] < 0.15 * heard[0]


def test_a_note_begins_and_ends_without_a_click() -> None:
    assert envelope()[0] == 0 and envelope()[-1] < 1e-3 and envelope().max() <= 1


def test_tones_have_names() -> None:
    assert [name_of(f) for f in PITCHES] == [*NAMES]
    assert name_of(466.16) == "A sharp 4" and name_of(246.9) == "B3"
    assert is_pitch(440 * 2 ** (49 / 1200), 5) and not is_pitch(440 * 2 ** (51 / 1200), 5)
    assert not is_pitch(0.0, 0)


# --- The pitch finder ---------------------------------------------------------------------------


@given(
    label=st.integers(0, 7),
    cents=st.floats(-40, 40),
    overtones=st.lists(st.floats(0, 1), min_size=1, max_size=5),
    seed=st.integers(0, 1000),
)
def test_finds_the_pitch_of_any_harmonic_tone(
    label: int, cents: float, overtones: list[float], seed: int
) -> None:
    frequency = PITCHES[label] * 2 ** (cents / 1200)
    found = find_pitch(tone(frequency, {1: 1.0, **dict(enumerate(overtones, 2))}, seed))
    assert abs(1200 * math.log2(found.frequency / frequency)) < 4
    assert found.clarity > 0.95


@pytest.mark.parametrize(
    "partials",
    [
        pytest.param({1: 0.2, 2: 1, 3: 0.5}, id="overtone louder than the tone"),
        pytest.param({2: 1, 3: 1, 4: 1}, id="the tone itself is missing"),
        pytest.param({1: 1}, id="a pure tone, which also repeats after two periods"),
        pytest.param({1: 1, 3: 0.8, 5: 0.6}, id="odd overtones only"),
    ],
)
@pytest.mark.parametrize("label", [0, 3, 7])
def test_is_not_an_octave_off(partials: dict[float, float], label: int) -> None:
    assert is_pitch(find_pitch(tone(PITCHES[label], partials)).frequency, label)


def test_finds_the_pitch_of_synthesised_notes() -> None:
    waves, labels = notes(200, seed=41)
    report = measure_notes(waves, labels)
    assert report.right == 1 and report.right_per_label == (1.0,) * 8
    assert report.cents < 8 and report.clarity > 0.95


def test_noise_is_no_tone_and_a_tone_in_noise_is_unsure() -> None:
    random = np.random.default_rng(0)
    assert all(find_pitch(random.normal(size=LENGTH)).clarity < FAINT / 2 for _ in range(20))
    clear = tone(PITCHES[2], {1: 0.7})
    assert find_pitch(clear).clarity > SURE
    behind = find_pitch(clear + 0.6 * random.normal(size=LENGTH))
    assert FAINT < behind.clarity < SURE and is_pitch(behind.frequency, 2)


def test_silence_has_no_pitch() -> None:
    assert find_pitch(np.zeros(LENGTH)) == (0.0, 0.0)


def test_the_wrong_pitch_is_counted_as_wrong() -> None:
    waves, labels = notes(16, seed=4)
    report = measure_notes(waves, (labels + 1) % 8)
    assert report.right == 0


def test_the_noise_floor_tells_noise_from_notes() -> None:
    random = np.random.default_rng(1)
    clean, hiss = note(4, 1, 1), random.normal(size=LENGTH).astype(np.float32)
    assert noise_floor(clean) < -80 and -4 < noise_floor(hiss) < 0
    # A hundredth of the power: 20 dB below, and 2 dB for the median of noise.
    share = 0.1 * np.sqrt((clean**2).mean())
    assert noise_floor(clean + share * hiss) == pytest.approx(-22, abs=1.5)


# --- Melodies -----------------------------------------------------------------------------------


def test_letters_keys_and_rests_are_beats() -> None:
    assert parse("C d, E|F\nG a B c") == (0, 1, 2, 3, 4, 5, 6, 7)
    assert parse("12 345678") == parse("CDEFGABc")
    assert parse("C-c") == (0, None, 7)
    assert parse("C c") == (0, 7)


@pytest.mark.parametrize("tune", READY.values())
def test_the_ready_melodies_can_be_played(tune: str) -> None:
    assert 10 <= len([slot for slot in parse(tune) if slot is not None]) <= MAX_NOTES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CDH", "“H” is no note"),
        ("C9", "“9” is no note"),
        ("C♯", "“♯” is no note"),
        ("", "no note to play yet"),
        (" -- ", "no note to play yet"),
        ("C" * (MAX_NOTES + 1), "shorten it"),
        ("C" + "-" * 40, "shorten it"),
    ],
)
def test_what_is_no_melody_is_said_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(RequestError, match=said) as caught:
        parse(text)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@given(st.text(alphabet=LETTERS, min_size=1, max_size=MAX_NOTES))
def test_each_letter_is_its_label(text: str) -> None:
    assert parse(text) == tuple(LETTERS.index(letter) for letter in text)
