"""The life of a service's process: started, watched, replaced when it dies or hangs, ended.

Everything here runs on the server's event loop. Whatever goes wrong with a process (it cannot be
started, it dies, it says nothing though it has work, it never gets ready) is a failure: one line in
the log, and another start. The first start follows at once, so that readers notice a pause and
nothing else; each further one after twice as long a pause. After several failures in a row, or a
minute of them, whoever waits is told in a sentence. Whoever asks while the pause lasts is told at
once, and the first who asks afterwards has the process started again: so nothing stays broken, and
nothing is started over and over for nobody.

Only an answer that is finished, or a long life, ends the row. A process that dies at every pass of
the network may well say a word before.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Protocol

from diffusion_core.service.alarm import Alarm
from diffusion_core.service.answer import ServiceError
from diffusion_core.service.limits import Keeping
from diffusion_core.service.process import Worker

log = logging.getLogger(__name__)


class Owner(Protocol):
    """Whoever has work for the process: the client (client.py)."""

    @property
    def idle(self) -> bool:
        """Whether nobody wants anything."""

    @property
    def busy(self) -> bool:
        """Whether the process has been given work that it has not finished."""

    def hand_over(self) -> None:
        """A process was started, which knows nothing yet: `do` all that is under way."""

    def heard(self, message: tuple[Any, ...]) -> None:
        """What the process says of the work."""

    def lost(self, loaded: bool) -> None:
        """The process is gone; over what is under way, if it had loaded."""

    def gave_up(self, sentence: str) -> None:
        """There will be no answer to anything: tell whoever waits."""


class Keeper:
    """Keeps one process for its owner. `start` and `stop` it on the loop on which it is used."""

    def __init__(
        self, owner: Owner, command: tuple[str, ...], keeping: Keeping, sentence: str
    ) -> None:
        """sentence: what readers are told when the process cannot be had."""
        self._owner = owner
        self._command = command
        self._keeping = keeping
        self._sentence = sentence
        self._name = f"process for {command[1]}"
        self._loop: asyncio.AbstractEventLoop | None = None
        """That of the server, between `start` and `stop`."""
        self._worker: Worker | None = None
        self._settled = asyncio.Event()
        """Set when the process has loaded, or when it is clear that it will not."""
        self._refusal: str | None = None
        """Why there is none: from when it was given up until the next start."""
        self._failures = 0
        self._failing_since = self._failed_at = 0.0
        self._loaded_at = 0.0
        self._heard_at = 0.0
        self._look_at = 0.0
        self._not_before = 0.0
        self._to_begin = Alarm(self._begin)
        self._to_look = Alarm(self._look)
        self._to_console = Alarm(self._console)
        self._to_end = Alarm(self._end)

    # --- What the owner asks ----------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Between `start` and `stop`; the process itself may come and go."""
        return self._loop is not None

    @property
    def process_id(self) -> int | None:
        """Of the process, if there is one."""
        return self._worker.process.pid if self._worker else None

    @property
    def refusal(self) -> str | None:
        """Why nothing can be done just now, in a sentence."""
        pausing = self._loop is not None and self._loop.time() < self._not_before
        return self._refusal if pausing else None

    def start(self) -> None:
        """Start the process, or be ready to."""
        self._loop = asyncio.get_running_loop()
        self._settled, self._refusal, self._failures = asyncio.Event(), None, 0
        if self._keeping.idle is None:
            self._begin()

    async def stop(self) -> None:
        """End it, and start no other."""
        worker, self._loop = self._worker, None
        self._to_begin.cancel()
        self._to_console.cancel()
        self._end()
        if worker is not None:
            await asyncio.to_thread(worker.close)

    async def ready(self) -> None:
        """Wait until it has loaded. ServiceError if it cannot."""
        await self._settled.wait()
        if self._refusal:
            raise ServiceError(self._refusal)

    def want(self) -> None:
        """Have a process as soon as may be, and see to it that it goes when it is not needed."""
        if self._loop is None:
            return
        if self._worker is None and not self._to_begin.is_set:
            # Never at once: what goes wrong then would be said to an owner who is in the middle.
            self._to_begin.set(self._loop, self._not_before - self._loop.time())
        self.rest()

    def do(self, key: int, job: object, party: str) -> None:
        """Give it a piece of work, and say for whom. If there is no process, the next one is handed
        all there is."""
        if self._worker is None:
            self.want()
            return
        self._worker.send(("do", key, job, party))
        self._watch()
        self.rest()

    def share(self, key: int) -> None:
        """Others want it, too."""
        if self._worker is not None:
            self._worker.send(("shared", key))

    def forget(self, key: int) -> None:
        """Take it away again."""
        if self._worker is not None:
            self._worker.send(("forget", key))

    def progress(self) -> None:
        """Something was finished: all is well."""
        if self._failures:
            log.warning("The %s works again.", self._name)
        self._failures = 0
        self._to_console.cancel()

    def rest(self) -> None:
        """Call it when there may be less to do. Nothing is expected of a process without work; and
        the time counts from now on, if idle ones are ended.

        One that loads is not idle: on a busy machine it would be ended before it could begin.
        """
        if self._patience() is None:
            self._to_look.cancel()
        self._to_end.cancel()
        idle = self._keeping.idle
        loaded = self._worker is not None and self._worker.ready
        if self._loop is not None and idle is not None and self._owner.idle and loaded:
            self._to_end.set(self._loop, idle)

    # --- Starting and ending ----------------------------------------------------------------------

    def _begin(self) -> None:
        assert self._loop is not None
        loop = self._loop

        def heard(worker: Worker, message: tuple[Any, ...] | None) -> None:
            with suppress(RuntimeError):  # The server is shutting down: nobody is there to tell.
                loop.call_soon_threadsafe(self._hear, worker, message)

        try:
            self._worker = Worker(self._command, heard, self._keeping.threads)
        except (OSError, RuntimeError) as error:  # no descriptor, memory, process or thread is free
            self._failed(f"could not be started ({error})", loaded=False)
            return
        self._refusal = None
        self._settled.clear()
        self._watch()
        self._owner.hand_over()

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        self._to_look.cancel()
        self._to_end.cancel()
        if worker is not None:
            worker.kill()

    # --- Listening and watching -------------------------------------------------------------------

    def _hear(self, worker: Worker, message: tuple[Any, ...] | None) -> None:
        if worker is not self._worker or self._loop is None:
            return  # Last words of one that has been replaced.
        self._heard_at = self._loop.time()
        match message:
            case None:
                self._lose(f"ended ({worker.how_it_ended()})")
            case ("ready",):
                worker.ready = True
                self._loaded_at = self._heard_at
                self._settled.set()
                self._to_look.cancel()
                self._watch()
                self.rest()
            case ("broken", sentence):
                log.warning("The %s cannot do anything: %s", self._name, sentence)
                self._end()
                self._not_before = self._loop.time() + self._keeping.longest_pause
                self._give_up(sentence)
            case ("alive",):
                pass
            case _:
                self._owner.heard(message)

    def _patience(self) -> float | None:
        """For how long the process may say nothing. None: for as long as it likes."""
        if self._worker is None:
            return None
        if not self._worker.ready:
            return self._keeping.loading
        return self._keeping.silence if self._owner.busy else None

    def _watch(self) -> None:
        """Expect a word from now on, if one is to be expected and was not yet."""
        if self._loop is not None and not self._to_look.is_set:
            self._heard_at = self._loop.time()
            self._look_again()

    def _look_again(self) -> None:
        patience = self._patience()
        if self._loop is not None and patience is not None:
            self._look_at = self._heard_at + patience
            self._to_look.set(self._loop, self._look_at - self._loop.time())

    def _look(self) -> None:
        patience = self._patience()
        if self._loop is None or self._worker is None or patience is None:
            return
        now = self._loop.time()
        if now - self._look_at > patience / 2:
            self._heard_at = now  # The server itself was held up, and heard nobody meanwhile.
        silent = now - self._heard_at
        if silent < patience:
            self._look_again()
            return
        what = "said nothing" if self._worker.ready else "was not ready"
        self._lose(f"{what} for {silent:.0f} s")

    # --- Failing ----------------------------------------------------------------------------------

    def _lose(self, what: str) -> None:
        worker = self._worker
        assert worker is not None and self._loop is not None
        if worker.ready and self._loop.time() - self._loaded_at >= self._keeping.long_life:
            self._failures = 0
        self._end()
        self._failed(f"{what}; it was process {worker.process.pid}", worker.ready)

    def _failed(self, what: str, loaded: bool) -> None:
        assert self._loop is not None
        now = self._loop.time()
        if now - self._failed_at > self._keeping.loading + self._keeping.longest_pause:
            self._failures = 0  # Long ago, and nobody has wanted anything since.
        self._failed_at = now
        self._failures += 1
        if self._failures == 1:
            self._failing_since = now
            self._to_console.set(self._loop, self._keeping.patience)
        pause = self._keeping.pause(self._failures)
        self._not_before = now + pause
        log.warning("The %s %s. The next start may be in %.0f s.", self._name, what, pause)
        self._owner.lost(loaded)
        too_long = now - self._failing_since >= self._keeping.patience and not self._owner.idle
        if self._failures >= self._keeping.tries or too_long:
            self._give_up(self._sentence)
        elif self._keeping.idle is None or not self._owner.idle:
            self.want()

    def _give_up(self, sentence: str) -> None:
        self._to_begin.cancel()
        self._refusal = sentence
        self._settled.set()
        self._owner.gave_up(sentence)

    def _console(self) -> None:
        """It has taken long, and goes on: nobody is to wait for longer without a word."""
        if self._worker is None or not self._worker.ready:
            self._owner.gave_up(self._sentence)
