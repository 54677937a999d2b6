"""Weights that are damaged or missing cost only those who want them; the rest is drawn."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffusion_core.data import embedded
from diffusion_core.errors import PROJECT
from diffusion_core.files.shipped import MODELS
from diffusion_core.labs import tradeoff as spread
from diffusion_core.labs.one_step import rounds as one_step
from diffusion_core.labs.one_step.job import LevelCurve, TrainingRounds
from diffusion_core.labs.sound.job import Melody
from diffusion_core.measure.classifiers import FOLDER, load_classifier
from diffusion_core.request import Request
from diffusion_core.service import worker as worker_module
from diffusion_core.service.edits import Spread
from diffusion_core.service.jobs import Checking, Drawing, Guess
from diffusion_core.service.networks import Shipped
from diffusion_core.service.wire import Wire
from diffusion_core.service.worker import draw
from diffusion_core.service.works import BROKEN

DIGIT = Drawing(Request((3,), "ddim", 2))
LEAP = Drawing(Request((3,), "leap", 1))
NOTE = Melody((0,), 2, 1)
GUESS = Guess(bytes(784), bytes(4 * 784), "cosine", 1000, None)
SPREAD = Spread(3, 7)
SHIPPED_STEP, NEW_STEP = TrainingRounds(network="digits"), TrainingRounds(network="new")
CURVE = LevelCurve(network="digits")
FORMULA, ASKING = Checking("closed-form"), Checking("one-answer")
EVERY = (DIGIT, LEAP, NOTE, GUESS, NEW_STEP, FORMULA)


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    """Copies of the shipped weights, to be damaged."""
    return {name: Path(shutil.copy(path, tmp_path)) for name, path in MODELS.items()}


@contextmanager
def worker(paths: dict[str, Path]) -> Iterator[Callable[[Any], list[tuple[Any, ...]]]]:
    """A worker that draws with these weights: what it is given, and all that it answers to it."""
    ours, theirs = Wire.pair()
    serving = threading.Thread(target=draw, args=(theirs, Shipped(paths)), daemon=True)
    serving.start()

    def ask(job: Any) -> list[tuple[Any, ...]]:
        ours.send(("do", 1, job, ""))
        answers: list[tuple[Any, ...]] = []
        while not answers or answers[-1][0] not in ("finished", "failed"):
            answers.append(ours.receive())
        return [answer for answer in answers if answer != ("alive",)]

    try:
        yield ask
    finally:
        ours.close()
        serving.join()


def other_network(path: Path) -> None:
    """A sound file with another network in it."""
    other = MODELS["digits"] if path.name == "sound.safetensors" else MODELS["sound"]
    shutil.copy(other, path)


def in_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:100_000]),
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 40),
    "other": other_network,
    "folder": in_folder,
}
CASES = [
    *(("digits", damage, (DIGIT, GUESS, CURVE, ASKING, SPREAD)) for damage in DAMAGES),
    *(("leap", damage, (LEAP,)) for damage in ("missing", "truncated", "other")),
    *(("sound", damage, (NOTE,)) for damage in ("missing", "truncated", "other")),
]


def refused(answers: list[tuple[Any, ...]], path: Path) -> None:
    """There is one sentence, which names the file and none of the server's folders."""
    (kind, _, sentence), *more = answers
    assert kind == "failed" and more == []
    assert path.name in sentence and sentence.endswith(".") and "\n" not in sentence
    assert str(path.parent) not in sentence and str(PROJECT) not in sentence


@pytest.mark.parametrize(("name", "damage", "wanting"), CASES)
def test_only_those_who_want_a_damaged_network_are_told(
    paths: dict[str, Path], name: str, damage: str, wanting: tuple[Any, ...]
) -> None:
    DAMAGES[damage](paths[name])
    with worker(paths) as ask:
        for job in wanting:
            refused(ask(job), paths[name])
        for job in EVERY:
            if job not in wanting:
                assert ask(job)[-1][0] == "finished", job


def test_weights_that_are_put_back_are_used_at_once(paths: dict[str, Path]) -> None:
    paths["leap"].unlink()
    with worker(paths) as ask:
        refused(ask(LEAP), paths["leap"])
        shutil.copy(MODELS["leap"], paths["leap"])
        assert ask(LEAP)[-1][0] == "finished"


def test_the_process_begins_although_weights_are_damaged(
    paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths["sound"].write_bytes(b"")
    ours, theirs = Wire.pair()
    monkeypatch.setattr(worker_module, "Shipped", lambda: Shipped(paths))
    monkeypatch.setattr(worker_module, "wire_of_this_process", lambda niceness: theirs)
    serving = threading.Thread(target=worker_module.main, daemon=True)
    serving.start()
    assert ours.receive() == ("ready",)
    ours.close()
    serving.join()


@pytest.mark.parametrize("file", ["judge-net.safetensors", "feature-net.safetensors"])
def test_instruments_that_are_damaged_are_said_before_anything_is_drawn(
    paths: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "evaluation"))
    (folder / file).write_bytes(b"nothing of the kind")
    monkeypatch.setattr(spread, "load_classifier", lambda kind: load_classifier(kind, folder))
    spread._instruments.cache_clear()
    spread.real_variety.cache_clear()
    with worker(paths) as ask:
        refused(ask(SPREAD), folder / file)
        assert ask(DIGIT)[-1][0] == "finished"


def test_without_embedded_digits_the_rest_goes_on(
    paths: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "digits.npz"
    empty.write_bytes(b"")
    monkeypatch.setattr(embedded, "EMBEDDED", empty)
    embedded.embedded_digits.cache_clear()
    one_step.pool.cache_clear()
    try:
        with worker(paths) as ask:
            for job in (NEW_STEP, SHIPPED_STEP, CURVE):
                refused(ask(job), empty)
            for job in (DIGIT, NOTE, GUESS):
                assert ask(job)[-1][0] == "finished"
    finally:
        embedded.embedded_digits.cache_clear()


def test_a_job_that_cannot_be_begun_takes_no_others_along(
    paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(spread, "spread", no_memory)
    failure = ("failed", 1, "This could not be computed (MemoryError): try it with other settings.")
    with worker(paths) as ask:
        for _ in range(BROKEN + 1):  # Not in a row.
            assert ask(SPREAD) == [failure]
            assert ask(DIGIT)[-1][0] == "finished"


@pytest.mark.parametrize(
    "what",
    ["diffusion_core.denoiser.NetworkDenoiser.__call__", "diffusion_core.service.recorded.reverse"],
)
def test_a_process_in_which_nothing_can_be_computed_any_more_ends(
    what: str, paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeper starts another: without that, one short moment without memory was for ever."""

    def broken(*_: object) -> None:
        raise RuntimeError("could not create a primitive")

    ours, theirs = Wire.pair()
    shipped = Shipped(paths)
    assert shipped["digits"], "It was loaded while all was well."
    monkeypatch.setattr(what, broken)

    def ending() -> None:
        with pytest.raises(SystemExit):
            draw(theirs, shipped)

    serving = threading.Thread(target=ending, daemon=True)
    serving.start()
    for key in range(BROKEN):
        assert serving.is_alive()
        ours.send(("do", key, replace(DIGIT, request=Request((3,), "ddim", 2, seed=key)), ""))
        said = ours.receive()
        while said[0] != "failed":
            said = ours.receive()
    serving.join(60)
    assert not serving.is_alive()
