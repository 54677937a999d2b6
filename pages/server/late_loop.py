"""Event loops that cost nothing until they are used."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from typing import Any


class LateLoop(asyncio.AbstractEventLoop):
    """An event loop that opens its three descriptors when it is first used.

    Streamlit gives each session one, so that libraries which ask for a loop find one. No page of
    ours does, and a session is kept for a while after its visitor has left.
    """

    def __init__(self, opened: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._opened = opened
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def real(self) -> asyncio.AbstractEventLoop:
        """The loop that does what is asked of this one. RuntimeError if it has been closed."""
        if self._loop is None:
            if self._closed:
                raise RuntimeError("Event loop is closed")
            self._loop = self._opened()
        return self._loop

    def is_running(self) -> bool:
        return self._loop is not None and self._loop.is_running()

    def is_closed(self) -> bool:
        return self._closed if self._loop is None else self._loop.is_closed()

    def close(self) -> None:
        self._closed = True
        if self._loop is not None:
            self._loop.close()


def _passed_on(name: str) -> Callable[..., Any]:
    def method(self: LateLoop, *args: Any, **named: Any) -> Any:
        return getattr(self.real(), name)(*args, **named)

    method.__name__ = name
    return method


for _name in vars(asyncio.AbstractEventLoop):
    if not _name.startswith("_") and _name not in vars(LateLoop):
        setattr(LateLoop, _name, _passed_on(_name))


def open_loops_late() -> None:
    """From now on, a loop that is made beside a running one is a LateLoop.

    Beside a running one: it cannot run on this thread, so it is put by for another (as Streamlit
    does), and may never be used at all.
    """
    with warnings.catch_warnings():
        # From Python 3.14 on, policies are on their way out: without them a session costs four.
        warnings.simplefilter("ignore", DeprecationWarning)
        if not hasattr(asyncio, "DefaultEventLoopPolicy"):
            return

        class Policy(asyncio.DefaultEventLoopPolicy):
            """Makes them."""

            def new_event_loop(self) -> asyncio.AbstractEventLoop:
                try:
                    asyncio.get_running_loop()
                except RuntimeError:
                    return super().new_event_loop()
                return LateLoop(super().new_event_loop)  # type: ignore[abstract]

        asyncio.set_event_loop_policy(Policy())
