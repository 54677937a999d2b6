"""Notes through the worker: the same as alone, and digits beside them are not held up."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.denoiser import Denoiser, NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.labs.sound.job import HELD, MAX_SOUND_STEPS, Melody
from diffusion_core.labs.sound.melody import MAX_NOTES
from diffusion_core.labs.sound.notes import LENGTH, RATE, REACH, envelope
from diffusion_core.labs.sound.recording import sound_frames, sound_head
from diffusion_core.labs.sound.synth import note
from diffusion_core.labs.sound.training import SIZE
from diffusion_core.prediction import Prediction, from_x0
from diffusion_core.request import Request
from diffusion_core.run import Run, reverse, sample, start_of
from diffusion_core.schedule import Floats
from diffusion_core.service.asking import asking
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.limits import Limits
from diffusion_core.service.networks import WHILE_OTHERS_WAIT
from diffusion_core.service.works import Works

SHORT = (1, 64)


def steady(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    """Always expects the same, whatever it sees."""
    return from_x0(torch.full_like(x_t, 0.25), x_t, alpha, sigma)


def watched(inner: Denoiser, name: str, seen: list[tuple[str, int]]) -> Denoiser:
    def ask(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        seen.append((name, len(x_t)))
        return inner(x_t, alpha, sigma, label)

    return ask


def passes(jobs: dict[str, list[Run]]) -> list[tuple[str, int]]:
    """Which network was asked about how many, pass by pass."""
    seen: list[tuple[str, int]] = []
    both = {name: watched(steady, name, seen) for name in ("digits", "sound")}
    works = Works(Batcher(both, while_others_wait=WHILE_OTHERS_WAIT))
    for name, runs in jobs.items():
        for number, run in enumerate(runs):
            works.add((name, number), asking(run, name, lambda step: [step]))
    while len(works):
        works.tick()
    return seen


def melody(notes: int) -> Run:
    request = Request((1,) * notes, steps=6)
    return reverse(request, start_of(request, SHORT))


def test_a_digit_waits_for_a_few_notes_at_a_time_and_no_more() -> None:
    seen = passes({"digits": [reverse(Request((3,), steps=10))], "sound": [melody(16), melody(16)]})
    digits = [i for i, (name, _) in enumerate(seen) if name == "digits"]
    between = [seen[a + 1 : b] for a, b in pairwise(digits)]
    assert len(digits) == 10
    assert all(part in ([], [("sound", WHILE_OTHERS_WAIT["sound"])]) for part in between)


def test_notes_that_are_alone_share_full_passes() -> None:
    assert passes({"sound": [melody(16), melody(16)]}) == [("sound", 32)] * 6


def test_a_pass_takes_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Batcher({"sound": steady}, while_others_wait={"sound": 0})


# --- The job ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"slots": ()},
        {"slots": (None, None)},
        {"slots": (8,)},
        {"slots": (-1,)},
        {"slots": (0,) * (MAX_NOTES + 1)},
        {"slots": (0,), "steps": 0},
        {"slots": (0,), "steps": MAX_SOUND_STEPS + 1},
        {"slots": (0,), "seed": -1},
        {"slots": (0,), "seed": 2**31},
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(fields: dict[str, object]) -> None:
    with pytest.raises(RequestError) as caught:
        Melody(**fields)  # type: ignore[arg-type]
    assert str(caught.value).endswith(".")


def test_the_longest_melody_fits_beside_others() -> None:
    job, limits = Melody((0,) * MAX_NOTES, whole=False), Limits()
    assert job.size < limits.long and job.width < limits.width


# --- The recording ------------------------------------------------------------------------------


def unpacked(job: Melody, frame: bytes) -> tuple[NDArray, NDArray, NDArray]:
    """Numbers (6,), pitches (B, 2, 2) and waves (B, 2, L) of a frame."""
    count = job.width
    numbers = np.frombuffer(frame, "<f4", 6)
    pitches = np.frombuffer(frame, "<f4", 4 * count, 24).reshape(count, 2, 2)
    waves = np.frombuffer(frame, "<i2", offset=24 + 16 * count).reshape(count, 2, LENGTH)
    return numbers, pitches, waves * (REACH / 32767)


def test_a_recording_is_what_its_head_and_its_size_say() -> None:
    job = Melody((4, None, 7), steps=3, seed=2)
    steps = [*sample(steady, job.request, start_of(job.request, SIZE))]
    frames = [frame for step in steps for frame in sound_frames(step, job)]
    head = json.loads(sound_head(job))
    assert (head["slots"], head["frames"], head["rate"]) == ([4, None, 7], 4 + HELD, RATE)
    assert len(frames) == 4 + HELD and sum(map(len, frames)) == job.size
    for step, frame in zip(steps, frames, strict=False):
        numbers, _, waves = unpacked(job, frame)
        assert numbers[:3] == pytest.approx([step.t, step.alpha, step.sigma], abs=1e-6)
        expected = torch.cat([step.x_t, step.x0_hat], dim=1).numpy() * envelope()
        assert np.abs(waves - np.clip(expected, -REACH, REACH)).max() < 1e-3


def test_a_recording_names_the_tone_that_it_holds() -> None:
    job = Melody((5,), steps=1)
    wave = torch.from_numpy(note(5, 1, 1)).view(1, 1, -1)

    def knows(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        return from_x0(wave.to(x_t), x_t, alpha, sigma)

    (step,) = sample(knows, job.request, start_of(job.request, SIZE))
    first, *moments, last = sound_frames(step, job)
    clarity = [unpacked(job, frame)[1][0, 0, 1] for frame in (first, *moments, last)]
    assert len(moments) == HELD and min(np.diff(clarity)) > -0.03
    _, pitches, _ = unpacked(job, first)
    assert pitches[0, 0, 1] < 0.2  # noise
    assert pitches[0, 1, 0] == pytest.approx(440, rel=0.01) and pitches[0, 1, 1] > 0.9
    _, pitches, waves = unpacked(job, last)
    assert pitches[0, 0, 0] == pytest.approx(440, rel=0.01)
    assert np.abs(waves[0, 0] - wave.numpy()[0, 0] * envelope()).max() < 1e-3


def test_only_the_ends_are_kept_of_a_melody() -> None:
    job = Melody((4, 7), steps=5, whole=False)
    steps = sample(steady, job.request, start_of(job.request, SIZE))
    kept = [frame for step in steps for frame in sound_frames(step, job)]
    assert len(kept) == job.frames == 2
    assert [unpacked(job, frame)[0][0] for frame in kept] == [1.0, 0.0]


def test_a_note_is_the_same_whatever_is_played_with_it(sound_model: NetworkDenoiser) -> None:
    def made(labels: tuple[int, ...]) -> Tensor:
        request = Request(labels, steps=2, seed=9)
        *_, last = sample(sound_model, request, start_of(request, SIZE))
        return last.x_next

    torch.testing.assert_close(made((3, 5))[:1], made((3,)), rtol=1e-3, atol=1e-4)
