"""The life of a service's process: it hangs, never gets ready, cannot be started, and recovers."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_core.request import Request
from diffusion_core.service import process
from diffusion_core.service.answer import ServiceError
from diffusion_core.service.client import ModelService
from diffusion_core.service.jobs import Drawing
from diffusion_core.service.limits import Keeping, Limits
from tests.core.fake_worker import DEADLY, HANGING
from tests.core.serving import FAKE, Reader, is_running, served, state_of, until

COME_BACK = r"^The model has stopped .* please try again in a minute\.$"
QUICKLY = 0.01
"""Seconds of a pause that a test waits for."""


def drawing(seed: int, steps: int = 5) -> Drawing:
    return Drawing(Request((0,), "ddim", steps, seed=seed))


def expected(seed: int, steps: int = 5) -> bytes:
    return b"".join(b"%d:%d " % (seed, k) for k in range(steps))


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often a fake worker has been started."""
    path = tmp_path / "starts"
    monkeypatch.setenv("FOG_TEST_STARTS", str(path))
    return lambda: len(path.read_text().splitlines()) if path.exists() else 0


# --- It hangs -------------------------------------------------------------------------------------

SILENCE = 30.0
"""Seconds: too long for any machine to be that slow, and nobody waits for them, see `later`."""
PATIENT = Keeping(silence=SILENCE, loading=SILENCE, first_pause=QUICKLY)


def later(seconds: float) -> None:
    """From now on it is so much later, for the loop that runs."""
    loop = asyncio.get_running_loop()
    now = loop.time
    loop.time = lambda: now() + seconds  # type: ignore[method-assign]


async def frozen(service: ModelService) -> int:
    """Freeze the worker, and wait until nothing more is heard of it; its process."""
    worker = service.process_id or 0
    os.kill(worker, signal.SIGSTOP)
    await until(lambda: state_of(worker) == "T")
    heard = None
    while heard != (heard := service._keeper._heard_at):
        await asyncio.sleep(QUICKLY)
    return worker


def test_readers_of_a_worker_that_is_frozen_get_their_pictures_from_another() -> None:
    async def test(service: ModelService) -> None:
        job = drawing(1, 100)
        reader = Reader(service, job)
        await reader.has(4)
        worker = await frozen(service)
        later(1.2 * SILENCE)
        assert await reader.whole() == expected(1, 100)
        assert service.process_id != worker
        await until(lambda: not is_running(worker))

    served(test, keeping=PATIENT, patience=600)


def test_a_job_over_which_the_worker_hangs_each_time_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = tmp_path / "hung"
    monkeypatch.setenv("FOG_TEST_HUNG", str(hung))

    async def test(service: ModelService) -> None:
        job = drawing(HANGING)
        reader = asyncio.create_task(service.whole(job))
        for times in range(1, 3):
            await until(lambda n=times: hung.exists() and len(hung.read_text().split()) == n)
            await frozen(service)
            later(1.2 * SILENCE)
        with pytest.raises(ServiceError, match="stopped several times"):
            await reader
        assert await service.whole(drawing(1)) == expected(1)

    served(test, Limits(deaths=1), keeping=PATIENT, patience=600)


def test_a_frozen_worker_does_not_freeze_the_server() -> None:
    async def test(service: ModelService) -> None:
        await service.ready()
        os.kill(service.process_id or 0, signal.SIGSTOP)
        # More than the socket between the two holds.
        seeds = range(20, 60)
        jobs = [Drawing(Request((0,), "ddim", 1, seed=n), origin=bytes(50_000)) for n in seeds]
        readers = [asyncio.create_task(service.whole(job)) for job in jobs]
        await until(lambda: len(service._running) == len(jobs))
        os.kill(service.process_id or 0, signal.SIGKILL)
        assert await asyncio.gather(*readers) == [expected(seed, 1) for seed in seeds]

    served(test)


def test_a_worker_without_work_may_be_silent() -> None:
    async def test(service: ModelService) -> None:
        await service.whole(drawing(1))
        quiet = service.process_id
        later(1.2 * SILENCE)
        # The time counts from when it has something to do.
        assert await service.whole(drawing(2)) == expected(2)
        assert service.process_id == quiet

    served(test, keeping=PATIENT, patience=600)


def test_a_server_that_was_held_up_itself_does_not_blame_the_worker() -> None:
    async def test(service: ModelService) -> None:
        job = drawing(1, 100)
        reader = Reader(service, job)
        await reader.has(4)
        worker = await frozen(service)
        later(3 * SILENCE)  # as when the whole machine has slept
        await asyncio.sleep(QUICKLY)
        os.kill(worker, signal.SIGCONT)
        assert await reader.whole() == expected(1, 100)
        assert service.process_id == worker

    served(test, keeping=PATIENT, patience=600)


# --- It cannot work -------------------------------------------------------------------------------


def test_a_worker_that_never_gets_ready_is_ended_and_whoever_waits_is_told() -> None:
    async def test(service: ModelService) -> None:
        reader = asyncio.create_task(service.whole(drawing(1)))
        never_ready: list[int] = []
        for _ in range(2):
            await until(lambda: service.process_id not in (None, *never_ready))
            never_ready.append(service.process_id or 0)
            later(1.2 * SILENCE)
        with pytest.raises(ServiceError, match=COME_BACK):
            await reader
        await until(lambda: not any(map(is_running, never_ready)))

    keeping = Keeping(loading=SILENCE, tries=2, first_pause=600, longest_pause=600)
    served(test, command=(*FAKE, "mute"), keeping=keeping, patience=600)


def test_one_that_dies_at_every_pass_is_not_started_for_ever(starts: Callable[[], int]) -> None:
    """Each life begins with a word, the head of an answer, which is no progress."""

    async def test(service: ModelService) -> None:
        readers = [asyncio.create_task(service.whole(drawing(seed, 50))) for seed in range(3)]
        for reader in readers:
            with pytest.raises(ServiceError, match=COME_BACK):
                await reader
        assert starts() == 4
        assert service.idle

    keeping = Keeping(tries=4, first_pause=QUICKLY)
    served(test, Limits(deaths=1000), (*FAKE, "mortal"), keeping)


def test_whoever_asks_while_it_pauses_is_told_at_once(starts: Callable[[], int]) -> None:
    async def test(service: ModelService) -> None:
        for _ in range(5):
            with pytest.raises(ServiceError, match=COME_BACK):
                await service.whole(drawing(1))
            with pytest.raises(ServiceError, match=COME_BACK):
                await service.ready()
        assert starts() == 2

    keeping = Keeping(tries=2, first_pause=600, longest_pause=600)
    served(test, command=(*FAKE, "stillborn"), keeping=keeping)


def test_whoever_has_waited_long_is_told_though_it_is_tried_on(starts: Callable[[], int]) -> None:
    async def test(service: ModelService) -> None:
        with pytest.raises(ServiceError, match=COME_BACK):
            await service.whole(drawing(1))
        assert 1 <= starts() < 3

    keeping = Keeping(first_pause=600, longest_pause=600, patience=0.5)
    served(test, command=(*FAKE, "stillborn"), keeping=keeping)


@pytest.mark.parametrize("idle", [None, 600.0])
def test_after_a_pause_it_is_tried_again_and_works(
    idle: float | None,
    starts: Callable[[], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    memory = tmp_path / "it may start now"
    monkeypatch.setenv("FOG_TEST_MEMORY", str(memory))

    async def test(service: ModelService) -> None:
        with pytest.raises(ServiceError, match=COME_BACK):
            await service.whole(drawing(1))
        failed = starts()
        memory.touch()
        answer = None
        while answer is None:
            try:
                answer = await service.whole(drawing(1))
            except ServiceError:
                await asyncio.sleep(QUICKLY)
        assert answer == expected(1)
        await service.ready()
        # One line for each failure, and one for its end.
        said = [record.message for record in caplog.records if "keeper" in record.name]
        assert sum("ended (status 1)" in line for line in said) == failed == 3
        assert sum("works again" in line for line in said) == 1 and len(said) == failed + 1

    keeping = Keeping(idle=idle, tries=3, first_pause=0.2)
    with caplog.at_level(logging.WARNING):
        served(test, command=(*FAKE, "late"), keeping=keeping)


def test_answers_end_the_row_of_failures(starts: Callable[[], int]) -> None:
    async def test(service: ModelService) -> None:
        for seed in range(6):
            assert await service.whole(drawing(seed)) == expected(seed)
            killed = service.process_id
            os.kill(killed or 0, signal.SIGKILL)
            await until(lambda killed=killed: service.process_id not in (None, killed))
        await until(lambda: starts() == 7)

    served(test, keeping=Keeping(tries=2, first_pause=600, longest_pause=600))


def test_where_nobody_waits_any_more_nothing_is_given_up() -> None:
    async def test(service: ModelService) -> None:
        for _ in range(2):
            with pytest.raises(ServiceError, match="stopped several times"):
                await service.whole(drawing(DEADLY))
            later(1.2 * SILENCE)
            await asyncio.sleep(QUICKLY)  # what rings rings now, and finds nobody
        # Asked in the pause that follows: it waits, and is not refused.
        reader = asyncio.create_task(service.whole(drawing(1)))
        await until(lambda: not service.idle)
        later(600)
        assert await reader == expected(1)

    keeping = Keeping(idle=9999, patience=SILENCE, first_pause=600, longest_pause=600)
    served(test, Limits(deaths=0), keeping=keeping, patience=2000)


def test_what_is_kept_is_given_out_also_when_there_is_no_process() -> None:
    async def test(service: ModelService) -> None:
        answer = await service.whole(drawing(1))
        os.kill(service.process_id or 0, signal.SIGKILL)
        with pytest.raises(ServiceError, match=COME_BACK):
            await service.whole(drawing(2))
        assert await service.whole(drawing(1)) == answer

    served(test, keeping=Keeping(tries=1, patience=0.0, first_pause=600, longest_pause=600))


# --- It cannot be started -------------------------------------------------------------------------


class Refusing:
    """Refuses what the operating system is asked for, a number of times."""

    def __init__(self, real: Callable[..., Any], error: Exception) -> None:
        self.real, self.error, self.times = real, error, 0

    def __call__(self, *args: Any, **named: Any) -> Any:
        if self.times:
            self.times -= 1
            raise self.error
        return self.real(*args, **named)


NO_DESCRIPTOR = OSError(errno.EMFILE, "Too many open files")


@pytest.fixture(params=["socketpair", "Popen", "Thread"])
def refusing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Refusing:
    """Set its `times` to have starts of a process fail."""
    if request.param == "socketpair":
        refusing = Refusing(socket.socketpair, NO_DESCRIPTOR)
        monkeypatch.setattr(process.socket, "socketpair", refusing)
    elif request.param == "Popen":
        refusing = Refusing(subprocess.Popen, NO_DESCRIPTOR)
        monkeypatch.setattr(process.subprocess, "Popen", refusing)
    else:
        real = process.threading.Thread
        refusing = Refusing(real.start, RuntimeError("can't start new thread"))

        class Thread(real):  # type: ignore[misc, valid-type]
            def start(self) -> None:
                if self.name.startswith("model-"):
                    refusing(self)
                else:
                    real.start(self)

        monkeypatch.setattr(process.threading, "Thread", Thread)
    return refusing


def test_readers_of_a_worker_that_cannot_be_replaced_at_once_wait_and_get_it(
    refusing: Refusing,
) -> None:
    async def test(service: ModelService) -> None:
        job = drawing(1, 100)
        reader = Reader(service, job)
        await reader.has(4)
        refusing.times = 2
        os.kill(service.process_id or 0, signal.SIGKILL)
        assert await reader.whole() == expected(1, 100)
        assert refusing.times == 0

    served(test, keeping=Keeping(first_pause=QUICKLY))


def test_a_studio_that_could_not_be_started_once_is_started_for_the_next(
    refusing: Refusing,
) -> None:
    async def test(service: ModelService) -> None:
        refusing.times = 1
        first, second = drawing(1), drawing(2)
        assert await service.whole(first) == expected(1)
        assert await service.whole(second) == expected(2)

    served(test, Limits(width=1), keeping=Keeping(idle=600, first_pause=QUICKLY))


def test_what_could_not_be_started_leaves_nothing(refusing: Refusing) -> None:
    open_files = Path("/proc/self/fd")
    before = len([*open_files.iterdir()])
    refusing.times = 1

    def heard(worker: process.Worker, message: object) -> None:
        raise AssertionError("Nobody was there to say anything.")

    with pytest.raises((OSError, RuntimeError)):
        process.Worker(FAKE, heard)
    deadline = time.monotonic() + 30
    while len([*open_files.iterdir()]) > before:  # a thread closes what it spoke through
        assert time.monotonic() < deadline


# --- How long it pauses ---------------------------------------------------------------------------


def test_pauses_double_up_to_a_ceiling() -> None:
    assert [Keeping().pause(failures) for failures in range(1, 10)] == [
        *(0, 1, 2, 4, 8, 16, 32),
        *(60, 60),
    ]


@given(st.integers(0, 10**9))
def test_no_pause_is_longer_than_the_longest(failures: int) -> None:
    assert 0 <= Keeping().pause(failures) <= Keeping().longest_pause
