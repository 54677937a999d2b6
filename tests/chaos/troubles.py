"""What goes wrong: each trouble comes, stays for a few seconds, and goes."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from tests.chaos.house import House, memory_of
from tests.chaos.visitors import Visitor

CROWD = 60
"""Connections that somebody opens who then says nothing, or half of something."""


@dataclass
class Scene:
    """Where it happens."""

    house: House
    visitors: list[Visitor]
    rng: random.Random

    async def a_while(self) -> None:
        """How long a trouble stays."""
        await asyncio.sleep(self.rng.uniform(2, 4))


Trouble = Callable[[Scene], Awaitable[str]]
"""Makes it, waits, ends it, and says what it was."""


# --- Killed and frozen ----------------------------------------------------------------------------


def _signalled(processes: list[int], sign: signal.Signals) -> int:
    count = 0
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, sign)
            count += 1
    return count


async def worker_killed(scene: Scene) -> str:
    return f"{_signalled(scene.house.running('worker'), signal.SIGKILL)} worker killed"


async def studios_killed(scene: Scene) -> str:
    return f"{_signalled(scene.house.running('studio'), signal.SIGKILL)} studios killed"


async def killed_again_and_again(scene: Scene) -> str:
    """Whatever is started in its place, too."""
    count = 0
    for _ in range(6):
        for module in ("worker", "studio"):
            count += _signalled(scene.house.running(module), signal.SIGKILL)
        await asyncio.sleep(0.5)
    return f"{count} processes killed, one after another"


async def worker_frozen(scene: Scene) -> str:
    return await _frozen(scene, scene.house.running("worker"), "worker")


async def studios_frozen(scene: Scene) -> str:
    return await _frozen(scene, scene.house.running("studio"), "studios")


async def server_frozen(scene: Scene) -> str:
    return await _frozen(scene, [scene.house.process.pid], "server")


async def all_frozen(scene: Scene) -> str:
    """As a machine that sleeps."""
    return await _frozen(scene, scene.house.group, "processes, all of them,")


async def _frozen(scene: Scene, processes: list[int], name: str) -> str:
    count = _signalled(processes, signal.SIGSTOP)
    await scene.a_while()
    _signalled(processes, signal.SIGCONT)
    return f"{count} {name} frozen for a while"


async def worker_frozen_for_good(scene: Scene) -> str:
    """It has to be noticed and replaced: nobody thaws it."""
    return f"{_signalled(scene.house.running('worker'), signal.SIGSTOP)} worker frozen for good"


# --- Cut off --------------------------------------------------------------------------------------


async def some_cut_off(scene: Scene) -> str:
    unlucky = scene.rng.sample(scene.visitors, len(scene.visitors) // 3)
    for visitor in unlucky:
        visitor.cut_off()
    return f"{len(unlucky)} visitors cut off"


async def all_cut_off(scene: Scene) -> str:
    for visitor in scene.visitors:
        visitor.cut_off()
    return "every visitor cut off"


# --- Filled and used up ---------------------------------------------------------------------------


async def disk_full(scene: Scene) -> str:
    """No file may grow. (A full disk says the same, with another number; this needs no root.)"""
    scene.house.limit(scene.house.group, resource.RLIMIT_FSIZE, 0)
    try:
        await scene.a_while()
    finally:
        # Those that were started meanwhile have the limit from the server.
        scene.house.unlimit(resource.RLIMIT_FSIZE)
    return "disk full for a while"


async def no_descriptors(scene: Scene) -> str:
    """None is free, in the moment in which the worker and the studios have to be replaced."""
    server = [scene.house.process.pid]
    scene.house.limit(server, resource.RLIMIT_NOFILE, scene.house.descriptors())
    try:
        for module in ("worker", "studio"):
            _signalled(scene.house.running(module), signal.SIGKILL)
        await scene.a_while()
    finally:
        scene.house.unlimit(resource.RLIMIT_NOFILE)
    return "no descriptor free while processes were killed"


async def memory_short(scene: Scene) -> str:
    """The processes that compute may have no more than they have."""
    processes = scene.house.running("worker") + scene.house.running("studio")
    for process in processes:
        with suppress(OSError, IndexError):
            scene.house.limit([process], resource.RLIMIT_AS, memory_of(process))
    await scene.a_while()
    scene.house.unlimit(resource.RLIMIT_AS)
    return f"no more memory for {len(processes)} processes"


async def crowd_that_says_nothing(scene: Scene) -> str:
    """Connections that say nothing, or half a request."""
    async with _crowd(scene) as count:
        await scene.a_while()
    return f"{count} connections that said nothing"


@asynccontextmanager
async def _crowd(scene: Scene) -> AsyncIterator[int]:
    crowd: list[socket.socket] = []
    loop = asyncio.get_running_loop()
    try:
        for number in range(CROWD):
            caller = socket.socket()
            crowd.append(caller)
            caller.setblocking(False)
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await loop.sock_connect(caller, ("127.0.0.1", scene.house.port))
                    if number % 2:
                        await loop.sock_sendall(caller, b"GET /api/sample?digit=3 HTTP/1.1\r\nHo")
        yield len(crowd)
    finally:
        for caller in crowd:
            caller.close()


TROUBLES: tuple[Trouble, ...] = (
    worker_killed,
    studios_killed,
    worker_frozen,
    studios_frozen,
    server_frozen,
    all_frozen,
    some_cut_off,
    all_cut_off,
    disk_full,
    no_descriptors,
    memory_short,
    crowd_that_says_nothing,
    killed_again_and_again,
)
"""Each of them comes before any comes again."""
SLOW_TROUBLES: tuple[Trouble, ...] = (*TROUBLES, worker_frozen_for_good)
"""Where there are minutes: it takes one until a process that says nothing is given up."""
