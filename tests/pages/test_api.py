"""The routes that the stage fetches from."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import numpy as np
import pytest
from starlette.testclient import TestClient

from diffusion_core.samplers import grid_of
from diffusion_core.service.answer import Before, ServiceError
from pages.http.security import content_security_policy, inline_script_hashes
from pages.stage import inference
from tests.pages.unbundle import unbundle


def test_sample_streams_a_whole_recording(client: TestClient) -> None:
    answer = client.get("/api/sample?digit=4&seed=1&sampler=ddim&steps=3&guidance=1&n=2")
    assert answer.status_code == 200 and answer.headers["content-encoding"] == "identity"
    head, _, frames = answer.content.partition(b"\n")
    assert json.loads(head)["request"]["labels"] == [4, 4]
    size = 24 + 2 * 3 * 784
    assert len(frames) == 4 * size
    numbers = [np.frombuffer(frames[k * size :], "<f4", 5) for k in range(4)]
    assert [n[0] for n in numbers] == pytest.approx(grid_of("ddim", 3).tolist(), abs=1e-6)
    assert [n[4] for n in numbers] == [1, 2, 3, 3]


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


@pytest.mark.parametrize(
    "address",
    [
        "/api/sample?digit=1",
        "/api/guess",
        "/api/check?name=ddim",
        "/api/export.gif?page=reverse",
        "/api/edit?kind=between&from=3.7&to=8.21",
        "/api/spread?digit=3",
        "/api/sound?melody=C",
        "/api/step",
    ],
)
def test_a_model_that_cannot_answer_is_said_in_one_sentence(
    client: TestClient, without_mnist: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async def refuse(job: object, visitor: object) -> AsyncGenerator[bytes, None]:
        raise ServiceError("There is no model: train one.")
        yield b""

    monkeypatch.setattr(inference.service, "ask", refuse)
    answer = client.get(address)
    assert (answer.status_code, answer.text) == (503, "There is no model: train one.")


def test_an_answer_that_breaks_off_says_why(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def falter(job: object, visitor: object) -> AsyncGenerator[bytes | Before, None]:
        yield Before(3)
        yield b'{"frames": 21}\n'
        raise ServiceError("The model stopped.")

    monkeypatch.setattr(inference.service, "ask", falter)
    answer = client.get("/api/sample?digit=1")
    assert answer.status_code == 200
    assert answer.content.splitlines() == [
        b'{"before": 3}',
        b'{"frames": 21}',
        b'{"problem": "The model stopped."}',
    ]


def test_what_was_drawn_already_comes_with_a_note(client: TestClient) -> None:
    address = "/api/sample?digit=6&seed=61&steps=2&n=1"
    first, second = client.get(address).content, client.get(address).content
    assert second == b'{"kept": true}\n' + first


def test_nothing_is_left_when_the_answers_have_been_read(client: TestClient) -> None:
    for seed in range(3):
        client.get(f"/api/sample?digit=1&steps=1&n=1&seed={seed}")
    assert inference.service.idle


def test_headers_on_every_answer(client: TestClient) -> None:
    for answer in (client.get("/api/sample?digit=x"), client.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_policy_allows_exactly_the_inline_scripts_of_the_index_page() -> None:
    page = "<script src='a.js'></script><script>hello()</script><script type=module>x</script>"
    assert len(inline_script_hashes(page)) == 2
    rules = dict(rule.split(" ", 1) for rule in content_security_policy().split("; "))
    assert "'unsafe-inline'" not in rules["script-src"] and "sha256-" in rules["script-src"]


@pytest.mark.parametrize(
    ("method", "address", "status", "said"),
    [
        ("GET", "/api/points", 405, "POST"),
        ("GET", "/api/train", 405, "POST"),
        ("GET", "/api/train/stop", 405, "POST"),
        ("POST", "/api/sample", 405, "GET"),
        ("GET", "/api/nothing", 404, "nothing"),
        ("GET", "/api/", 404, "nothing"),
    ],
)
def test_what_is_not_there_is_said(
    client: TestClient, method: str, address: str, status: int, said: str
) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status and said in answer.text and answer.text.endswith(".")
    assert "<" not in answer.text
