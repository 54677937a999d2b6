"""The routes of the applications: what they stream, and what they refuse."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from starlette.testclient import TestClient

from diffusion_core.data.degradations import degrade
from diffusion_core.data.embedded import embedded_digits
from diffusion_core.errors import RequestError
from diffusion_core.files.frames import FRAME_HEAD
from diffusion_core.request import NO_LABEL
from pages.labs.copying.scene import CopySettings, copying_scene
from pages.labs.editing.settings import EditSettings
from pages.shared.packed import mask_of, packed, packed_mask, unpacked
from pages.stage import inference
from pages.stage.lanes import edit_scene
from tests.pages.unbundle import unbundle

DIGITS = embedded_digits()
DIGIT, OTHER = DIGITS.images[30], DIGITS.images[40]
HIDDEN = np.zeros((28, 28), bool)
HIDDEN[:, 14:] = True
X, X2, MASK = packed(DIGIT.tobytes()), packed(OTHER.tobytes()), packed_mask(HIDDEN)
SMALL7, SMALL14 = (packed(degrade(DIGIT, how).tobytes()) for how in ("small7", "small14"))

EDITS = {
    "repair": EditSettings("repair", "3", n=2, steps=2, x=X, mask=MASK, again=2),
    "small7": EditSettings("restore", n=2, steps=2, how="small7", low=SMALL7),
    "small14": EditSettings("restore", "3", n=2, steps=2, how="small14", low=SMALL14),
    "blur": EditSettings("restore", n=2, steps=2, how="blur", x=X, width=2.0),
    "grain": EditSettings("restore", n=2, steps=2, how="grain", x=X, noise=0.8),
    "sketch": EditSettings("sketch", "3", n=2, steps=2, x=X, strength=0.4),
    "noise": EditSettings("between", n=3, steps=2, way="noise", start="3.7", end="8.21"),
    "labels": EditSettings("between", n=3, steps=2, way="labels", start="any.7", end="8.21"),
    "encode": EditSettings("between", n=3, steps=2, way="encode", x=X, x2=X2),
}


def frames_of(content: bytes, count: int) -> np.ndarray:
    """Of a recording: (frames, count, 3, 28, 28)."""
    head, _, body = content.partition(b"\n")
    frames = np.frombuffer(body, np.uint8).reshape(json.loads(head)["frames"], -1)
    return frames[:, 4 * FRAME_HEAD :].reshape(-1, count, 3, 28, 28)


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_is_streamed_as_a_recording(client: TestClient, name: str) -> None:
    settings = EDITS[name]
    answer = client.get("/" + settings.address)
    assert answer.status_code == 200, answer.text
    frames = frames_of(answer.content, settings.n)
    assert len(frames) == settings.frames == settings.steps + 1
    ended = frames[-1, :, 0]
    assert len({picture.tobytes() for picture in ended}) == settings.n
    if name == "repair":
        np.testing.assert_array_equal(ended[:, ~HIDDEN], np.stack([DIGIT[~HIDDEN]] * 2))
    if name in ("small7", "small14"):
        side = int(name[5:])
        means = ended.reshape(2, side, 28 // side, side, 28 // side).mean(axis=(2, 4))
        assert np.abs(means - degrade(DIGIT, name)).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("name", EDITS)
def test_an_address_says_all_that_the_settings_say(name: str) -> None:
    settings = EDITS[name]
    texts = dict(pair.split("=") for pair in settings.address.partition("?")[2].split("&"))
    assert EditSettings.parse(texts).job() == settings.job()
    assert len(settings.address) < 4000


def test_the_ends_are_what_the_sample_route_draws(client: TestClient) -> None:
    settings = EditSettings("between", n=4, steps=3, start="3.7", end="8.21", seed=1)
    row = frames_of(client.get("/" + settings.address).content, 4)[-1, :, 0]
    for end, (digit, seed) in zip((row[0], row[-1]), (("3", 7), ("8", 21)), strict=True):
        query = f"digit={digit}&seed={seed}&n=1&sampler=dpmpp&steps=3&guidance=1.5"
        alone = frames_of(client.get("/api/sample?" + query).content, 1)
        np.testing.assert_array_equal(end, alone[-1, 0, 0])


BLANK, FULL = packed(bytes(784)), packed(b"\xff" * 784)
REFUSED = [
    ("kind=paint", "Choose what to do"),
    ("", "Choose what to do"),
    (f"kind=repair&mask={MASK}", "The digit is missing"),
    (f"kind=repair&x={X}", "What is hidden is missing"),
    (f"kind=repair&x={X[:100]}&mask={MASK}", "75 bytes instead of 784"),
    (f"kind=repair&x=%25%25{X[2:]}&mask={MASK}", "not written in base64url"),
    (f"kind=repair&x={X}&mask={packed(bytes(98))}", "Nothing is hidden"),
    (f"kind=repair&x={X}&mask={packed(bytes([255] * 98))}", "Everything is hidden"),
    (f"kind=repair&x={BLANK}&mask={MASK}", "The digit is blank"),
    (f"kind=repair&x={X}&mask={MASK}&again=0", "from 1 to 10"),
    (f"kind=repair&x={X}&mask={MASK}&again=11", "from 1 to 10"),
    (f"kind=repair&x={X}&mask={MASK}&again=often", "again must be a number"),
    ("kind=restore&how=melt", "what was done to the picture"),
    ("kind=restore&how=small7", "The small picture is missing"),
    (f"kind=restore&how=small7&low={SMALL14}", "196 bytes instead of 49"),
    (f"kind=restore&how=small7&low={packed(bytes(49))}", "The small picture is blank"),
    (f"kind=restore&how=blur&x={X}&width=0.1", "width of the blur"),
    (f"kind=restore&how=blur&x={X}&width=nan", "width of the blur"),
    (f"kind=restore&how=blur&x={FULL}", "bright all over"),
    (f"kind=restore&how=grain&x={X}&noise=inf", "strength of the grain"),
    (f"kind=restore&how=grain&x={X}&noise=3", "strength of the grain"),
    (f"kind=sketch&x={X}&strength=0", "The strength"),
    (f"kind=sketch&x={X}&strength=nan", "The strength"),
    (f"kind=sketch&x={BLANK}", "The sketch is blank"),
    ("kind=between&n=2", "number of stops"),
    ("kind=between&n=12", "number of stops"),
    ("kind=between&way=around", "Choose the way"),
    ("kind=between&from=3", "Name both ends as in 3.7"),
    ("kind=between&from=3.-1", "Name both ends"),
    ("kind=between&to=x.1", "digit from 0 to 9"),
    ("kind=between&to=3.99999999999", "Name both ends"),
    (f"kind=between&to=3.{'9' * 5000}", "Name both ends"),
    (f"kind=between&way=encode&x={X}", "The second picture is missing"),
    (f"kind=between&way=encode&x={X}&x2={X2}&steps=1", "steps must be from 2"),
    (f"kind=sketch&x={X}&digit=12", "digit from 0 to 9"),
    (f"kind=sketch&x={X}&n=9", "number of answers"),
    (f"kind=sketch&x={X}&steps=101", "number of steps"),
    (f"kind=sketch&x={X}&guidance=nan", "Guidance"),
    (f"kind=sketch&x={X}&seed=-1", "seed"),
]


@pytest.mark.parametrize(("query", "said"), REFUSED)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    client: TestClient, query: str, said: str
) -> None:
    answer = client.get(f"/api/edit?{query}")
    assert answer.status_code == 400 and said in answer.text
    assert answer.text.count("\n") == 0 and answer.text.endswith(".")


@given(arrays(np.bool_, (28, 28)), st.binary(max_size=100))
def test_pictures_and_masks_come_back_from_words(mask: np.ndarray, data: bytes) -> None:
    np.testing.assert_array_equal(mask_of(unpacked(packed_mask(mask), 98, "It")), mask)
    assert not data or unpacked(packed(data), len(data), "It") == data


def test_edits_stand_on_the_stage_like_runs_of_the_model() -> None:
    lanes = [EDITS["repair"], replace(EDITS["repair"], digit="any", again=1)]
    head, _ = unbundle(edit_scene(lanes, "repair", hidden=[1, 2]))
    assert (head["kind"], head["stage"], head["hidden"]) == ("reverse", "repair", [1, 2])
    first, second = head["lanes"]
    assert first["address"] == EDITS["repair"].address and first["count"] == 2
    assert (first["told"], second["told"]) == (True, False)
    assert first["labels"] == [3, 3] and second["labels"] == [NO_LABEL] * 2
    assert "each step taken 2 times" in first["manner"]
    assert "each step taken 1 time ·" in second["manner"]


def test_the_first_lot_of_digits_is_measured_and_hanging_up_ends_it(client: TestClient) -> None:
    with client.stream("GET", "/api/spread?digit=3&seed=5") as answer:
        line = next(json.loads(text) for text in answer.iter_lines() if "guidance" in text)
    assert line["guidance"] == 0 and 0 <= line["fidelity"] <= 1 and line["variety"] > 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("digit=any", "0 to 9"),
        ("", "0 to 9"),
        ("digit=3&seed=x", "whole"),
        ("digit=3&seed=-1", "seed"),
    ],
)
def test_spread_refuses_in_one_sentence(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/api/spread?{query}")
    assert answer.status_code == 400 and said in answer.text.lower()


def test_copies_are_looked_for_among_what_the_stage_has_drawn(client: TestClient) -> None:
    settings = CopySettings("4", seed=3, n=2)
    head, _ = unbundle(copying_scene(settings))
    model_lane, ideal_lane = head["lanes"]
    drawn, ideal = (
        frames_of(client.get("/" + lane["address"]).content, 2) for lane in (model_lane, ideal_lane)
    )
    assert inference.service.kept(inference.drawing(settings.drawn()))
    answer = client.get("/" + head["nearest"]).json()
    assert [len(found) for found in answer["drawn"]["found"]] == [3, 3]
    for which in range(2):
        nearest = answer["ideal"]["found"][which][0]
        assert nearest["distance"] == 0 and nearest["label"] == 4
        assert answer["drawn"]["found"][which][0]["distance"] > 0.5
    assert drawn[-1].shape == ideal[-1].shape
    # The same noise at the beginning.
    np.testing.assert_array_equal(drawn[0, :, 0], ideal[0, :, 0])


@pytest.mark.parametrize("route", ["copies", "ideal"])
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("digit=any", "0 to 9"),
        ("n=9", "pictures"),
        ("n=x", "numbers"),
        ("guidance=nan", "guidance"),
        ("seed=-1", "seed"),
    ],
)
def test_copies_refuse_in_one_sentence(
    client: TestClient, route: str, query: str, said: str
) -> None:
    answer = client.get(f"/api/{route}?{query}")
    assert answer.status_code == 400 and said in answer.text.lower()


def test_a_picture_that_is_no_digit_is_said_to_be_missing() -> None:
    with pytest.raises(RequestError, match="missing: draw or choose"):
        EditSettings("sketch")
