"""What guidance does to fidelity and variety, measured while drawing."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.labs import tradeoff as spread
from diffusion_core.labs.tradeoff import mean_distance, measured
from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.edits import Spread
from diffusion_core.service.networks import LoadedNetworks
from diffusion_core.service.works import Works


@pytest.fixture(autouse=True)
def without_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path))
    spread.real_variety.cache_clear()


def test_every_scale_is_measured_in_turn_from_the_same_noises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spread, "SCALES", (0.0, 1.0, 5.0))
    monkeypatch.setattr(spread, "COUNT", 4)
    monkeypatch.setattr(spread, "STEPS", 3)
    network = NetworkDenoiser(load_checkpoint(SHIPPED))
    networks = LoadedNetworks({"digits": network})
    works = Works(Batcher(networks))
    works.add(1, Spread(label=6, seed=9).work(networks))
    lines = []
    while len(works):
        for report in works.tick():
            assert report.problem is None
            if isinstance(report.result, bytes):
                lines.append(json.loads(report.result))
    assert [line["guidance"] for line in lines] == [0, 1, 5]
    assert all(line["count"] == 4 and line["mnist"] is False for line in lines)
    for line in lines:
        alone = Request((6,) * 4, "dpmpp", 3, line["guidance"], 9)
        expected = to_uint8(final_picture(sample(network, alone)))
        drawn = np.frombuffer(b64decode(line["pictures"]), np.uint8).reshape(4, 28, 28)
        assert np.abs(drawn.astype(int) - expected).max() <= 2
    assert lines[2]["fidelity"] >= lines[0]["fidelity"]


def test_real_digits_are_as_varied_as_themselves_and_one_digit_is_not_varied() -> None:
    digits = embedded_digits()
    own = digits.images[digits.places[2]]
    itself, one = (json.loads(measured(lot, 2, 1.0)) for lot in (own, np.stack([own[0]] * 5)))
    assert itself["variety"] == 1 and one["variety"] == 0
    assert itself["fidelity"] >= 0.9
    assert json.loads(measured(own, 3, 1.0))["fidelity"] <= 0.1


def test_the_mean_distance_is_that_of_pairs() -> None:
    assert mean_distance(np.array([[0.0, 0], [3, 4], [0, 0]])) == pytest.approx(10 / 3)


@pytest.mark.parametrize(("label", "seed", "said"), [(10, 1, "0 to 9"), (3, -1, "seed")])
def test_what_cannot_be_measured_is_refused(label: int, seed: int, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        Spread(label, seed)
