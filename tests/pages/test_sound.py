"""The sound lab and its route, without a browser."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from starlette.testclient import TestClient

from diffusion_core.errors import RequestError
from diffusion_core.labs.sound.job import HELD
from diffusion_core.labs.sound.notes import LENGTH, NAMES, PITCHES
from diffusion_core.labs.sound.training import note_times
from pages.labs.sound.route import ASKED
from pages.labs.sound.scene import Note, sound_scene
from tests.pages.conftest import Open
from tests.pages.unbundle import unbundle


def frames_of(content: bytes, count: int) -> tuple[dict[str, object], list[bytes]]:
    head, _, body = content.partition(b"\n")
    size = 24 + count * (16 + 4 * LENGTH)
    assert len(body) % size == 0
    return json.loads(head), [body[i : i + size] for i in range(0, len(body), size)]


def test_a_note_is_streamed_step_by_step(client: TestClient) -> None:
    answer = client.get("/api/sound?melody=A&seed=3&steps=4&keep=all")
    assert answer.status_code == 200 and answer.headers["content-encoding"] == "identity"
    head, frames = frames_of(answer.content, 1)
    assert (head["slots"], head["frames"], head["seed"]) == ([5], 5 + HELD, 3)
    times = [np.frombuffer(frame, "<f4", 1)[0] for frame in frames]
    steps = note_times(4)
    assert times[:4] == pytest.approx(steps[:4].tolist(), abs=1e-6)
    # Moments of the last step lead evenly to its end.
    assert times[3:] == pytest.approx(np.linspace(steps[3], 0, HELD + 2).tolist(), abs=1e-6)


def test_of_a_melody_the_noise_and_the_finished_notes_are_sent(client: TestClient) -> None:
    answer = client.get("/api/sound?melody=C-E%20G&seed=3&steps=12")
    head, frames = frames_of(answer.content, 3)
    assert (head["slots"], head["frames"]) == ([0, None, 2, 4], 2)
    first, last = (np.frombuffer(frame, "<f4", 12, 24).reshape(3, 2, 2) for frame in frames)
    assert (first[:, 0, 1] < 0.2).all()  # noise is no tone
    assert last[:, 0, 0] == pytest.approx([PITCHES[k] for k in (0, 2, 4)], rel=0.03)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("melody=CDX", "“x” is no note"),
        ("melody=", "no note to play"),
        ("", "no note to play"),
        ("melody=" + "C" * 17, "shorten it"),
        ("melody=" + "C" * 501, "too long"),
        ("melody=C&seed=-1", "seed"),
        ("melody=C&seed=x", "seed"),
        ("melody=C&steps=0", "steps"),
        ("melody=C&steps=101", "steps"),
        ("melody=C&keep=some", "keep"),
        ("melody=CD&keep=all", "one note only"),
    ],
)
def test_refuses_in_one_sentence(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/api/sound?{query}")
    assert answer.status_code == 400
    assert said in answer.text.lower() and "\n" not in answer.text and answer.text.endswith(".")


# --- The lab ------------------------------------------------------------------------------------


def test_the_scene_asks_for_the_note_that_it_names() -> None:
    head, _ = unbundle(sound_scene(Note(NAMES.index("G4"), 12, 30), "sound"))
    (lane,) = head["lanes"]
    asked = parse_qs(urlsplit(lane["address"]).query)
    assert asked == {"melody": ["G"], "seed": ["12"], "steps": ["30"], "keep": ["all"]}
    assert all(ASKED[name].wanted(asked[name][0]) is None for name in ASKED)
    assert (lane["frames"], head["last"], lane["length"]) == (31 + HELD, 30 + HELD, LENGTH)
    assert head["words"][-1][0] >= 1


def test_an_impossible_note_is_refused() -> None:
    with pytest.raises(RequestError):
        Note(0, 0, 0)


def test_the_lab_opens_and_takes_its_settings_from_the_address(open_page: Open) -> None:
    app = open_page("applications", use="Sound", note="C5", note_seed="11", note_steps="7")
    assert not app.exception and not app.warning
    assert app.selectbox(key="note").value == "C5"
    assert app.number_input(key="note_seed").value == 11
    assert app.number_input(key="note_steps").value == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [("note", "H4"), ("note_seed", "-1"), ("note_steps", "0"), ("sound_step", "x")],
)
def test_what_the_address_cannot_mean_is_said(open_page: Open, name: str, value: str) -> None:
    app = open_page("applications", use="Sound", **{name: value})
    assert not app.exception
    (warning,) = app.warning
    assert name in warning.value and warning.value.endswith("instead.")
    assert app.selectbox(key="note").value == "A4"


def test_controls_can_be_locked(open_page: Open) -> None:
    app = open_page("applications", use="Sound", controls="lock")
    assert app.selectbox(key="note").disabled and app.number_input(key="note_seed").disabled
