"""The routes that the stage fetches from."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from starlette.testclient import TestClient

from diffusion_core.errors import CheckpointError
from pages.api import sample as sample_api
from pages.api.security import content_security_policy, inline_script_hashes
from pages.components import model
from pages.components.reverse_scene import ReverseSettings
from tests.pages.unbundle import unbundle


def test_sample_streams_a_whole_recording(client: TestClient) -> None:
    answer = client.get("/api/sample?digit=4&seed=1&sampler=ddim&steps=3&guidance=1&n=2")
    assert answer.status_code == 200 and answer.headers["content-encoding"] == "identity"
    head, _, frames = answer.content.partition(b"\n")
    assert json.loads(head)["request"]["labels"] == [4, 4]
    size = 24 + 2 * 3 * 784
    assert len(frames) == 4 * size
    numbers = [np.frombuffer(frames[k * size :], "<f4", 5) for k in range(4)]
    assert [n[0] for n in numbers] == pytest.approx([1, 2 / 3, 1 / 3, 0], abs=1e-6)
    assert [n[4] for n in numbers] == [1, 2, 3, 3]


def test_sample_is_the_same_for_the_same_request(client: TestClient) -> None:
    address = "/api/sample?digit=all&seed=5&sampler=ddpm&steps=2"
    assert client.get(address).content == client.get(address).content


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("digit=x", "digit"),
        ("steps=0", "steps"),
        ("steps=1001", "steps"),
        ("steps=ten", "numbers"),
        ("guidance=5.5", "guidance"),
        ("guidance=nan", "guidance"),
        ("sampler=euler", "sampler"),
        ("seed=-1", "seed"),
        ("n=17", "pictures"),
    ],
)
def test_sample_refuses_in_one_sentence(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/api/sample?{query}")
    assert answer.status_code == 400
    assert (
        said in answer.text.lower() and answer.text.count("\n") == 0 and answer.text.endswith(".")
    )


def test_guess_answers_at_every_level(client: TestClient, without_mnist: None) -> None:
    answer = client.get("/api/guess?digit=2&which=3&seed=4&schedule=linear-100")
    assert answer.status_code == 200
    head, arrays = unbundle(answer.content)
    assert head["levels"] == 101 and arrays["x0_hat"].shape == (101, 784)
    # The more noise there is, the easier most of it is to see.
    assert arrays["error"][100] < 0.5 < arrays["error"][0]


@pytest.mark.parametrize("query", ["digit=10", "which=0", "which=1000000", "seed=x", "schedule=no"])
def test_guess_refuses_in_one_sentence(client: TestClient, without_mnist: None, query: str) -> None:
    answer = client.get(f"/api/guess?{query}")
    assert answer.status_code == 400 and "Traceback" not in answer.text


def test_missing_model_is_said_in_one_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise CheckpointError("There is no model: train one.")

    monkeypatch.setattr(model, "denoiser", missing)
    answer = client.get("/api/sample?digit=1")
    assert (answer.status_code, answer.text) == (400, "There is no model: train one.")


def test_hanging_up_stops_the_model() -> None:
    gone = threading.Event()
    frames = sample_api.recording(ReverseSettings(steps=1000, n=1), gone)
    next(frames), next(frames)
    gone.set()
    assert list(frames) == []


def test_too_many_requests_are_turned_away(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_api, "_active", sample_api.RUNNING + sample_api.WAITING)
    answer = client.get("/api/sample?digit=1")
    assert answer.status_code == 503 and "try again" in answer.text


def test_places_are_given_back(client: TestClient) -> None:
    for _ in range(3):
        client.get("/api/sample?digit=1&steps=1&n=1")
    assert sample_api._active == 0


def test_headers_on_every_answer(client: TestClient) -> None:
    for answer in (client.get("/api/sample?digit=x"), client.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_policy_allows_exactly_the_inline_scripts_of_the_index_page() -> None:
    page = "<script src='a.js'></script><script>hello()</script><script type=module>x</script>"
    assert len(inline_script_hashes(page)) == 2
    rules = dict(rule.split(" ", 1) for rule in content_security_policy().split("; "))
    assert "'unsafe-inline'" not in rules["script-src"] and "sha256-" in rules["script-src"]
