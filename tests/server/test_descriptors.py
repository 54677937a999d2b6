"""A visitor costs one file descriptor; where they run out, everybody is told and nobody is lost."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.error import HTTPError

import pytest

from pages.server.descriptors import MINUTES, NEAR, OUT_OF_THEM, RESERVE, Door
from pages.server.patience import FULL
from tests.load import enter
from tests.server.app import answer, run, until, watched

ROOT = Path(__file__).resolve().parents[2]
VISITORS = 20
FEW = 128
"""Descriptors, for a server that is soon full."""


def test_a_visitor_costs_one_and_gives_it_back(tmp_path: Path) -> None:
    with watched(tmp_path) as server:

        async def come_and_go() -> None:
            # What is opened once, with the first page.
            async with AsyncExitStack() as stack:
                await enter(server.app.address, stack)
            before = server.descriptors
            async with AsyncExitStack() as stack:
                await asyncio.gather(*(enter(server.app.address, stack) for _ in range(VISITORS)))
                await until(lambda: server.descriptors <= before + VISITORS)
            # Their sessions are kept for a while, should they come back, and cost none.
            await until(lambda: server.descriptors <= before)

        run(come_and_go)


def test_a_full_server_says_so_and_goes_on(tmp_path: Path) -> None:
    with watched(tmp_path, descriptors=FEW) as server:

        async def crowd() -> None:
            async with AsyncExitStack() as stack:
                inside = []

                async def come_in() -> None:
                    for _ in range(FEW):
                        inside.append(await enter(server.app.address, stack))

                # What a visitor fetches first is the page.
                with pytest.raises(HTTPError) as refused:
                    await come_in()
                assert refused.value.code == 503 and refused.value.read().decode() == FULL
                assert len(inside) > FEW - RESERVE - 20
                assert await answer(server.app, "/") == (503, FULL)
                for _ in range(50):
                    assert (await answer(server.app, "/_stcore/health"))[0] == 503
                # Nothing is wanting for those who are there.
                await inside[0].act("frontier")
                assert server.log.count("nearly full") == 1
                assert server.log.count("The server is full") == 1
                assert "Traceback" not in server.log
            # They have left: there is room again.
            await until(lambda: server.descriptors < FEW - RESERVE)
            assert (await answer(server.app, "/"))[0] == 200

        run(crowd)


def test_silent_connections_do_not_fill_the_log(tmp_path: Path) -> None:
    # More than there are descriptors at all, and none of them says a word.
    with watched(tmp_path, descriptors=FEW) as server:

        async def besiege() -> None:
            writers = []
            host, port = "127.0.0.1", int(server.app.address.rpartition(":")[2])
            for _ in range(2 * FEW):
                writers.append((await asyncio.open_connection(host, port))[1])
            await until(lambda: "All 128 file descriptors are in use" in server.log)
            for writer in writers:
                writer.close()
            await until(lambda: server.descriptors < FEW - RESERVE)
            assert (await answer(server.app, "/"))[0] == 200
            assert len(server.log.splitlines()) < 30

        run(besiege)


def test_the_limit_is_raised_as_far_as_the_system_lets_us() -> None:
    script = (
        "import resource as r; from pages.server import descriptors as d;"
        "r.setrlimit(r.RLIMIT_NOFILE, (100, 300)); d.raise_limit();"
        "assert r.getrlimit(r.RLIMIT_NOFILE) == (300, 300) and d.limit() == 300"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_door_says_each_thing_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    door = Door(1000, lambda: now[0])
    near = int(NEAR * door.places) + 1
    with caplog.at_level(logging.WARNING, "through-the-fog"):
        assert door.admits(near - 2) and not caplog.messages
        assert door.admits(near) and door.admits(near + 1)
        assert len(caplog.messages) == 1 and "nearly full" in caplog.messages[0]
        assert not door.admits(door.places) and not door.admits(999)
        assert len(caplog.messages) == 2 and "1000 file descriptors" in caplog.messages[1]
        now[0] = 60 * MINUTES
        assert not door.admits(999)
        assert len(caplog.messages) == 3


def test_only_the_one_complaint_of_asyncio_is_shortened(caplog: pytest.LogCaptureFixture) -> None:
    loop, door = asyncio.new_event_loop(), Door(1000)
    for _ in range(2000):
        door.failed(loop, {"message": OUT_OF_THEM, "exception": OSError(24, "Too many open files")})
    assert len(caplog.messages) == 1 and "All 1000 file descriptors" in caplog.messages[0]
    door.failed(loop, {"message": "Something else"})
    assert caplog.messages[1:] == ["Something else"]
    loop.close()


LATE = """
import asyncio, gc, json, os, threading
from pages.server.late_loop import LateLoop, open_loops_late

def descriptors():
    return len(os.listdir("/proc/self/fd"))

async def sessions():
    before = descriptors()
    loops = [asyncio.new_event_loop() for _ in range(10)]
    none = descriptors() - before
    used, unused = loops[0], loops[1]
    done = []

    def on_a_thread():
        asyncio.set_event_loop(used)
        done.append(used.run_until_complete(asyncio.sleep(0, "slept")))
        done.append(asyncio.get_event_loop() is used)

    thread = threading.Thread(target=on_a_thread)
    thread.start()
    await asyncio.to_thread(thread.join)
    for loop in loops:
        loop.close()
    return {
        "cost": none,
        "done": done,
        "closed": used.is_closed() and unused.is_closed(),
        "left": descriptors() - before,
    }

open_loops_late()
plain = asyncio.new_event_loop()
assert not isinstance(plain, LateLoop)  # Where none runs, it is about to be used.
plain.close()
print(json.dumps(asyncio.run(sessions())))
"""


def test_a_loop_that_is_put_by_costs_nothing_until_it_is_used() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(ran.stdout)
    assert found == {"cost": 0, "done": ["slept", True], "closed": True, "left": 0}
