"""The studio: long work in a process of its own, in turns, that comes and goes."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import aclosing
from functools import partial
from typing import Any

import pytest

from diffusion_core.labs.points.learning import learn
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.request import Request
from diffusion_core.service.answer import Before, ServiceError
from diffusion_core.service.client import ModelService
from diffusion_core.service.jobs import Drawing, Guess, Learning
from diffusion_core.service.limits import Keeping, Limits, Wording
from diffusion_core.service.serving import serve
from diffusion_core.service.wire import Wire
from diffusion_core.service.work import Networks
from diffusion_core.service.works import Works
from tests.core import made_up, serving
from tests.core.plane_runs import received
from tests.core.serving import FAKE, STUDIO, Reader, is_running, until

PATIENCE = 600
"""Seconds after which a test that waits is taken to hang."""
LIMITS = Limits(width=3, size=10**9, long=10**10, waiting=20)
KEEPING = Keeping(idle=600, threads=1)

served = partial(serving.served, limits=LIMITS, command=STUDIO, keeping=KEEPING, patience=PATIENCE)


def training(seed: int, steps: int = 6, **changes: Any) -> Learning:
    return Learning(PointSettings(seed=seed, steps=steps, **changes))


def drawing(seed: int, steps: int = 5) -> Drawing:
    """What the fake worker does."""
    return Drawing(Request((0,), "ddim", steps, seed=seed))


# --- Many at once ---------------------------------------------------------------------------------


def test_ten_who_press_train_are_all_served_or_told_their_place() -> None:
    async def test(service: ModelService) -> None:
        heard: dict[int, list[int]] = {seed: [] for seed in range(10)}

        async def read(seed: int) -> bytes:
            chunks = []
            async for part in service.ask(training(seed)):
                if isinstance(part, Before):
                    heard[seed].append(part.count)
                else:
                    chunks.append(part)
            return b"".join(chunks)

        answers = await asyncio.gather(*map(read, heard))
        for answer in answers:
            assert received(answer).snapshots[-1]["step"] == 6
        assert len(set(answers)) == 10
        # Three begin at once; the others hear how many are before them, and then ever fewer.
        assert [places[:1] for places in heard.values()] == [[]] * 3 + [[n] for n in range(7)]
        assert all(places == sorted(places, reverse=True) for places in heard.values())
        assert service.idle

    served(test)


def test_a_full_line_turns_the_next_one_away_in_a_sentence() -> None:
    crowded = Wording(crowded="{waiting} others wait: please try again in a minute.")

    async def test(service: ModelService) -> None:
        readers = [asyncio.create_task(service.whole(drawing(seed))) for seed in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match=r"^2 others wait: please try again"):
            await service.whole(drawing(99))
        for reader in readers:
            reader.cancel()

    served(test, limits=Limits(width=1, waiting=2), wording=crowded, command=FAKE)


def test_trainings_take_turns() -> None:
    async def test(service: ModelService) -> None:
        long = asyncio.create_task(service.whole(training(1, steps=4000)))
        await until(lambda: not service.idle)
        # The short one comes to its end beside the long one.
        assert received(await service.whole(training(2))).snapshots[-1]["step"] == 6
        assert not long.done()
        long.cancel()

    served(test)


# --- Stopping, breaking ---------------------------------------------------------------------------


def test_hanging_up_ends_the_training_and_makes_room_for_the_next() -> None:
    async def test(service: ModelService) -> None:
        async with aclosing(service.ask(training(1, steps=4000))) as answer:
            for _ in range(3):
                await anext(answer)
            waiting = asyncio.create_task(service.whole(training(2)))
            await asyncio.sleep(0.01)
            assert not waiting.done()
        assert received(await waiting).snapshots[-1]["step"] == 6
        assert service.idle and not service.kept(training(1, steps=4000))

    served(test, limits=Limits(width=1))


def test_a_studio_that_is_killed_goes_on_where_it_was() -> None:
    async def test(service: ModelService) -> None:
        job = training(3, steps=60)
        reader = Reader(service, job)
        await reader.has(6)
        before = service.process_id
        os.kill(before or 0, signal.SIGKILL)
        assert await reader.whole() == b"".join(learn(job.settings))
        assert service.process_id != before

    served(test)


def test_a_loss_that_is_no_number_is_said_and_leaves_the_others_alone() -> None:
    async def test(service: ModelService) -> None:
        good = asyncio.create_task(service.whole(training(1)))
        chunks: list[bytes | Before] = []

        async def read() -> None:
            async for part in service.ask(training(2, steps=100, learning_rate=1000.0)):
                chunks.append(part)

        with pytest.raises(ServiceError, match="learning rate 1000 is too high") as caught:
            await read()
        assert "\n" not in str(caught.value)
        assert len(chunks) > 3, "what was learned until then has arrived"
        assert received(await good).snapshots[-1]["step"] == 6

    served(test)


def test_work_that_is_not_for_the_studio_fails_in_a_sentence() -> None:
    async def test(service: ModelService) -> None:
        with pytest.raises(ServiceError, match="not work for the studio"):
            await service.whole(Guess(bytes(784), bytes(4 * 784), "cosine"))
        assert received(await service.whole(training(1))).snapshots

    served(test)


# --- The process comes and goes -------------------------------------------------------------------


def test_there_is_no_process_before_it_is_needed_nor_long_after() -> None:
    async def test(service: ModelService) -> None:
        assert service.process_id is None
        first = await service.whole(drawing(1))
        process = service.process_id
        assert process is not None and is_running(process)
        await until(lambda: service.process_id is None)
        await until(lambda: not is_running(process))  # its memory is given back
        # What is kept needs no process; something new gets one.
        assert await service.whole(drawing(1)) == first and service.process_id is None
        await service.whole(drawing(2))
        assert service.process_id not in (None, process)

    served(test, keeping=Keeping(idle=0.05), command=FAKE)


def test_a_process_that_works_is_not_idle() -> None:
    async def test(service: ModelService) -> None:
        # Loading alone takes longer than it is kept.
        assert await service.whole(drawing(1, steps=300))

    served(test, keeping=Keeping(idle=0.001), command=FAKE)


def test_it_can_be_there_before_anybody_asks() -> None:
    async def test(service: ModelService) -> None:
        thread = threading.Thread(target=service.expect)  # a page's script has a thread of its own
        thread.start()
        await until(lambda: service.process_id is not None)
        await service.ready()  # it has loaded, though that takes longer than it may be idle
        await until(lambda: service.process_id is None)

    served(test, keeping=Keeping(idle=0.001), command=FAKE)


def test_expecting_something_of_a_service_that_is_not_running_does_nothing() -> None:
    service = ModelService(LIMITS, STUDIO, KEEPING)
    service.expect()
    assert service.process_id is None


def test_stopping_ends_the_process_and_tells_whoever_still_reads() -> None:
    async def test(service: ModelService) -> None:
        reader = asyncio.create_task(service.whole(drawing(1, steps=1000)))
        await until(lambda: not service.idle)
        process = service.process_id or 0
        await service.stop()
        with pytest.raises(ServiceError, match="shutting down"):
            await reader
        assert not is_running(process)

    served(test, command=FAKE)


def test_a_studio_dies_while_nobody_wants_anything_and_is_not_missed() -> None:
    async def test(service: ModelService) -> None:
        await service.whole(drawing(1))
        os.kill(service.process_id or 0, signal.SIGKILL)
        await until(lambda: service.process_id is None)
        assert await service.whole(drawing(2))

    served(test, command=FAKE)


# --- The loop inside the process ------------------------------------------------------------------


class Listener:
    """The other side of `serve`, in a process that has no networks."""

    def __init__(self) -> None:
        self.wire, theirs = Wire.pair()
        arguments = (theirs, Networks(), Works())
        self.thread = threading.Thread(target=serve, args=arguments, daemon=True)
        self.thread.start()

    def ask(self, key: int, job: made_up.Talk) -> None:
        self.wire.send(("do", key, job, ""))

    def said(self) -> tuple[Any, ...]:
        """The next message that is about work."""
        while (message := self.wire.receive()) == ("alive",):
            pass
        return message

    def hang_up(self) -> None:
        self.wire.close()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def test_every_job_gets_a_turn_and_an_empty_chunk_is_not_sent() -> None:
    made_up.gate.clear()
    listener = Listener()
    for key, name in enumerate("ab"):
        listener.ask(key, made_up.Talk(name, words=3, waits=True))
    made_up.gate.set()
    said = [listener.said() for _ in range(8)]
    chunks = [message[2] for message in said if message[0] == "chunk"]
    for name in "ab":
        assert [c for c in chunks if c.decode()[0] == name] == [
            f"{name}{k}".encode() for k in range(3)
        ]
    assert chunks.index(b"b0") < chunks.index(b"a2"), "neither waits for the end of the other"
    assert [message for message in said if message[0] == "finished"] == [
        ("finished", 0),
        ("finished", 1),
    ]
    listener.hang_up()


def test_what_goes_wrong_in_one_job_is_said_of_that_job() -> None:
    listener = Listener()
    said = []
    for key, job in enumerate((made_up.Refused(), made_up.Broken(), made_up.Talk("fine", 1))):
        listener.wire.send(("do", key, job, ""))
        said.append(listener.said())
    assert said[0] == ("failed", 0, "Ask for something else.")
    assert said[1][:2] == ("failed", 1) and "ZeroDivisionError" in said[1][2]
    assert "secret" not in said[1][2] and said[1][2].endswith(".")
    assert said[2] == ("chunk", 2, b"fine0")
    listener.said()
    listener.hang_up()


@pytest.mark.parametrize("how", ["forget", "hang up"])
def test_work_that_is_ended_early_may_put_away_what_it_holds(how: str) -> None:
    made_up.put_away.clear()
    listener = Listener()
    listener.ask(1, made_up.Talk("x", words=10**9))
    listener.said()
    if how == "forget":
        listener.wire.send(("forget", 1))
        while not made_up.put_away.is_set():
            if listener.wire.poll(0.01):
                listener.wire.receive()
    listener.hang_up()
    assert made_up.put_away.is_set()


def test_work_that_has_nothing_to_say_gives_signs_of_life() -> None:
    listener = Listener()
    listener.ask(1, made_up.Talk("", words=10**9))
    assert [listener.wire.receive() for _ in range(2)] == [("alive",)] * 2
    listener.hang_up()


def test_work_that_asks_is_not_for_the_studio() -> None:
    listener = Listener()
    for key, job in enumerate((drawing(1), Guess(bytes(784), bytes(4 * 784), "cosine"))):
        listener.wire.send(("do", key, job, ""))
        kind, _, sentence = listener.said()
        assert kind == "failed" and "not work for the studio" in sentence
    listener.hang_up()
