"""Every kind of request keeps to the protocol, in the words that its process knows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.labs.one_step.job import LevelCurve, TrainingRounds
from diffusion_core.labs.sound.job import Melody
from diffusion_core.request import Request
from diffusion_core.service.edits import Between, Ideal, Nearest, Repair, Restore, Spread
from diffusion_core.service.jobs import Checking, Drawing, Guess
from diffusion_core.service.networks import LoadedNetworks, Shipped
from diffusion_core.service.work import Job, Question
from diffusion_core.service.works import Works

PICTURE = embedded_digits().images[30].tobytes()
ONE = Request((3,), "ddpm", 3, 1.5)
DRAWN: list[Job] = [
    Drawing(ONE),
    Drawing(replace(ONE, sampler="heun"), origin=PICTURE, t=0.5),
    Drawing(Request((3, 4), "leap", 2)),
    Repair(ONE, PICTURE, b"\xff" * 40 + bytes(58), 2),
    Restore(ONE, bytes(49), "small7"),
    Restore(ONE, PICTURE, "grain", 0.5),
    Between(replace(ONE, labels=(3,) * 4), (3, 8)),
    Between(replace(ONE, labels=(3,) * 4), (3, 8), pictures=(PICTURE, PICTURE)),
    Guess(PICTURE, bytes(4 * 784), "cosine"),
    Melody((4, None, 7), 2),
]
COMPUTED: list[Job] = [
    Checking("two-bells"),
    Checking("one-answer"),
    TrainingRounds(),
    LevelCurve("new"),
    Ideal(ONE),
    Nearest(PICTURE, 3),
]


@pytest.fixture(scope="module")
def networks() -> LoadedNetworks:
    shipped: Mapping[str, NetworkDenoiser] = Shipped()
    return LoadedNetworks(shipped)


@pytest.mark.parametrize("job", DRAWN, ids=lambda job: type(job).__name__)
def test_what_asks_asks_after_its_head_at_most_and_is_as_wide_as_it_says(
    job: Job, networks: LoadedNetworks
) -> None:
    work = job.work(networks)
    said = next(work)
    while not isinstance(said, Question):
        assert said.endswith(b"\n"), "a head is a line of JSON"
        said = next(work)
    size, widest, left = 0, 0, [said.query.left]
    while True:
        if isinstance(said, Question):
            widest = max(widest, len(said.query))
            left.append(said.query.left)
        else:
            size += len(said)
        try:
            if isinstance(said, Question):
                said = work.send(said.query.put(networks[said.network]))
            else:
                said = next(work)
        except StopIteration:
            break
    assert widest <= job.width and abs(size - job.size) <= 500
    assert left == sorted(left, reverse=True) and left[-1] == 1


@pytest.mark.parametrize("job", COMPUTED, ids=lambda job: type(job).__name__)
def test_what_computes_pauses_before_it_does(job: Job, networks: LoadedNetworks) -> None:
    said = []
    for part in job.work(networks):
        said.append(part)
        if part == b"":
            break
    assert said[-1] == b"" and all(isinstance(part, bytes) for part in said)
    assert [*map(len, said[:-1])] == [] or said[0].endswith(b"\n"), "a head, and nothing else"


def test_what_is_kept_is_made_once_for_all_works(networks: LoadedNetworks) -> None:
    assert networks.kept(list) is networks.kept(list)
    assert LoadedNetworks({}).kept(list) is not LoadedNetworks({}).kept(list)


def test_a_spread_says_how_far_it_is_from_its_end(networks: LoadedNetworks) -> None:
    asked = next(Spread(3, 7).work(networks))
    assert isinstance(asked, Question) and asked.query.left == 60


def test_work_that_cannot_put_away_what_it_holds_takes_no_others_along() -> None:
    def clinging():  # type: ignore[no-untyped-def]
        try:
            while True:
                yield b""
        finally:
            raise OSError

    works = Works()
    works.add(1, clinging())
    works.add(2, iter_of(b"fine"))
    works.begin()
    works.forget(1)
    assert len(works) == 0


def iter_of(word: bytes):  # type: ignore[no-untyped-def]
    """Work of one word."""
    yield word


def test_requests_and_the_loop_need_no_torch() -> None:
    """Pages import the ones, and the process that makes exports imports the other."""
    code = (
        "import sys\n"
        "import diffusion_core.service.edits, diffusion_core.service.jobs\n"
        "import diffusion_core.labs.sound.job, diffusion_core.labs.one_step.job\n"
        "import diffusion_core.labs.own.job, diffusion_core.service.serving\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
