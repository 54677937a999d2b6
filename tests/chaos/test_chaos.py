"""What judges the chaos would notice. (The chaos itself: `make chaos`; a minute of it in CI.)"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from diffusion_core.files.bundle import bundle
from diffusion_core.files.frames import FRAME_HEAD, recording_head
from diffusion_core.request import Request
from tests.chaos import wishes
from tests.chaos.house import House
from tests.chaos.storm import left_over
from tests.chaos.wishes import Broken, Wish, judged

HEAD = recording_head(Request((3,), steps=2), every=1)
FRAME = bytes(4 * FRAME_HEAD + 3 * 784)
EVENT = bundle({"kind": "end"}, {"read": np.zeros(7, np.float32)})
SENTENCE = "The model has stopped: please try again."
PROBLEM = json.dumps({"problem": SENTENCE}).encode() + b"\n"
DRAWING = Wish("sample", "/", wishes.is_recording)


@pytest.mark.parametrize("notes", [b"", b'{"kept": true}\n', b'{"before": 2}\n{"before": 1}\n'])
def test_a_whole_answer_is_taken_for_one(notes: bytes) -> None:
    assert judged(DRAWING, 200, notes + HEAD + 3 * FRAME) == "answer"
    training = Wish("train", "/", wishes.is_training)
    assert judged(training, 200, notes + bundle({"kind": "begun"}, {}) + EVENT) == "answer"


@pytest.mark.parametrize("part", [b"", HEAD, HEAD + 2 * FRAME, (HEAD + 3 * FRAME)[:-1]])
def test_half_an_answer_is_none_unless_it_says_why(part: bytes) -> None:
    with pytest.raises(Broken, match="not all"):
        judged(DRAWING, 200, part)
    assert judged(DRAWING, 200, part + PROBLEM) == "sentence"


def test_half_a_training_is_none() -> None:
    training = Wish("train", "/", wishes.is_training)
    for part in (bundle({"kind": "begun"}, {}), EVENT[:-1], b""):
        with pytest.raises(Broken):
            judged(training, 200, part)


def test_a_refusal_is_one_sentence() -> None:
    assert judged(DRAWING, 503, SENTENCE.encode()) == "sentence"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"Internal Server Error",
        b"Traceback (most recent call last):\n  File ...",
        b"It broke.\nTwice.",
        b"OSError: no space left.",
        b"There is no file /tmp/through-the-fog-1/x.safetensors.",
    ],
)
def test_other_words_are_none(said: bytes) -> None:
    with pytest.raises(Broken, match="no sentence"):
        judged(DRAWING, 500, said)


@pytest.fixture
def remains(tmp_path: Path) -> Iterator[House]:
    """What is left of a server that has ended without its child."""
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0)"
    ours, theirs = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", code], stdin=ours, start_new_session=True)
    os.close(ours)
    process.wait()
    yield House("", 0, process, tmp_path)
    os.close(theirs)  # its child reads the end, and ends


def test_what_is_left_over_is_found(remains: House) -> None:
    (remains.folder / "through-the-fog-x").mkdir()
    assert [kind.split()[0] for kind in remains.leftovers()] == ["process", "file"]


def test_nothing_is_found_where_nothing_is_left(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    assert left_over(House("", 0, process, tmp_path)) == []
