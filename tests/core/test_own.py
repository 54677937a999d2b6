"""A visitor's model: the run from random weights to a judged checkpoint, on a clock of its own."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from diffusion_core.__main__ import main
from diffusion_core.data.mnist import load_mnist
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import MnistError, RequestError, TrainingDivergedError
from diffusion_core.files.checkpoint import load_checkpoint, read_card
from diffusion_core.labs.own import learning
from diffusion_core.labs.own.examples import Examples, examples
from diffusion_core.labs.own.job import EndTraining, TrainingDigits
from diffusion_core.labs.own.judging import shipped_share
from diffusion_core.labs.own.learning import FINISH, SAMPLES, by_level, end_training, train_digits
from diffusion_core.labs.own.recipe import FIRST_PLAN, SHAPE, Plan, Threads
from diffusion_core.labs.own.shelf import Shelf
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample
from tests.core.tiny_mnist import StandIn, complaint

TOKEN = "0123456789abcdef"


class Ticking:
    """A clock that moves on by a little whenever somebody looks at it: a step takes a few looks."""

    def __init__(self, tick: float = 0.05) -> None:
        self.now, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


def job(folder: Path, **settings: Any) -> TrainingDigits:
    return TrainingDigits(TOKEN, str(folder), **{"seconds": 15, **settings})


def read(chunk: bytes) -> dict[str, Any]:
    """An event, with its arrays (all of bytes) under their names."""
    end = chunk.index(b"\n")
    head: dict[str, Any] = json.loads(chunk[:end])
    offset = end + 1
    for array in head.pop("arrays"):
        assert array["type"] == "uint8"
        size = math.prod(array["shape"])
        pixels = np.frombuffer(chunk, np.uint8, size, offset)
        head[array["name"]] = pixels.reshape(array["shape"])
        offset += size
    assert offset == len(chunk)
    return head


def events(chunks: Iterator[bytes]) -> list[dict[str, Any]]:
    return [read(chunk) for chunk in chunks if chunk]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


def test_a_run_learns_tells_about_it_and_leaves_a_model_that_draws(
    folder: Path, shelf: Path
) -> None:
    told = events(train_digits(job(shelf), Ticking()))
    kinds = [event["kind"] for event in told]
    assert (kinds[0], kinds[1], kinds[-1]) == ("begun", "samples", "end")
    begun, end = told[0], told[-1]
    assert (begun["mnist"], begun["examples"], len(begun["labels"])) == (True, 6, SAMPLES)

    progress = [event for event in told if event["kind"] == "progress"]
    assert len(progress) > 5
    assert progress[-1]["loss"] < 0.9 * progress[0]["loss"]
    assert [event["step"] for event in progress] == sorted({event["step"] for event in progress})
    assert [event["left"] for event in progress] == sorted(
        (event["left"] for event in progress), reverse=True
    )
    assert progress[-1]["left"] == 0
    assert all(len(event["levels"]) == 10 for event in progress)

    samples = [event["pictures"] for event in told if event["kind"] == "samples"]
    assert len(samples) > 3 and all(shown.shape == (SAMPLES, 28, 28) for shown in samples)
    assert not np.array_equal(samples[0], samples[-1])

    assert end["pictures"].shape == (100, 28, 28)
    assert end["right"] == (end["asked"] == end["read"]).sum()
    assert end["steps"] == progress[-1]["step"]
    weights = Shelf(shelf).path_of(end["id"])
    card = read_card(weights)
    assert (card["steps"], card["digits"]) == (end["steps"], "0123456789")
    request = Request(tuple(begun["labels"]), "dpmpp", 10)
    drawn = final_picture(sample(NetworkDenoiser(load_checkpoint(weights)), request))
    shown = ((drawn.squeeze(1).clamp(-1, 1) + 1) * 127.5).round().numpy()
    # The weights are stored as float16: the same pictures, but for the last bit here and there.
    assert np.abs(shown - samples[-1]).mean() < 2


def test_the_same_run_at_the_same_pace_is_the_same(folder: Path, shelf: Path) -> None:
    def told() -> list[Any]:
        heard = events(train_digits(job(shelf, seconds=4), Ticking()))
        return [[e["loss"] for e in heard if e["kind"] == "progress"], heard[-1]["id"]]

    assert told() == told()


def test_a_run_that_is_told_to_end_soon_leaves_a_model(folder: Path, shelf: Path) -> None:
    clock = Ticking()
    run = train_digits(job(shelf, seconds=180), clock)
    begun = next(chunk for chunk in run if chunk and read(chunk)["kind"] == "progress")
    told_at = read(begun)["at"]
    assert list(end_training(EndTraining(TOKEN))) == [b"told"]
    rest = events(run)
    assert rest[-1]["kind"] == "end" and Shelf(shelf).has(rest[-1]["id"])
    assert rest[-1]["seconds"] < told_at + FINISH + 2
    planned = [e["planned"] - e["step"] for e in rest if e["kind"] == "progress"]
    assert planned[-1] <= 1 < planned[0]  # the learning rates had fallen to nothing
    assert list(end_training(EndTraining(TOKEN))) == [b"over"]


def test_a_run_that_nobody_watches_any_more_is_forgotten(folder: Path, shelf: Path) -> None:
    run = train_digits(job(shelf), Ticking())
    next(run)
    assert TOKEN in learning._under_way
    run.close()  # type: ignore[attr-defined]
    assert TOKEN not in learning._under_way
    assert [*shelf.iterdir()] == []


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, shelf: Path
) -> None:
    def broken(digits: str, drawn: int) -> Iterator[float]:
        yield 1.0
        return Examples(
            torch.full((4, 1, 28, 28), math.nan), torch.zeros(4, dtype=torch.int64), True
        )

    monkeypatch.setattr(learning, "examples", broken)
    told = complaint(lambda: events(train_digits(job(shelf), Ticking())), TrainingDivergedError)
    assert "After 0 steps" in told and "another seed" in told
    assert TOKEN not in learning._under_way


def test_without_mnist_the_distilled_model_draws_what_is_learned_from(tiny: StandIn) -> None:
    work = examples("38", drawn=60)
    shares = []
    try:
        while True:
            shares.append(next(work))
    except StopIteration as finished:
        found: Examples = finished.value
    assert shares == [50 / 60, 1.0] and not found.mnist
    assert found.x_0.shape == (60, 1, 28, 28) and found.x_0.abs().max() <= 1
    assert found.labels.tolist() == [3, 8] * 30
    assert len(torch.unique(found.x_0, dim=0)) == 60


def test_with_mnist_only_the_chosen_digits_are_learned(folder: Path) -> None:
    labels = load_mnist("train").labels
    wanted = str(labels[0])
    with pytest.raises(StopIteration) as finished:
        next(examples(wanted, drawn=0))
    found: Examples = finished.value.value
    assert found.mnist and found.labels.tolist() == [labels[0]] * int((labels == labels[0]).sum())


def test_a_damaged_mnist_is_said(folder: Path, tiny: StandIn, shelf: Path) -> None:
    tiny.path(folder, "train", "images").write_bytes(b"no gzip")
    assert "damaged" in complaint(lambda: events(train_digits(job(shelf))), MnistError)


@pytest.mark.parametrize(
    "wrong",
    [
        {"digits": ""},
        {"digits": "33"},
        {"digits": "3x"},
        {"digits": "٣"},
        {"seconds": 0},
        {"seconds": 181},
        {"seconds": math.nan},
        {"seed": -1},
        {"token": "short"},
        {"token": "../../etc/passwd0"},
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(wrong: dict[str, Any]) -> None:
    settings = {"token": TOKEN, "folder": "", **wrong}
    complaint(lambda: TrainingDigits(**settings), RequestError)


def test_a_run_is_planned_by_its_pace_of_late() -> None:
    plan = Plan()
    assert plan.steps(0, 60) == FIRST_PLAN
    for now in range(30):
        plan.heard(now)
    assert plan.steps(29, 60) == 89
    for now in range(20):
        plan.heard(29.5 + now / 2)
    assert plan.steps(49, 60) == pytest.approx(169, abs=1)
    assert plan.steps(49, -5) == 50  # one more, at least


@pytest.mark.parametrize(("of_one", "of_two", "chosen"), [(1.0, 0.6, 2), (1.0, 20.0, 1)])
def test_a_run_computes_on_as_many_threads_as_are_faster(
    of_one: float, of_two: float, chosen: int
) -> None:
    threads, now, used = Threads(2), 0.0, []
    for _ in range(200):
        used.append(threads.now)
        took = of_one if threads.now == 1 else of_two
        now += took
        threads.heard(now, took)
    assert used[0] == 1 and {1, 2} == set(used)  # both are tried, and more than once
    assert used[100:].count(chosen) > 80
    assert used[20:].count(3 - chosen) > 0


def test_one_processor_leaves_no_choice() -> None:
    threads = Threads(1)
    for now in range(100):
        threads.heard(now, 1.0)
        assert threads.now == 1


def test_losses_are_sorted_by_noise_level() -> None:
    assert by_level(np.array([0.0, 0.05, 0.95, 1.0]), np.array([1.0, 3.0, 5.0, 7.0])) == [
        2.0, *[None] * 8, 6.0
    ]  # fmt: skip


def test_the_shipped_model_is_quoted_from_its_card() -> None:
    each = read_card()["evaluation"]["drawn"]["accuracy_per_label"]
    assert shipped_share("38") == pytest.approx((each[3] + each[8]) / 2)
    assert shipped_share("0123456789") == pytest.approx(
        read_card()["evaluation"]["drawn"]["accuracy"], abs=1e-3
    )


def test_the_network_is_a_seventh_of_the_shipped_one() -> None:
    """As the lesson says."""
    assert SHAPE.build().parameter_count / load_checkpoint().parameter_count == pytest.approx(
        1 / 7, abs=0.01
    )


def test_the_command_trains_as_the_lab_does(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["own", "--seconds", "1", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"\d+ of 100 are read as what was asked for \(shipped model: \d+\.\d%\)", said)
    (weights,) = (tmp_path / "out").glob("*.safetensors")
    assert f"Wrote {weights}." in said
    assert load_checkpoint(weights).config == SHAPE


def test_the_command_refuses_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["own", "--seconds", "500", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "seconds must be from 1 to 180.\n"
