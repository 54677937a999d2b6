"""A run of either process as still pictures, for everything that can be taken away from a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffusion_core.files.frames import read_recording
from diffusion_core.request import IMAGE_SIZE
from diffusion_core.schedule import alpha_sigma
from pages.shared.words import sentences_by_noise
from pages.stage.forward import ForwardSettings
from pages.stage.reverse import ReverseSettings, reverse_words

Pictures = NDArray[np.uint8]
MOST_FRAMES = 61
"""A longer run is thinned to so many frames, evenly."""
STRIP_FRAMES = 7


@dataclass(frozen=True)
class Frame:
    """One step of a run. Pictures are (B, 28, 28), on one scale: black is -1, white is 1."""

    step: int
    t: float
    alpha: float
    sigma: float
    pictures: Pictures
    """x_t: what one has."""
    digits: Pictures
    """The digit in it: x_0, or the model's guess."""
    noises: Pictures
    """The noise in it: eps, or the noise that the model sees."""


@dataclass(frozen=True)
class Film:
    """One run: its frames from the first to the last, and the one that is on stage."""

    caption: str
    """The settings in words."""
    steps: int
    frames: tuple[Frame, ...]
    now: Frame

    def strip(self, count: int = STRIP_FRAMES) -> list[Frame]:
        """So many frames, evenly spread from first to last; all of them if there are fewer."""
        return [self.frames[k] for k in evenly(len(self.frames) - 1, count)]


@dataclass(frozen=True)
class Show:
    """What is on stage: one film, or two on one timeline."""

    page: str
    title: str
    films: tuple[Film, ...]
    seconds: float
    """How long it plays."""
    words: Sequence[tuple[float, str]]
    """What to see up to each amount of noise."""

    @property
    def length(self) -> int:
        """The number of frames on the timeline."""
        return max(len(film.frames) for film in self.films)

    def sentence(self, sigma: float) -> str:
        """What to see at this amount of noise, as the page says it."""
        return next(text for limit, text in self.words if sigma <= limit)

    def at(self, place: int) -> list[Frame]:
        """Each film's frame at a place on the timeline; films of all lengths fill all of it."""
        last = max(1, self.length - 1)
        return [film.frames[place * (len(film.frames) - 1) // last] for film in self.films]


def evenly(last: int, count: int) -> list[int]:
    """At most `count` whole numbers from 0 to `last`, both included, evenly spread."""
    return [round(float(k)) for k in np.linspace(0, last, min(count, last + 1))]


def a_digit(digit: str | int) -> str:
    """The digit with its article: "a 3", "an 8"."""
    return f"{'an' if str(digit) == '8' else 'a'} {digit}"


# --- Forward -------------------------------------------------------------------------------------


def forward_show(settings: ForwardSettings, pixels: bytes, t: int | None = None) -> Show:
    """The forward process: x_t = alpha_t x_0 + sigma_t eps at evenly spread steps.

    pixels: the digit, 784 bytes. t: the step on stage; without it, or where nothing is mixed yet
    or any more, the one at which the page comes to rest.
    """
    x_0 = np.frombuffer(pixels, np.uint8).reshape(1, *_SIDES) / 127.5 - 1
    eps = settings.noise()[None].astype(np.float64)
    schedule, steps = settings.make_schedule(), settings.steps
    digits, noises = _greys(x_0), _greys(eps)

    def frame(step: int) -> Frame:
        alpha, sigma = map(float, alpha_sigma(schedule, step / steps))
        mixed = _greys(alpha * x_0 + sigma * eps)
        return Frame(step, step / steps, alpha, sigma, mixed, digits, noises)

    rest = t if t is not None and 0 < t < steps else round(0.42 * steps)
    what = a_digit(settings.digit)
    caption = (
        f"{what}, number {settings.which} · {settings.schedule.partition('-')[0]} schedule, "
        f"T = {steps} · noise seed {settings.seed}"
    )
    frames = tuple(frame(step) for step in evenly(steps, MOST_FRAMES))
    film = Film(caption, steps, frames, frame(rest))
    title = f"The forward process: noise covers {what}"
    return Show("forward", title, (film,), 7, sentences_by_noise("forward"))


def _greys(x: NDArray[np.float64]) -> Pictures:
    """[-1, 1] to 0..255, clipped outside and rounded as the stage does it."""
    return np.rint(np.clip(x * 127.5 + 127.5, 0, 255)).astype(np.uint8)


# --- Reverse -------------------------------------------------------------------------------------


def reverse_show(
    lanes: Sequence[ReverseSettings], recordings: Sequence[bytes], step: int | None = None
) -> Show:
    """One or two runs of the model, from their recordings (diffusion_core/files/frames.py).

    step: the one on stage, on the timeline of the longest run.
    """
    longest = max(lane.steps for lane in lanes)
    films = tuple(
        _film_of(lane, recording, None if step is None else min(1, step / longest))
        for lane, recording in zip(lanes, recordings, strict=True)
    )
    named = {"all": "all ten digits", "surprise": "digits"}
    what = named.get(lanes[0].digit) or a_digit(lanes[0].digit)
    length = max(len(film.frames) for film in films)
    seconds = min(6, 1.2 * (length - 1))
    title = f"The reverse process: the model draws {what}"
    return Show("reverse", title, films, seconds, reverse_words(lanes))


def _film_of(settings: ReverseSettings, recording: bytes, part: float | None) -> Film:
    recorded = read_recording(recording)
    last = len(recorded.numbers) - 1

    def frame(number: int) -> Frame:
        pixels = recorded.pixels[number]
        t, alpha, sigma = map(float, recorded.numbers[number, :3])
        # Recordings keep noise from -reach to reach; in an equation all terms have one scale.
        noise = _greys((pixels[:, 2] / 127.5 - 1) * recorded.noise_reach)
        step = min(number * settings.every, settings.steps)
        return Frame(step, t, alpha, sigma, pixels[:, 0].copy(), pixels[:, 1].copy(), noise)

    # At the very ends the equation says that nothing is mixed: show it in the middle instead.
    place = round(last * (0.5 if part is None or part in (0, 1) else part))
    frames = tuple(frame(number) for number in evenly(last, MOST_FRAMES))
    return Film(settings.caption, settings.steps, frames, frame(place))


_SIDES = (IMAGE_SIZE, IMAGE_SIZE)
