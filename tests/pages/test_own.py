"""The lab in which visitors train a model of their own, its routes, and its models elsewhere."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint, save_checkpoint
from diffusion_core.labs.own.shelf import GONE, HOURS, Shelf
from diffusion_core.unet import UNetConfig
from pages.shared import own_models
from pages.stage.reverse import ReverseSettings, settings_of_address
from tests.pages.conftest import Open

UNKNOWN = "01234567"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """The shelf of a server that has just started."""
    own_models.open_shelf()
    opened = own_models.shelf()
    yield opened
    own_models.clear_shelf()
    assert not opened.folder.exists()


@pytest.fixture
def name(shelf: Shelf, tmp_path: Path) -> str:
    """A model that somebody has trained, to be found on the shelf."""
    network = UNetConfig(widths=(16, 16), blocks=1, heads=2, embedding=32, groups=4).build()
    save_checkpoint(tmp_path / "digits.safetensors", network, {"digits": "38"})
    return shelf.put(tmp_path / "digits.safetensors")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "run must be"),
        ("run=xyz", "run must be"),
        ("run=0123456789abcdef&seconds=soon", "whole numbers"),
        ("run=0123456789abcdef&seconds=1000", "from 1 to 180"),
        ("run=0123456789abcdef&digits=33", "each once"),
        ("run=0123456789abcdef&seed=-1", "The seed must be"),
    ],
)
def test_a_run_that_cannot_be_is_refused_in_a_sentence(
    client: TestClient, query: str, said: str
) -> None:
    answer = client.post(f"/api/train?{query}")
    assert answer.status_code == 400
    assert said in answer.text and answer.text.endswith(".") and "\n" not in answer.text


def test_stopping_what_does_not_run_is_no_harm(client: TestClient) -> None:
    assert client.post("/api/train/stop?run=0123456789abcdef").text == "over"
    assert client.post("/api/train/stop").status_code == 400


def test_a_trained_model_can_be_taken_home(client: TestClient, name: str, tmp_path: Path) -> None:
    answer = client.get(f"/api/own.zip?model={name}")
    assert f"my-digits-{name}.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "home")
    home = tmp_path / "home" / f"my-digits-{name}"
    assert load_checkpoint(home / "digits.safetensors").config.widths == (16, 16)
    assert json.loads((home / "digits.json").read_text("utf-8")) == {"digits": "38"}


def test_the_reverse_process_is_drawn_with_the_chosen_model(client: TestClient, name: str) -> None:
    address = "/api/sample?digit=3&n=1&steps=2"
    shipped, own = client.get(address), client.get(f"{address}&model={name}")
    assert (shipped.status_code, own.status_code) == (200, 200)
    frames = [
        np.frombuffer(answer.content, np.uint8)[-3 * (3 * 784 + 24) :] for answer in (shipped, own)
    ]
    # Both start from the same noise, and end elsewhere.
    np.testing.assert_array_equal(frames[0][24 : 24 + 784], frames[1][24 : 24 + 784])
    assert not np.array_equal(*frames)


@pytest.mark.parametrize("model", [UNKNOWN, "../../assets/model/digits", "x", "-" * 300])
@pytest.mark.parametrize("address", ["/api/sample?n=1&model=", "/api/own.zip?model="])
def test_a_model_that_is_not_kept_is_said(
    client: TestClient, shelf: Shelf, address: str, model: str
) -> None:
    answer = client.get(address + model)
    assert answer.status_code == 400
    assert "train another one" in answer.text and "\n" not in answer.text


def test_damaged_weights_are_said_and_the_others_go_on(
    client: TestClient, shelf: Shelf, name: str
) -> None:
    shelf.path_of(name).write_bytes(b"not weights")
    answer = client.get(f"/api/sample?n=1&steps=2&model={name}")
    assert (answer.status_code, answer.text) == (503, GONE)
    assert client.get("/api/sample?n=1&steps=2").status_code == 200


def test_the_lab_offers_lengths_digits_and_a_seed(open_page: Open) -> None:
    page = open_page("training", learn="Train your own", own_length="1 minute", own_seed="5")
    assert not page.exception
    chosen = {box.label: box.value for box in page.selectbox}
    assert (chosen["How long"], chosen["Which digits"]) == ("1 minute", "all ten")
    assert next(field.value for field in page.number_input if field.label == "Seed") == 5


def test_the_lab_says_what_it_learns_from_without_mnist(
    open_page: Open, without_mnist: None
) -> None:
    page = open_page("training", learn="Train your own")
    assert any("no MNIST" in caption.value for caption in page.caption)


def test_only_who_has_a_model_can_choose_it(open_page: Open, shelf: Shelf, name: str) -> None:
    assert not any("odel" in box.label for box in open_page("reverse", compare="true").selectbox)
    page = open_page("reverse", compare="true", model2=f"yours-{name}")
    assert not page.exception and not page.warning
    chosen = {box.label: box.value for box in page.selectbox}
    assert (chosen["Model"], chosen["Second model"]) == ("shipped", f"yours-{name}")


@pytest.mark.parametrize("model", [f"yours-{UNKNOWN}", UNKNOWN, "mine", "yours-"])
def test_an_unknown_model_is_said_and_the_shipped_one_is_used(
    open_page: Open, shelf: Shelf, model: str
) -> None:
    page = open_page("reverse", model=model)
    assert not page.exception
    assert len(page.warning) == 1 and "still kept" in page.warning[0].value
    assert not any(box.label == "Model" for box in page.selectbox)


def test_a_model_that_goes_while_its_owner_looks_is_said(
    open_page: Open, shelf: Shelf, name: str
) -> None:
    page = open_page("reverse", model=f"yours-{name}")
    old = time.time() - 3600 * HOURS - 1
    os.utime(shelf.path_of(name), (old, old))
    page.run()
    assert not page.exception
    assert "the shipped one draws now" in page.warning[0].value
    assert not any(box.label == "Model" for box in page.selectbox)


def test_an_own_model_cannot_leap(open_page: Open, shelf: Shelf, name: str) -> None:
    with pytest.raises(RequestError, match="cannot leap"):
        ReverseSettings(sampler="leap", steps=2, model=name)
    page = open_page("reverse", model=f"yours-{name}", sampler="leaps (distilled)")
    assert not page.exception and "cannot leap" in page.warning[0].value


def test_exports_know_the_model(shelf: Shelf, name: str) -> None:
    lanes, _ = settings_of_address({"compare": "true", "model2": f"yours-{name}"})
    assert [lane.model for lane in lanes] == ["", name]
    assert lanes[1].caption.startswith("your model") and f"model={name}" in lanes[1].address
    with pytest.raises(RequestError, match="still kept"):
        settings_of_address({"model": f"yours-{UNKNOWN}"})
