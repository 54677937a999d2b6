"""Recordings, read back byte by byte as the browser does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.files.frames import kept_frames, read_recording, recording_size
from diffusion_core.files.recording import recording
from diffusion_core.labs.exact import Gaussian
from diffusion_core.pixels import to_model, to_uint8
from diffusion_core.request import Request
from diffusion_core.run import Step, sample

REQUEST = Request((3, 1, 4), "heun", steps=7, guidance=2.0, seed=5)


@dataclass(frozen=True)
class Recording:
    """What is in the bytes: numbers (frames, 6), pictures (frames, B, 3, 28, 28)."""

    head: dict[str, object]
    numbers: NDArray[np.float32]
    pictures: NDArray[np.uint8]


def parse(data: bytes, count: int) -> Recording:
    line, body = data.split(b"\n", 1)
    frame = np.dtype([("numbers", "<f4", 6), ("pictures", "u1", (count, 3, 28, 28))])
    frames = np.frombuffer(body, frame)
    return Recording(json.loads(line), frames["numbers"], frames["pictures"])


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return [*sample(Gaussian(), REQUEST)]


def decoded(pictures: NDArray[np.uint8], reach: float = 1.0) -> NDArray[np.float64]:
    return (pictures / 127.5 - 1) * reach


def shown(x: Tensor, reach: float = 1.0) -> NDArray[np.float64]:
    return x.squeeze(1).double().numpy().clip(-reach, reach)


@pytest.mark.parametrize("every", [1, 2, 3, 7, 50])
def test_the_kept_steps_come_back(steps: list[Step], every: int) -> None:
    back = parse(b"".join(recording(REQUEST, steps, every)), count=3)
    kept = steps[::every]
    assert len(back.numbers) == len(kept) + 1
    assert back.head == {
        "request": {**asdict(REQUEST), "labels": [3, 1, 4]},
        "frames": len(kept) + 1,
        "every": every,
        "noise_reach": 2.0,
    }
    half_a_level = 0.5 / 127.5 + 1e-6
    for numbers, pictures, step in zip(back.numbers, back.pictures, kept, strict=False):
        log_snr = max(step.log_snr, -100)
        expected = np.float32([step.t, step.alpha, step.sigma, log_snr, step.calls, 0])
        np.testing.assert_array_equal(numbers, expected)
        x_t, x0_hat, eps_hat = pictures.swapaxes(0, 1)
        np.testing.assert_allclose(decoded(x_t), shown(step.x_t), atol=half_a_level)
        np.testing.assert_allclose(decoded(x0_hat), shown(step.x0_hat), atol=half_a_level)
        np.testing.assert_allclose(
            decoded(eps_hat, 2), shown(step.eps_hat, 2), atol=2 * half_a_level
        )


@pytest.mark.parametrize("every", [1, 3, 50])
def test_the_last_frame_is_the_finished_picture(steps: list[Step], every: int) -> None:
    back = parse(b"".join(recording(REQUEST, steps, every)), count=3)
    assert back.numbers[-1].tolist() == [0, 1, 0, 100, steps[-1].calls, 0]
    finished = to_uint8(steps[-1].x_next)
    np.testing.assert_array_equal(back.pictures[-1, :, 0], finished)
    np.testing.assert_array_equal(back.pictures[-1, :, 1], finished)
    # Nothing is left of the noise: the level in the middle, but for rounding.
    assert set(np.unique(back.pictures[-1, :, 2])) <= {127, 128}


@pytest.mark.parametrize("every", [1, 3, 50])
def test_pages_read_what_is_there(steps: list[Step], every: int) -> None:
    content = b"".join(recording(REQUEST, steps, every))
    here, there = read_recording(content), parse(content, count=3)
    np.testing.assert_array_equal(here.numbers, there.numbers)
    np.testing.assert_array_equal(here.pixels, there.pictures)
    np.testing.assert_array_equal(here.finished, to_uint8(steps[-1].x_next))
    assert here.noise_reach == 2
    assert len(content) == len(content.partition(b"\n")[0]) + 1 + recording_size(REQUEST, every)


@pytest.mark.parametrize("damage", ["cut", "longer", "no head", "another head", "no JSON", "empty"])
def test_what_is_no_whole_recording_is_not_read(steps: list[Step], damage: str) -> None:
    content = b"".join(recording(REQUEST, steps))
    head, _, body = content.partition(b"\n")
    broken = {
        "cut": content[:-1],
        "longer": content + b"0",
        "no head": body,
        "another head": b'{"frames": 8}\n' + body,
        "no JSON": head[1:] + b"\n" + body,
        "empty": b"",
    }
    with pytest.raises(ValueError, match=r"no head of a recording|8 frames have"):
        read_recording(broken[damage])


def test_pure_noise_has_a_finite_log_snr(steps: list[Step]) -> None:
    back = parse(b"".join(recording(REQUEST, steps)), count=3)
    assert back.numbers[0, 3] == -100
    assert np.isfinite(back.numbers).all()


def test_frames_are_sent_as_soon_as_they_are_there(steps: list[Step]) -> None:
    computed = 0

    def counted() -> Iterator[Step]:
        nonlocal computed
        for step in steps:
            computed += 1
            yield step

    sent = recording(REQUEST, counted())
    next(sent)
    assert computed == 0
    assert [len(frame) for frame in islice(sent, 2)] == [4 * 6 + 3 * 3 * 784] * 2
    assert computed == 2


@given(st.integers(1, 64), st.integers(1, 1000), st.integers(10_000, 8_000_000))
def test_thinning_is_the_least_that_fits(count: int, steps: int, budget: int) -> None:
    request = Request((0,) * count, steps=steps)

    def size(every: int) -> int:
        return (len(range(0, steps, every)) + 1) * (4 * 6 + count * 3 * 784)

    every = kept_frames(request, budget)
    assert 1 <= every <= steps
    assert size(every) <= budget or every == steps
    assert every == 1 or size(every - 1) > budget


def test_pixels_survive_the_model_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(784).reshape(256, 28, 28)
    x = to_model(levels)
    assert (float(x.min()), float(x.max())) == (-1, 1)
    np.testing.assert_array_equal(to_uint8(x), levels)
    np.testing.assert_array_equal(to_uint8(2 * x, reach=2), levels)
    assert set(np.unique(to_uint8(3 * x))) <= set(range(256))
    assert to_uint8(3 * x)[[0, -1], 0, 0].tolist() == [0, 255]
