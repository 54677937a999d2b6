"""What keeps the server's process going, and lets it end: around everything else, from app.py."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn

from pages.server import descriptors
from pages.server.imports import import_all
from pages.server.late_loop import open_loops_late
from pages.server.patience import Patient

GRACE = 2
"""Seconds that connections have to end by themselves when the server is told to end."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def steady(stop: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run the server inside of this. `stop`, which may be called twice, ends all work and tells
    whoever waits for it.

    It is called as soon as a signal comes, since uvicorn would wait for all answers to be sent
    before it says a word; and again at the end, whatever brought it about.
    """
    loop = asyncio.get_running_loop()
    descriptors.raise_limit()
    Patient.door = descriptors.Door(descriptors.limit())
    loop.set_exception_handler(Patient.door.failed)
    open_loops_late()
    import_all()
    server = _server()
    if server is not None:
        # Neither can be said where Streamlit starts uvicorn. It looks at both only later.
        server.config.http_protocol_class = Patient
        server.config.timeout_graceful_shutdown = GRACE
    ending: set[asyncio.Task[None]] = set()

    async def end() -> None:
        await stop()

    _before_ending(lambda: loop.call_soon_threadsafe(lambda: ending.add(loop.create_task(end()))))
    try:
        yield
    finally:
        await stop()


def _server() -> uvicorn.Server | None:
    """The uvicorn that runs us: it has put its hand on the signals already."""
    owner = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return owner if isinstance(owner, uvicorn.Server) else None


def _before_ending(told: Callable[[], object]) -> None:
    """Call `told` when a signal ends this process, and then do what would have been done. uvicorn
    puts back what was there before it."""
    if threading.current_thread() is not threading.main_thread():
        return  # Somebody runs us beside something else: signals are theirs.
    for number in SIGNALS:
        before = signal.getsignal(number)

        def heard(sign: int, frame: FrameType | None, before: object = before) -> None:
            told()
            if callable(before):
                before(sign, frame)

        if callable(before):
            signal.signal(number, heard)
