"""What the gallery of confusions says is what the model does."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from diffusion_core.data.embedded import RECORDED, recorded_digit
from pages.stage.reverse import ReverseSettings
from tests.pages.unbundle import unbundle

Pictures = NDArray[np.float64]


@pytest.fixture(autouse=True)
def no_mnist(without_mnist: None) -> None:
    """With the embedded digits, so that everybody tests the same pictures."""


def last_pictures(client: TestClient, settings: ReverseSettings) -> Pictures:
    """What a run ends with, (n, 784), from 0 to 1."""
    answer = client.get("/" + settings.address)
    assert answer.status_code == 200, answer.text
    content = answer.content
    while True:  # notes may stand before the head
        line, _, content = content.partition(b"\n")
        head: dict[str, Any] = json.loads(line)
        if "frames" in head:
            break
    frames = np.frombuffer(content, np.uint8).reshape(head["frames"], -1)
    return frames[-1, 24:].reshape(-1, 3, 784)[:, 0] / 255


def covered(until: int) -> ReverseSettings:
    return ReverseSettings(
        str(RECORDED.digit), 7, "dpmpp", 20, 0.0, 8, f"{RECORDED.digit}.{RECORDED.which}", until
    )


def apart(a: Pictures, b: Pictures) -> NDArray[np.float64]:
    """Root mean squared difference; two different digits are about 0.4 apart."""
    return np.sqrt(np.square(a - b).mean(axis=-1))


def test_under_little_noise_the_original_comes_back_and_under_much_it_does_not(
    client: TestClient,
) -> None:
    original = recorded_digit().reshape(-1) / 255
    little, much = (apart(last_pictures(client, covered(t)), original) for t in (300, 1000))
    assert little.max() < 0.12
    assert much.min() > 0.2 and much.mean() > 0.3


def test_from_pure_noise_eight_different_digits_come(client: TestClient) -> None:
    pictures = last_pictures(client, covered(1000))
    differences = [apart(pictures[i], pictures[j]) for i in range(8) for j in range(i)]
    assert min(differences) > 0.15


def test_one_step_gives_a_blur(client: TestClient) -> None:
    many = last_pictures(client, ReverseSettings("3", 7, "ddim", 20, 1.5, 4))
    one = last_pictures(client, ReverseSettings("3", 7, "ddim", 1, 1.0, 4))
    # A drawing is black or white nearly everywhere; an average is grey.
    grey = [((p > 0.15) & (p < 0.85)).mean() for p in (one, many)]
    assert grey[0] > 2 * grey[1]
    # And it is nearly the same average wherever one starts.
    assert apart(one[0], one[1]) < 0.5 * apart(many[0], many[1])


def test_the_same_seed_ends_elsewhere_with_fresh_noise(client: TestClient) -> None:
    ddim, ddpm, dpmpp = (
        last_pictures(client, ReverseSettings("4", 7, sampler, 50))
        for sampler in ("ddim", "ddpm", "dpmpp")
    )
    assert apart(ddim, ddpm).mean() > 2.5 * apart(ddim, dpmpp).mean()


def test_more_steps_change_little(client: TestClient) -> None:
    few, many = (
        last_pictures(client, ReverseSettings("5", 7, "dpmpp", steps)) for steps in (20, 100)
    )
    assert apart(few, many).mean() < 0.1


def test_strong_guidance_makes_digits_thick_and_alike(client: TestClient) -> None:
    usual, strong = (
        last_pictures(client, ReverseSettings("2", 7, guidance=scale, n=8)) for scale in (1.5, 5.0)
    )
    assert strong.mean() > usual.mean()


def test_what_the_model_is_told_decides_what_it_takes_for_noise(client: TestClient) -> None:
    answer = client.get("/api/guess?digit=3&which=2&seed=24&schedule=cosine&told=500")
    head, arrays = unbundle(answer.content)
    guesses = arrays["x0_hat"].reshape(head["levels"], 28, 28) / 255
    low, true, high = guesses[15], guesses[50], guesses[100]
    original = recorded_digit() / 255
    background = original < 0.02
    assert low[background].std() > 3 * true[background].std()  # grain taken for ink
    grey = [((guess > 0.2) & (guess < 0.8)).mean() for guess in (high, true)]
    assert grey[0] > 2 * grey[1]  # strokes not trusted
    assert apart(true.ravel(), original.ravel()) < apart(low.ravel(), original.ravel())


@pytest.mark.parametrize("told", ["-1", "1001", "half", "5e2"])
def test_told_is_checked(client: TestClient, told: str) -> None:
    answer = client.get(f"/api/guess?digit=3&told={told}")
    assert answer.status_code == 400 and "whole number from 0 to 1000" in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("origin=3", "as in 3.2"),
        ("origin=3.99999", "pictures of a 3"),
        ("origin=3.2&until=0", "from 1 to 1000"),
        ("origin=3.2&until=x", "must be numbers"),
        ("origin=3.2&sampler=leap&steps=2&guidance=1", "Leaps start from pure noise"),
    ],
)
def test_bad_origins_are_refused(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/api/sample?digit=3&{query}")
    assert answer.status_code == 400 and said in answer.text and "\n" not in answer.text
