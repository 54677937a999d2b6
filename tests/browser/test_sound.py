"""The sound lab in a real browser: what is played, what is shown, and what is said instead."""

from __future__ import annotations

import io
import wave
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Route

from diffusion_core.labs.sound.melody import parse
from diffusion_core.labs.sound.notes import NAMES, PITCHES, RATE, is_pitch
from diffusion_core.labs.sound.pitch import FAINT, SURE, find_pitch
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import LAYOUT, LOADED, WATCH_SHIFTS, violations

pytestmark = pytest.mark.browser
STAGE = "sound"
LAB = "/applications?use=Sound"
DONE = "c.complete && !c.live"
LISTEN = """window.played = [];
const begin = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...rest) {
  window.played.push({ rate: this.buffer.sampleRate, data: [...this.buffer.getChannelData(0)] });
  return begin.apply(this, rest);
};
window.silenced = 0;
const end = AudioBufferSourceNode.prototype.stop;
AudioBufferSourceNode.prototype.stop = function (...rest) {
  window.silenced += 1;
  return end.apply(this, rest);
};"""
SUSPENDED = """Object.defineProperty(AudioContext.prototype, "state", { get: () => "suspended" });
AudioContext.prototype.resume = () => new Promise(() => {});"""
DICE = """let dice = 7;
Math.random = () => (dice = (dice * 16807) % 2147483647) / 2147483647;"""
"""Randomness that is the same each time: Lewis, Goodman and Miller's generator."""
BEGUN = """const Context = window.AudioContext;
let clicking = false;
window.addEventListener("click", () => {
  clicking = true;
  setTimeout(() => { clicking = false; });
}, true);
window.AudioContext = class extends Context {
  constructor(...rest) { super(...rest); window.begunIn = clicking ? "the click" : "another task"; }
};"""
"""Notes when the page asked for sound."""
ENDLESS = """const play = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...rest) {
  this.loop = true;
  return play.apply(this, rest);
};"""
"""So that nothing has come to its own end while a busy machine did something else."""
MISSING = "delete window.AudioContext; delete window.webkitAudioContext;"


def open_lab(visitor: Visitor, query: str = "", script: str = "") -> None:
    visitor.page.add_init_script(LISTEN + script)
    visitor.open(LAB + query, STAGE)
    visitor.wait_for(STAGE, DONE)


def played(visitor: Visitor, count: int) -> NDArray[np.float64]:
    """The last buffer, once `count` of them have been played."""
    visitor.page.wait_for_function("n => window.played.length >= n", arg=count)
    assert visitor.page.evaluate("window.played.length") == count
    assert visitor.page.evaluate("window.played.at(-1).rate") == RATE
    return np.array(visitor.page.evaluate("window.played.at(-1).data"))


def flatness(sound: NDArray[np.float64]) -> float:
    """Geometric over arithmetic mean of the spectrum in 32 bands: 1 for white noise."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    bands = power[1 : 1 + len(power) // 32 * 32].reshape(32, -1).sum(axis=1)
    return float(np.exp(np.log(bands).mean()) / bands.mean())


def test_nothing_sounds_before_a_button_is_pressed(visitor: Visitor) -> None:
    open_lab(visitor)
    visitor.page.get_by_role("button", name="Play", exact=True).first.click()  # the timeline's
    visitor.page.wait_for_timeout(300)
    assert visitor.page.evaluate("window.played.length") == 0
    assert visitor.page.evaluate("window.throughTheFogLoudspeaker.context") is None


def test_noise_is_heard_at_the_start_and_the_note_at_the_end(visitor: Visitor) -> None:
    open_lab(visitor, "&note=G4&note_seed=3")
    listen = visitor.page.get_by_role("button", name="Listen to x_t at this step")
    visitor.page.get_by_role("slider", name="Timeline").press("Home")
    visitor.wait_for(STAGE, "i === 0")
    listen.click()
    hiss = played(visitor, 1)
    visitor.page.get_by_role("slider", name="Timeline").press("End")
    visitor.wait_for(STAGE, "i === c.last")
    listen.click()
    note = played(visitor, 2)
    assert find_pitch(hiss).clarity < FAINT and flatness(hiss) > 0.8
    found = find_pitch(note)
    assert is_pitch(found.frequency, NAMES.index("G4")) and found.clarity > SURE
    assert flatness(note) < 0.3
    # Noise is no louder than a loudspeaker can bear, and nothing is clipped.
    assert np.abs(hiss).max() < 1 and 0.02 < np.sqrt((hiss**2).mean()) < 0.25


def test_the_spectrogram_is_flat_at_the_start_and_has_a_line_at_the_end(visitor: Visitor) -> None:
    open_lab(visitor, "&note=C5&note_seed=3")

    def rows() -> NDArray[np.float64]:
        """How dark each frequency is on the whole, low ones first, in 128 steps of 31 Hz."""
        picture = visitor.page.get_by_role("img", name="Spectrogram of x_t")
        red = picture.evaluate(
            """c => [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]
                .filter((_, i) => i % 4 === 0)"""
        )
        return 255 - np.array(red).reshape(128, -1).mean(axis=1)[::-1]

    slider = visitor.page.get_by_role("slider", name="Timeline")
    slider.press("End")
    visitor.wait_for(STAGE, "i === c.last")
    note = rows()
    slider.press("Home")
    visitor.wait_for(STAGE, "i === 0")
    hiss = rows()
    assert abs(int(np.argmax(note)) * RATE / 256 - PITCHES[7]) < 40
    assert note.max() > 2 * np.median(note)
    assert hiss[2:-2].max() < 1.5 * np.median(hiss)


def test_it_is_heard_to_happen(visitor: Visitor) -> None:
    open_lab(visitor, "&note=E4")
    visitor.page.evaluate(
        """() => { window.places = [];
        const s = window.throughTheFog.get("sound");
        s.follow((scene, index) => window.places.push(index)); }"""
    )
    visitor.page.get_by_role("button", name="Hear it happen").click()
    sound = played(visitor, 1)
    eight = [sound[round(0.6 * i * RATE) :][:4096] for i in range(8)]
    clarity = [find_pitch(part).clarity for part in eight]
    assert clarity[0] < FAINT and clarity[-1] > SURE
    assert max(a - b for a, b in pairwise(clarity)) < 0.1  # it gets ever clearer
    visitor.wait_for(STAGE, "i === c.last")
    places = visitor.page.evaluate("window.places.slice(window.places.indexOf(0))")
    assert places == sorted(places) and len(set(places)) >= 6
    visitor.page.wait_for_function("() => window.throughTheFogLoudspeaker.source === null")


def test_who_moves_the_timeline_meanwhile_keeps_it(visitor: Visitor) -> None:
    open_lab(visitor, "&note=E4")
    visitor.page.get_by_role("button", name="Hear it happen").click()
    visitor.wait_for(STAGE, "i > 0 && i < c.last")
    visitor.page.get_by_role("slider", name="Timeline").press("Home")
    visitor.page.wait_for_function("() => window.throughTheFogLoudspeaker.source === null")
    assert visitor.stage(STAGE, "i") == 0


def test_who_holds_the_timeline_where_it_is_keeps_it(visitor: Visitor) -> None:
    open_lab(visitor, "&note=E4")
    visitor.page.get_by_role("button", name="Hear it happen").click()
    visitor.wait_for(STAGE, "i === 0")
    visitor.page.wait_for_function("() => window.throughTheFogLoudspeaker.source !== null")
    visitor.page.get_by_role("slider", name="Timeline").press("Home")
    here = visitor.stage(STAGE, "i")
    visitor.page.wait_for_function("() => window.throughTheFogLoudspeaker.source === null")
    assert visitor.stage(STAGE, "i") == here == 0


def test_what_is_heard_is_also_said(visitor: Visitor) -> None:
    open_lab(visitor, "&note=A4")
    picture = visitor.page.get_by_role("img", name="Spectrogram of x_t")
    slider = visitor.page.get_by_role("slider", name="Timeline")
    slider.press("Home")
    visitor.wait_for(STAGE, "i === 0")
    assert "no tone, it hisses" in (picture.get_attribute("aria-label") or "")
    slider.press("End")
    visitor.wait_for(STAGE, "i === c.last")
    assert "a clear tone: A4" in (picture.get_attribute("aria-label") or "")
    visitor.page.get_by_text("What you would hear now: a clear tone: A4").wait_for(state="attached")


def test_another_seed_is_another_note_and_stands_in_the_address(visitor: Visitor) -> None:
    open_lab(visitor)
    before = visitor.stage(STAGE, "[...c.lanes[0].wave(c.frame(0, c.last), 0, 0)]")
    visitor.page.get_by_role("button", name="Make another").click()
    visitor.wait_for(STAGE, f"!c.lanes[0].address.includes('seed=7&') && {DONE}")
    after = visitor.stage(STAGE, "[...c.lanes[0].wave(c.frame(0, c.last), 0, 0)]")
    assert abs(np.corrcoef(before, after)[0, 1]) < 0.95  # type: ignore[call-overload]
    visitor.page.wait_for_url("**note_seed=**")


# --- Melodies -----------------------------------------------------------------------------------


def play(visitor: Visitor, melody: str) -> None:
    visitor.page.get_by_label("Melody: C D E").fill(melody)
    visitor.page.get_by_role("button", name="Play", exact=True).last.click()


def test_a_melody_is_played_in_time_from_new_notes(visitor: Visitor) -> None:
    open_lab(visitor, script=DICE)
    tune = "C-E G4c"
    play(visitor, tune)
    first = played(visitor, 1)
    for beat, label in enumerate(parse(tune)):
        # A note lasts a tenth of a second longer than a beat: before, two are heard at once.
        part = first[round((0.4 * beat + 0.12) * RATE) :][: round(0.28 * RATE)]
        if label is None:
            assert np.abs(part).max() < 0.01
        else:
            assert is_pitch(find_pitch(part).frequency, label)
    play(visitor, tune)
    second = played(visitor, 2)
    assert len(first) == len(second) and np.abs(np.corrcoef(first, second)[0, 1]) < 0.9


def another_lab(visitor: Visitor) -> None:
    visitor.page.get_by_role("radio", name="Generate").click()
    visitor.wait_for("generate", "c.lanes[0]")


def test_a_melody_ends_when_the_lab_is_left(visitor: Visitor) -> None:
    open_lab(visitor, script=ENDLESS)
    play(visitor, "CDEFGABc" * 2)
    assert len(played(visitor, 1)) / RATE > 6
    another_lab(visitor)
    visitor.page.wait_for_function("() => window.silenced > 0")  # its own end silences nothing
    visitor.page.wait_for_function("() => window.throughTheFogLoudspeaker.source === null")


def test_a_melody_that_comes_after_the_lab_was_left_is_not_played(visitor: Visitor) -> None:
    waiting: list[Route] = []
    open_lab(visitor)
    visitor.page.route("**/api/sound?melody=CDE*", lambda route: waiting.append(route))
    play(visitor, "CDE")
    visitor.page.get_by_text("The model is making your notes").wait_for()
    another_lab(visitor)
    assert len(waiting) == 1
    waiting[0].continue_()
    visitor.page.wait_for_timeout(1_500)
    assert visitor.page.evaluate("window.played.length") == 0


def test_sound_is_asked_for_within_the_click(visitor: Visitor) -> None:
    # Some browsers allow sound only there, and not once the notes have been made.
    open_lab(visitor, script=BEGUN)
    play(visitor, "C")
    played(visitor, 1)
    assert visitor.page.evaluate("window.begunIn") == "the click"


def test_a_melody_can_be_kept(visitor: Visitor) -> None:
    open_lab(visitor)
    save = visitor.page.get_by_role("button", name="Save WAV")
    assert save.is_disabled()
    play(visitor, "Ac")
    sound = played(visitor, 1)
    with visitor.page.expect_download() as download:
        save.click()
    with wave.open(io.BytesIO(download.value.path().read_bytes())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        kept = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert np.abs(kept - sound).max() < 1e-4


def test_keys_play_by_mouse_and_by_keyboard(visitor: Visitor) -> None:
    open_lab(visitor)
    line = visitor.page.get_by_label("Melody: C D E")
    line.fill("")
    visitor.page.get_by_label("write down what I press").check()
    visitor.page.get_by_role("button", name="Play F4").click()
    assert is_pitch(find_pitch(played(visitor, 1)).frequency, 3)
    visitor.page.get_by_role("heading", name="Applications").first.click()
    visitor.page.keyboard.press("8")
    assert is_pitch(find_pitch(played(visitor, 2)).frequency, 7)
    assert line.input_value() == "Fc"
    # In the line, a number is a letter of the melody and no key.
    line.press("1")
    assert line.input_value() in ("1Fc", "Fc1")
    assert visitor.page.evaluate("window.played.length") == 2


def test_keys_play_by_touch(phone: Visitor) -> None:
    open_lab(phone)
    phone.page.get_by_role("button", name="Play D4").tap()
    assert is_pitch(find_pitch(played(phone, 1)).frequency, 1)


def test_ready_melodies_can_be_chosen(visitor: Visitor) -> None:
    open_lab(visitor)
    visitor.page.get_by_label("Ready melodies").select_option("Twinkle, twinkle")
    line = visitor.page.get_by_label("Melody: C D E")
    assert parse(line.input_value())[:4] == (0, 0, 4, 4)


@pytest.mark.parametrize(
    ("melody", "said"),
    [
        ("CDX", "“X” is no note here"),
        ("", "There is no note to play yet"),
        ("- -", "There is no note to play yet"),
        ("CDEFGABc" * 3, "shorten it"),
    ],
)
def test_what_is_no_melody_is_said(visitor: Visitor, melody: str, said: str) -> None:
    open_lab(visitor)
    visitor.errors.clear()
    play(visitor, melody)
    visitor.page.get_by_text(said).wait_for()
    assert visitor.page.evaluate("window.played.length") == 0
    # The browser writes down that the server refused; that is all.
    assert all("400" in error for error in visitor.errors)
    visitor.errors.clear()


# --- Where the browser will not ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "said"),
    [(MISSING, "This browser cannot play sound"), (SUSPENDED, "keeps this page silent")],
)
def test_without_sound_one_sentence_and_all_else_works(
    visitor: Visitor, script: str, said: str
) -> None:
    open_lab(visitor, script=script)
    sentence = visitor.page.get_by_text(said)
    visitor.page.get_by_role("button", name="Hear it happen").click()
    sentence.first.wait_for()
    visitor.page.get_by_role("slider", name="Timeline").press("Home")
    visitor.wait_for(STAGE, "i === 0")
    play(visitor, "CE")
    sentence.nth(1).wait_for()
    # The melody was made all the same, and can be kept.
    save = visitor.page.get_by_role("button", name="Save WAV")
    assert save.is_enabled()
    with visitor.page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == "melody.wav"
    assert visitor.page.evaluate("window.played.length") == 0


# --- For everybody ------------------------------------------------------------------------------


def loaded(visitor: Visitor) -> dict[str, object]:
    visitor.page.add_init_script(WATCH_SHIFTS)
    open_lab(visitor)
    visitor.page.wait_for_function(LOADED)
    return visitor.page.evaluate(LAYOUT)


def test_the_lab_by_day(visitor: Visitor) -> None:
    layout = loaded(visitor)
    levels = layout["headings"]
    assert isinstance(levels, list) and all(b <= a + 1 for a, b in pairwise(levels))
    assert violations(visitor) == []
    visitor.page.emulate_media(forced_colors="active")
    assert violations(visitor) == []


def test_the_lab_on_a_phone(phone: Visitor) -> None:
    assert loaded(phone)["width"] == 390
    assert violations(phone) == []


IPHONE = """Object.defineProperty(Navigator.prototype, "userAgent", {
    get: () => "Mozilla/5.0 (iPhone)" });"""
SESSION = (
    """Object.defineProperty(Navigator.prototype, "audioSession", { value: { type: "auto" } });"""
)
SILENCED = "The silent mode of an iPhone or iPad silences this page"


def test_a_muted_iphone_plays_all_the_same_where_it_can(visitor: Visitor) -> None:
    open_lab(visitor, script=IPHONE + SESSION)
    page = visitor.page
    assert page.evaluate("navigator.audioSession.type") == "auto"  # before anything is played
    page.get_by_role("button", name="Listen to x_t at this step").click()
    played(visitor, 1)
    assert page.evaluate("navigator.audioSession.type") == "playback"
    assert not page.get_by_text(SILENCED).count()


@pytest.mark.parametrize(("script", "count"), [(IPHONE, 1), ("", 0)], ids=["iPhone", "others"])
def test_an_older_iphone_is_told_why_it_is_silent(
    visitor: Visitor, script: str, count: int
) -> None:
    open_lab(visitor, script=script)
    visitor.page.get_by_role("button", name="Save WAV").wait_for()
    assert visitor.page.get_by_text(SILENCED).count() == count
