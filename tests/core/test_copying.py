"""The nearest of many pictures, and the work of the lab “Is it copying?”."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.files.frames import FRAME_HEAD
from diffusion_core.labs import copying
from diffusion_core.labs.copying import ideal_work, known, nearest_work
from diffusion_core.measure.evaluation import nearest_distances
from diffusion_core.measure.nearest import NearestSearch, nearest
from diffusion_core.pixels import to_model
from diffusion_core.request import Request
from diffusion_core.run import sample
from pages.shared.words import sentences_by_noise


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    st.integers(0, 100),
    st.integers(1, 4),
    st.integers(4, 40),
    st.integers(1, 3),
    st.integers(1, 50),
)
def test_the_search_finds_what_looking_at_all_of_them_finds(
    seed: int, count: int, others: int, k: int, piece: int
) -> None:
    rng = np.random.default_rng(seed)
    pictures, known = (rng.integers(0, 256, (n, 28, 28), np.uint8) for n in (count, others))
    known[0] = pictures[0]
    search = NearestSearch(pictures, known, k, piece)
    while not search.done:
        search.advance()
    found = search.found()
    apart = (pictures[:, None].astype(float) - known) / 255
    distances = np.sqrt((apart**2).sum(axis=(2, 3)))
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    np.testing.assert_allclose(found.distances, np.take_along_axis(distances, order, 1), rtol=1e-6)
    np.testing.assert_array_equal(found.places, order)
    assert found.distances[0, 0] == 0
    np.testing.assert_allclose(nearest_distances(pictures, known), distances.min(1), rtol=1e-6)


def test_more_than_there_are_cannot_be_found() -> None:
    with pytest.raises(ValueError, match="cannot be found among 3"):
        nearest(np.zeros((1, 28, 28), np.uint8), np.zeros((3, 28, 28), np.uint8), 4)


@pytest.fixture
def afresh() -> Iterator[None]:
    """Nothing is remembered of the digits of this machine."""
    known.cache_clear()
    copying.ideal_denoiser.cache_clear()
    copying._unseen.clear()
    yield
    known.cache_clear()
    copying.ideal_denoiser.cache_clear()
    copying._unseen.clear()


@pytest.fixture
def without_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, afresh: None) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path))


def drawn_by(work: Iterator[bytes], count: int) -> np.ndarray:
    """The finished pictures of a recording, (count, 28, 28)."""
    recording = b"".join(work)
    head, _, frames = recording.partition(b"\n")
    size = 4 * FRAME_HEAD + count * 3 * 784
    assert len(frames) == json.loads(head)["frames"] * size
    pixels = np.frombuffer(frames[-size + 4 * FRAME_HEAD :], np.uint8)
    return pixels.reshape(count, 3, 28, 28)[:, 0]


def test_the_ideal_denoiser_returns_what_it_knows(without_mnist: None) -> None:
    request = Request((4,) * 5, "dpmpp", steps=20, seed=3)
    drawn = drawn_by(ideal_work(request), 5)
    digits = embedded_digits()
    fours = digits.images[digits.places[4]]
    for picture in drawn:
        assert (picture == fours).all(axis=(1, 2)).any()
    assert len({picture.tobytes() for picture in drawn}) > 1


def undecided(label: int) -> dict[float, float]:
    """By noise amount: how far the ideal denoiser's guess is from the nearest digit that it knows.

    The median of eight runs, as a root mean square over the pixels, whose greys go from -1 to 1.
    """
    stored = to_model(known().digits.images[known().digits.places[label]]).flatten(1)
    run = sample(copying.ideal_denoiser(label), Request((label,) * 8, "dpmpp", 20, 1.0, 7))
    return {
        step.sigma: float(torch.cdist(step.x0_hat.flatten(1), stored).min(1).values.median()) / 28
        for step in run
    }


def said_of_the_copyist(kind: str) -> dict[float, str]:
    """What the lab says while the noise amount is at most so much."""
    return dict(sentences_by_noise("lab-copying", kind))


@pytest.mark.parametrize("label", range(10))
def test_the_copyist_has_made_up_its_mind_when_that_is_said(
    without_mnist: None, label: int
) -> None:
    *_, decided, averaging, start = said_of_the_copyist("few, ")
    assert "its guess is one of them" in said_of_the_copyist("few, ")[decided]
    apart = undecided(label)
    assert max(far for sigma, far in apart.items() if sigma <= decided) < 0.05
    assert max(far for sigma, far in apart.items() if decided < sigma <= averaging < start) > 0.15


@pytest.mark.mnist
@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("label", [1, 3])
def test_of_thousands_the_copyist_chooses_later(label: int) -> None:
    *_, decided, parting, _, _ = said_of_the_copyist("")
    assert "its guess is one stored picture" in said_of_the_copyist("")[decided]
    apart = undecided(label)
    assert max(far for sigma, far in apart.items() if sigma <= decided) < 0.02
    before = [far for sigma, far in apart.items() if decided < sigma <= parting]
    assert before[0] > 0.1 > before[-1]


def test_without_mnist_the_repository_s_digits_stand_in(without_mnist: None) -> None:
    digits = embedded_digits()
    place = int(digits.places[4][2])
    pictures = np.stack([digits.images[place], 255 - digits.images[place]])
    answer = json.loads(b"".join(nearest_work(pictures.tobytes(), 4)))
    assert (answer["mnist"], answer["known"]) == (False, len(digits))
    copy, negative = answer["found"]
    assert (copy[0]["place"], copy[0]["distance"], copy[0]["label"]) == (place, 0, 4)
    assert b64decode(copy[0]["picture"]) == digits.images[place].tobytes()
    assert len(copy) == 3 and negative[0]["distance"] > 10
    # Each of the class, beside the others: none counts as its own neighbour.
    assert len(answer["unseen"]) == len(digits.places[4]) and min(answer["unseen"]) > 0
    assert answer["unseen"] == sorted(answer["unseen"])


@pytest.mark.usefixtures("afresh")
def test_with_mnist_the_training_set_is_searched_and_test_digits_are_the_yardstick(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(folder))
    training, unseen = known().digits, copying.load_mnist("test")
    label = int(unseen.labels[0])
    answer = json.loads(b"".join(nearest_work(training.images[1:2].tobytes(), label)))
    assert (answer["mnist"], answer["known"]) == (True, len(training))
    assert (answer["found"][0][0]["place"], answer["found"][0][0]["distance"]) == (1, 0)
    own = unseen.images[unseen.places[label]][: copying.UNSEEN]
    expected = np.sort(nearest_distances(own, training.images))
    np.testing.assert_allclose(answer["unseen"], expected, atol=1e-4)


@pytest.mark.parametrize("work", ["ideal", "nearest"])
def test_a_pause_leaves_torch_as_it_was(without_mnist: None, work: str) -> None:
    """Other work, such as a step of training, is done in the pauses, and may need gradients."""
    request = Request((3,), "ddim", steps=2)
    nearest = nearest_work(embedded_digits().images[:2].tobytes(), 0)
    for _ in ideal_work(request) if work == "ideal" else nearest:
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_the_work_pauses_often(without_mnist: None) -> None:
    pictures = embedded_digits().images[:2]
    parts = [*nearest_work(pictures.tobytes(), 0)]
    assert parts[-1] and not any(parts[:-1]) and len(parts) > 2
