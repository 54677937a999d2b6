"""The client of the model's process: lines, sharing, keeping, and a worker that dies."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing
from pathlib import Path

import pytest

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.recording import recording
from diffusion_core.request import Request
from diffusion_core.run import sample
from diffusion_core.service.answer import Before, ServiceError, TooManyError
from diffusion_core.service.client import ModelService
from diffusion_core.service.jobs import Drawing, Guess
from diffusion_core.service.limits import Keeping, Limits
from diffusion_core.service.visitor import Visitor
from tests.core.fake_worker import DEADLY, DEADLY_ONCE, REFUSED
from tests.core.serving import FAKE, Reader, served, until


def drawing(seed: int, steps: int = 5, count: int = 1) -> Drawing:
    return Drawing(Request((0,) * count, "ddim", steps, seed=seed))


def expected(seed: int, steps: int = 5) -> bytes:
    return b"".join(b"%d:%d " % (seed, k) for k in range(steps))


def test_an_answer_arrives_whole_and_in_order() -> None:
    async def test(service: ModelService) -> None:
        answers = await asyncio.gather(*(service.whole(drawing(seed)) for seed in range(5)))
        assert answers == [expected(seed) for seed in range(5)]
        assert service.idle

    served(test)


def test_equal_jobs_are_computed_once_and_kept() -> None:
    async def test(service: ModelService) -> None:
        job = drawing(1, steps=200)
        first = Reader(service, job)
        await first.has(4)
        late = Reader(service, drawing(1, steps=200))
        await asyncio.sleep(0)
        assert service.held == 1
        assert await late.whole() == await first.whole() == expected(1, 200)
        assert service.kept(job) and not service.kept(drawing(2))
        os.kill(service.process_id or 0, signal.SIGSTOP)  # what is kept needs no worker
        assert await service.whole(job) == expected(1, 200)

    served(test)


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    async def test(service: ModelService) -> None:
        for seed in range(20, 30):
            await service.whole(drawing(seed))
            await service.whole(drawing(20))  # asked for again and again, so it stays
        kept = [seed for seed in range(20, 30) if service.kept(drawing(seed))]
        assert sum(len(expected(seed)) for seed in kept) <= 80 and service.held == len(kept)
        assert service.kept(drawing(20)) and service.kept(drawing(29))
        assert not service.kept(drawing(21))

    served(test, Limits(kept=80))


def test_those_in_line_hear_how_many_are_before_them() -> None:
    async def test(service: ModelService) -> None:
        heard: dict[int, list[int]] = {seed: [] for seed in range(4)}

        async def read(seed: int) -> None:
            async for part in service.ask(drawing(seed)):
                if isinstance(part, Before):
                    heard[seed].append(part.count)

        await asyncio.gather(*(read(seed) for seed in heard))
        assert heard == {0: [], 1: [0], 2: [1, 0], 3: [2, 1, 0]}

    served(test, Limits(width=1))


def test_a_full_line_turns_the_next_one_away_in_a_sentence() -> None:
    async def test(service: ModelService) -> None:
        readers = [asyncio.create_task(service.whole(drawing(seed, 50))) for seed in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match=r"2 others are waiting .* try again") as caught:
            await service.whole(drawing(99))
        assert "\n" not in str(caught.value)
        assert [len(answer) for answer in await asyncio.gather(*readers)] == [240, 240, 240]
        assert await service.whole(drawing(99)) == expected(99)

    served(test, Limits(width=1, waiting=2))


def test_one_visitor_cannot_fill_the_line() -> None:
    anna, ben = Visitor("anna", "school"), Visitor("ben", "school")

    async def test(service: ModelService) -> None:
        crowd = [asyncio.create_task(service.whole(drawing(k, 900), anna)) for k in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError, match="3 drawings that are still waiting") as caught:
            await service.whole(drawing(99, 900), anna)
        assert "\n" not in str(caught.value)
        assert await service.whole(drawing(7), ben) == expected(7)
        # Whoever is known by the address alone may be many, and is not held to one's share.
        many = Visitor("at school", "school", shared=True)
        others = [asyncio.create_task(service.whole(drawing(k, 900), many)) for k in range(20, 27)]
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match="others are waiting"):
            await service.whole(drawing(99, 900), many)  # half of the line is all from one address
        assert await service.whole(drawing(8), Visitor("dora", "home")) == expected(8)
        for task in [*crowd, *others]:
            task.cancel()

    served(test, Limits(width=8, each=3, share=0.25, waiting=16, each_address=0.5))


def test_whoever_joins_a_job_frees_it_from_the_share_of_who_began_it() -> None:
    """Nobody can slow a picture down by asking for it first, among a thousand others."""
    anna, ben = Visitor("anna"), Visitor("ben")

    async def test(service: ModelService) -> None:
        first = Reader(service, drawing(1, 400), anna)
        await first.has(1)
        said: list[tuple[object, ...]] = []
        worker = service._keeper._worker
        assert worker is not None
        send = worker.send
        worker.send = lambda message: said.append(message) or send(message)  # type: ignore
        second = asyncio.create_task(service.whole(drawing(1, 400), ben))
        assert await second == await first.whole() == expected(1, 400)
        assert [message[0] for message in said] == ["shared"]

    served(test)


def test_long_jobs_wait_in_a_line_of_their_own() -> None:
    async def test(service: ModelService) -> None:
        long = [asyncio.create_task(service.whole(drawing(seed, 900))) for seed in range(2)]
        await asyncio.sleep(0)
        assert await service.whole(drawing(7)) == expected(7)
        assert not any(task.done() for task in long)
        for task in long:
            task.cancel()

    served(test, Limits(width=1, long=drawing(0, 100).size))


def test_a_job_that_nobody_reads_is_dropped() -> None:
    async def test(service: ModelService) -> None:
        async with aclosing(service.ask(drawing(1, 1000))) as answer:
            await anext(answer)
        assert service.idle and service.held == 0

        # Not while somebody else still reads it.
        other = asyncio.create_task(service.whole(drawing(2, 30)))
        async with aclosing(service.ask(drawing(2, 30))) as answer:
            await anext(answer)
        assert await other == expected(2, 30)

    served(test)


def test_a_thousand_cancelled_requests_leave_nothing() -> None:
    async def test(service: ModelService) -> None:
        tasks = [asyncio.create_task(service.whole(drawing(seed, 1000))) for seed in range(1000)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert service.idle and service.held == 0
        assert await service.whole(drawing(5)) == expected(5)

    served(test, Limits(waiting=2000))


def test_a_job_that_fails_says_so_and_may_be_tried_again() -> None:
    async def test(service: ModelService) -> None:
        for _ in range(2):
            with pytest.raises(ServiceError, match=r"^No such picture: try another seed\.$"):
                await service.whole(drawing(REFUSED))
        assert await service.whole(drawing(1)) == expected(1)

    served(test)


# --- The worker dies ------------------------------------------------------------------------------


def test_readers_of_a_worker_that_dies_notice_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOG_TEST_MEMORY", str(tmp_path / "died"))

    async def test(service: ModelService) -> None:
        before = service.process_id
        seeds = [1, DEADLY_ONCE, 2]
        answers = await asyncio.gather(*(service.whole(drawing(seed, 20)) for seed in seeds))
        assert answers == [expected(seed, 20) for seed in seeds]
        assert service.process_id != before

    served(test)


def test_a_job_that_kills_the_worker_each_time_is_given_up() -> None:
    async def test(service: ModelService) -> None:
        with pytest.raises(ServiceError, match="stopped several times") as caught:
            await service.whole(drawing(DEADLY))
        assert "\n" not in str(caught.value)
        assert await service.whole(drawing(1)) == expected(1)

    served(test)


def test_a_worker_that_never_starts_is_given_up_in_a_sentence() -> None:
    async def test(service: ModelService) -> None:
        with pytest.raises(ServiceError, match="try again in a minute"):
            await service.whole(drawing(1))
        with pytest.raises(ServiceError, match="try again in a minute"):
            await service.ready()

    served(test, command=(*FAKE, "stillborn"), keeping=Keeping(first_pause=0.01))


def test_a_missing_model_is_said_to_everybody() -> None:
    async def test(service: ModelService) -> None:
        for _ in range(2):
            with pytest.raises(ServiceError, match=r"^There is no model: train one\.$"):
                await service.whole(drawing(1))

    served(test, command=(*FAKE, "broken"))


def test_stopping_tells_whoever_still_reads() -> None:
    async def test(service: ModelService) -> None:
        reader = asyncio.create_task(service.whole(drawing(1, 1000)))
        await until(lambda: not service.idle)
        await service.stop()
        with pytest.raises(ServiceError, match="shutting down"):
            await reader
        with pytest.raises(ServiceError, match="not running"):
            await service.whole(drawing(2))

    served(test)


# --- The real one ---------------------------------------------------------------------------------


def test_the_real_worker_draws_what_the_model_draws_also_when_it_is_killed() -> None:
    jobs = [
        Drawing(Request((3, 8), "dpmpp", 12, 1.5, seed=4), every=5),
        Drawing(Request((1,), "ddpm", 30, 1.0, seed=5)),
    ]

    async def test(service: ModelService) -> None:
        readers = [Reader(service, job) for job in jobs]
        await readers[1].has(5)
        os.kill(service.process_id or 0, signal.SIGKILL)
        answers = await asyncio.gather(*(reader.whole() for reader in readers))
        denoiser = NetworkDenoiser(load_checkpoint())
        for job, answer in zip(jobs, answers, strict=True):
            alone = b"".join(recording(job.request, sample(denoiser, job.request), job.every))
            head, _, frames = answer.partition(b"\n")
            expected_head, _, expected_frames = alone.partition(b"\n")
            assert head == expected_head and len(frames) == len(expected_frames)
            apart = [abs(a - b) for a, b in zip(frames, expected_frames, strict=True)]
            # Grey levels may differ by one, and so may the last bits of the few numbers.
            assert sum(d > 1 for d in apart) < 0.001 * len(apart)
        guess = Guess(bytes(784), bytes(4 * 784), "linear", 100)
        assert len(await service.whole(guess)) == guess.size

    served(test, command=("-m", "diffusion_core.service.worker"))
