"""The server's side of the worker: who may draw when, who hears of it, and what is kept.

Everything here runs on one asyncio event loop, the server's, but for a thread that reads what the
worker sends. Equal jobs are computed once: whoever asks for what is being drawn already joins in,
and finished answers are kept while there is room. Jobs beyond what the worker takes at a time wait
in line, and are told how many are before them; a job that nobody reads any more is dropped.
A worker that dies or hangs is replaced (keeper.py); the next one goes on with what it was doing.

The same class serves pictures (worker.py, always there) and trainings (studio.py, whose process is
started when somebody may want it and ended when nobody has for a while).
"""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Any

from diffusion_core.service.answer import SHUTTING_DOWN, Answer, Before, ServiceError
from diffusion_core.service.jobs import Job
from diffusion_core.service.keeper import Keeper
from diffusion_core.service.limits import Keeping, Limits, Wording


class ModelService:
    """Draws for everybody. `start` and `stop` it on the event loop on which it is used."""

    def __init__(
        self,
        limits: Limits | None = None,
        command: Iterable[str] = ("-m", "diffusion_core.service.worker"),
        keeping: Keeping | None = None,
        wording: Wording | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.keeping = keeping or Keeping()
        self.wording = wording or Wording()
        self._keys = itertools.count()
        self._answers: OrderedDict[Job, Answer] = OrderedDict()
        """Everything that is waiting, running or kept, the least recently asked for first."""
        self._running: dict[int, Answer] = {}
        self._waiting: list[Answer] = []
        self._keeper = Keeper(self, tuple(command), self.keeping, self.wording.stopped)
        self._loop: asyncio.AbstractEventLoop | None = None
        """That of the server, between `start` and `stop`."""

    # --- Life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the worker, or be ready to. Asking may begin at once; answers come when it has
        loaded."""
        self._loop = asyncio.get_running_loop()
        self._keeper.start()

    async def stop(self) -> None:
        """End the worker; whoever still reads is told."""
        self._loop = None
        self.gave_up(SHUTTING_DOWN)
        await self._keeper.stop()

    async def ready(self) -> None:
        """Wait until the worker has loaded. ServiceError if it cannot."""
        await self._keeper.ready()

    def expect(self) -> None:
        """Somebody may soon ask: have the worker there by then. From any thread; does not wait."""
        if self._loop is not None:
            with suppress(RuntimeError):  # The server is shutting down.
                self._loop.call_soon_threadsafe(self._keeper.want)

    @property
    def process_id(self) -> int | None:
        """Of the worker, for measuring."""
        return self._keeper.process_id

    @property
    def idle(self) -> bool:
        """Whether nothing is being computed or waiting for it."""
        return not self._running and not self._waiting

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return bool(self._running)

    # --- Asking ----------------------------------------------------------------------------------

    def kept(self, job: Job) -> bool:
        """Whether the whole answer is here already."""
        return job in self._answers and self._answers[job].finished

    async def ask(self, job: Job) -> AsyncGenerator[bytes | Before, None]:
        """The answer, chunk by chunk, and meanwhile how many are in line before it.

        Leaving the iteration early drops the job, unless others read it too. ServiceError, with a
        sentence for the reader, if there is no room, no model, or no answer.
        """
        answer = self._join(job)
        answer.readers += 1
        try:
            async for chunk in answer.read():
                yield chunk
        finally:
            answer.readers -= 1
            if not answer.readers and not answer.over:
                self._drop(answer)

    async def whole(self, job: Job) -> bytes:
        """The whole answer at once."""
        return b"".join([part async for part in self.ask(job) if isinstance(part, bytes)])

    async def prepare(self, jobs: Iterable[Job], pause: float = 1.0) -> None:
        """Compute these while nobody wants anything else, one at a time, to have them at hand."""
        await self.ready()
        for job in jobs:
            while not self.idle:
                await asyncio.sleep(pause)
            with suppress(ServiceError):
                await self.whole(job)

    def _join(self, job: Job) -> Answer:
        if self._loop is None:
            raise ServiceError("The model is not running: restart the app.")
        answer = self._answers.get(job)
        if answer is None or answer.problem is not None:
            if (refusal := self._keeper.refusal) is not None:
                raise ServiceError(refusal)
            if len(self._waiting) >= self.limits.waiting:
                raise ServiceError(self.wording.crowded.format(waiting=len(self._waiting)))
            answer = self._answers[job] = Answer(next(self._keys), job)
            self._waiting.append(answer)
            self._advance()
        self._answers.move_to_end(job)
        return answer

    # --- Who is next -----------------------------------------------------------------------------

    def _is_long(self, answer: Answer) -> bool:
        return answer.job.size >= self.limits.long

    def _fits(self, answer: Answer) -> bool:
        kind = self._is_long(answer)
        peers = [other for other in self._running.values() if self._is_long(other) == kind]
        if not peers:
            return True
        width = sum(other.job.width for other in peers) + answer.job.width
        size = sum(other.job.size for other in peers) + answer.job.size
        return width <= self.limits.width and size <= self.limits.size

    def _advance(self) -> None:
        """Hand the worker what it has room for, and tell the others where they stand."""
        blocked: dict[bool, int] = {}
        for answer in [*self._waiting]:
            kind = self._is_long(answer)
            if kind not in blocked and self._fits(answer):
                self._waiting.remove(answer)
                self._run(answer)
                continue
            before = blocked.setdefault(kind, 0)
            blocked[kind] += 1
            if answer.before != before:
                answer.before = before
                answer.changed()

    def _run(self, answer: Answer) -> None:
        answer.before = None
        self._running[answer.key] = answer
        self._keeper.do(answer.key, answer.job)

    def _drop(self, answer: Answer) -> None:
        self._answers.pop(answer.job, None)
        if answer in self._waiting:
            self._waiting.remove(answer)
        if self._running.pop(answer.key, None) is not None:
            self._keeper.forget(answer.key)
        self._advance()
        self._keeper.rest()

    def _end(self, answer: Answer, problem: str | None = None) -> None:
        answer.problem, answer.finished = problem, problem is None
        self._running.pop(answer.key, None)
        if answer in self._waiting:
            self._waiting.remove(answer)
        if problem is not None:
            self._answers.pop(answer.job, None)
        answer.changed()
        self._make_room()
        self._keeper.rest()

    def _make_room(self) -> None:
        """Forget finished answers, the least recently asked for first, beyond what may be kept."""
        finished = [a for a in self._answers.values() if a.finished]
        size = sum(sum(map(len, a.chunks)) for a in finished)
        for answer in finished:
            if size <= self.limits.kept:
                return
            size -= sum(map(len, answer.chunks))
            del self._answers[answer.job]

    # --- What the keeper of the process says (keeper.Owner) ---------------------------------------

    def hand_over(self) -> None:
        """The same job gives the same chunks, so what has arrived is skipped when it comes again,
        and readers notice a pause and nothing else."""
        for answer in self._running.values():
            answer.to_skip = len(answer.chunks)
            self._keeper.do(answer.key, answer.job)

    def heard(self, message: tuple[Any, ...]) -> None:
        """More of an answer, its end, or why there is none."""
        match message:
            case ("chunk", key, chunk) if key in self._running:
                answer = self._running[key]
                if answer.to_skip:
                    answer.to_skip -= 1
                else:
                    answer.chunks.append(chunk)
                    answer.changed()
            case ("finished", key) if key in self._running:
                self._keeper.progress()
                self._end(self._running[key])
                self._advance()
            case ("failed", key, sentence) if key in self._running:
                self._end(self._running[key], problem=sentence)
                self._advance()

    def lost(self, loaded: bool) -> None:
        """A job that has cost too many processes is given up; the rest waits for the next one."""
        for answer in [*self._running.values()]:
            answer.deaths += loaded  # else it died of something else
            if answer.deaths > self.limits.deaths:
                self._end(answer, problem=self.wording.too_much)
        self._advance()

    def gave_up(self, sentence: str) -> None:
        """Nobody waits without a word."""
        for answer in [*self._running.values(), *self._waiting]:
            self._end(answer, problem=sentence)
