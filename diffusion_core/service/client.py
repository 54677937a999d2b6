"""The server's side of the worker: who may draw when, who hears of it, and what is kept.

Everything here runs on one asyncio event loop, the server's, but for a thread that reads what the
worker sends. Equal jobs are computed once: whoever asks for what is being drawn already joins in,
and finished answers are kept while there is room. Jobs beyond what the worker takes at a time wait
in line, where visitors take turns (lane.py), and are told how many are before them; a job that
nobody reads any more is dropped.
A worker that dies is started again and goes on with what it was doing.

The same class serves pictures (worker.py, always there) and trainings (studio.py, whose process is
started when somebody may want it and ended when nobody has for a while).
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Any

from diffusion_core.service.answer import (
    SHUTTING_DOWN,
    Answer,
    Before,
    ServiceError,
    TooManyError,
)
from diffusion_core.service.jobs import Asked
from diffusion_core.service.lane import Lane, waiting_by
from diffusion_core.service.limits import Keeping, Limits, Wording
from diffusion_core.service.process import Worker
from diffusion_core.service.visitor import NOBODY, Visitor


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
        self._command = tuple(command)
        self._keys = itertools.count()
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()
        """Everything that is waiting, running or kept, the least recently asked for first."""
        self._short, self._long = Lane(self.limits), Lane(self.limits)
        self._worker: Worker | None = None
        self._broken: str | None = None
        self._ready = asyncio.Event()
        self._deaths_in_a_row = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        """That of the server, between `start` and `stop`."""
        self._advancing: asyncio.Handle | None = None
        """Rings when it is to be seen who is next."""
        self._closing: asyncio.TimerHandle | None = None
        """Rings when the worker has been idle for long enough."""

    # --- Life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the worker, or be ready to. Asking may begin at once; answers come when it has
        loaded."""
        self._loop = asyncio.get_running_loop()
        if self.keeping.idle is None:
            self._begin_worker()

    async def stop(self) -> None:
        """End the worker; whoever still reads is told."""
        self._loop = None
        self._watch_idleness()
        self._end_worker()
        for answer in [*self._running.values(), *self._waiting]:
            self._end(answer, problem=SHUTTING_DOWN)

    async def ready(self) -> None:
        """Wait until the worker has loaded. ServiceError if it cannot."""
        await self._ready.wait()
        if self._broken:
            raise ServiceError(self._broken)

    def expect(self) -> None:
        """Somebody may soon ask: have the worker there by then. From any thread; does not wait."""
        if self._loop is not None:
            with suppress(RuntimeError):  # The server is shutting down.
                self._loop.call_soon_threadsafe(self._wake)

    @property
    def process_id(self) -> int | None:
        """Of the worker, for measuring."""
        return self._worker.process.pid if self._worker else None

    @property
    def idle(self) -> bool:
        """Whether nothing is being computed or waiting for it."""
        return not any(lane.running or lane.waiting for lane in (self._short, self._long))

    @property
    def _running(self) -> dict[int, Answer]:
        return self._short.running | self._long.running

    @property
    def _waiting(self) -> list[Answer]:
        return [*self._short.waiting.values(), *self._long.waiting.values()]

    def _lane_of(self, job: Asked) -> Lane:
        return self._long if job.size >= self.limits.long else self._short

    # --- Asking ----------------------------------------------------------------------------------

    def kept(self, job: Asked) -> bool:
        """Whether the whole answer is here already."""
        return job in self._answers and self._answers[job].finished

    async def ask(
        self, job: Asked, visitor: Visitor = NOBODY
    ) -> AsyncGenerator[bytes | Before, None]:
        """The answer, chunk by chunk, and meanwhile how many are in line before it.

        Leaving the iteration early drops the job, unless others read it too. ServiceError, with a
        sentence for the reader, if there is no room, no model, or no answer.
        """
        answer = self._join(job, visitor)
        try:
            async for chunk in answer.read():
                yield chunk
        finally:
            answer.readers -= Counter([visitor])
            if not answer.readers and not answer.over:
                self._drop(answer)

    async def whole(self, job: Asked, visitor: Visitor = NOBODY) -> bytes:
        """The whole answer at once."""
        parts = [part async for part in self.ask(job, visitor) if isinstance(part, bytes)]
        return b"".join(parts)

    async def prepare(self, jobs: Iterable[Asked], pause: float = 1.0) -> None:
        """Compute these while nobody wants anything else, one at a time, to have them at hand."""
        await self.ready()
        for job in jobs:
            while not self.idle:
                await asyncio.sleep(pause)
            with suppress(ServiceError):
                await self.whole(job)

    def _join(self, job: Asked, visitor: Visitor) -> Answer:
        if self._broken:
            raise ServiceError(self._broken)
        if self._loop is None:
            raise ServiceError("The model is not running: restart the app.")
        answer = self._answers.get(job)
        if answer is None or answer.problem is not None:
            self._refuse_if_crowded(job, visitor)
            answer = self._answers[job] = Answer(next(self._keys), job)
            answer.readers[visitor] += 1
            self._lane_of(job).waiting[answer.key] = answer
            self._advance()
        else:
            shared = visitor not in answer.readers
            answer.readers[visitor] += 1
            if shared and answer.key in self._running and self._worker is not None:
                self._worker.send(("shared", answer.key))
        self._answers.move_to_end(job)
        return answer

    def _refuse_if_crowded(self, job: Asked, visitor: Visitor) -> None:
        """TooManyError or ServiceError, in a sentence, if this visitor, all at this address, or all
        together have too many jobs in line."""
        if self._refusal(job, visitor) is None:
            return
        self._go_on()  # Some of them may not have to wait at all.
        refusal = self._refusal(job, visitor)
        if refusal is not None:
            raise refusal

    def _refusal(self, job: Asked, visitor: Visitor) -> ServiceError | None:
        waiting, crowded = self._waiting, False
        if visitor.name:
            visitors, _ = waiting_by(self._lane_of(job).waiting.values())
            if visitors[visitor] >= self.limits.each and not visitor.shared:
                return TooManyError(self.wording.yours.format(waiting=visitors[visitor]))
            _, addresses = waiting_by(waiting)
            crowded = addresses[visitor.address] >= self.limits.each_address * self.limits.waiting
        if crowded or len(waiting) >= self.limits.waiting:
            return ServiceError(self.wording.crowded.format(waiting=len(waiting)))
        return None

    # --- Who is next -----------------------------------------------------------------------------

    def _advance(self) -> None:
        """Soon, hand the worker what it has room for, and tell the others where they stand: once
        for all that happens now, since a hundred may come, or go, at the same moment."""
        if self._advancing is None and self._loop is not None:
            self._advancing = self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._advancing is not None:
            self._advancing.cancel()
            self._advancing = None
        for lane in (self._short, self._long):
            for answer in lane.begin_what_fits():
                self._wake()
                self._send_job(answer)
            lane.tell_places()

    def _send_job(self, answer: Answer) -> None:
        """Have the worker do it, in the name of whom it is done for."""
        assert self._worker is not None
        party = self._lane_of(answer.job).begun_for(answer).name
        self._worker.send(("do", answer.key, answer.job, party))
        if len(answer.readers) > 1:
            self._worker.send(("shared", answer.key))

    def _drop(self, answer: Answer) -> None:
        self._answers.pop(answer.job, None)
        if self._lane_of(answer.job).leave(answer) and self._worker is not None:
            self._worker.send(("forget", answer.key))
        self._advance()
        self._watch_idleness()

    def _end(self, answer: Answer, problem: str | None = None) -> None:
        answer.problem, answer.finished = problem, problem is None
        self._lane_of(answer.job).leave(answer)
        if problem is not None:
            self._answers.pop(answer.job, None)
        answer.changed()
        self._make_room()
        self._watch_idleness()

    def forget_kept(self) -> None:
        """Let go of all finished answers."""
        self._answers = OrderedDict((j, a) for j, a in self._answers.items() if not a.finished)

    def _make_room(self) -> None:
        """Forget finished answers, the least recently asked for first, beyond what may be kept."""
        finished = [a for a in self._answers.values() if a.finished]
        size = sum(sum(map(len, a.chunks)) for a in finished)
        for answer in finished:
            if size <= self.limits.kept:
                return
            size -= sum(map(len, answer.chunks))
            del self._answers[answer.job]

    # --- What the worker says --------------------------------------------------------------------

    def _begin_worker(self) -> None:
        loop = asyncio.get_running_loop()

        def heard(worker: Worker, message: tuple[Any, ...] | None) -> None:
            with suppress(RuntimeError):  # The server is shutting down: nobody is there to tell.
                loop.call_soon_threadsafe(self._hear, worker, message)

        self._worker = Worker(self._command, heard, self.keeping.threads)

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _wake(self) -> None:
        """Have a worker, and see to it that it goes when it is not needed."""
        if self._worker is None and not self._broken:
            self._begin_worker()
        self._watch_idleness()

    def _watch_idleness(self) -> None:
        """Count the time without work from now on, if it counts.

        A worker that loads is not idle: on a busy machine it would be ended before it could begin.
        """
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        loaded = self._worker is not None and self._worker.ready
        if self.keeping.idle is not None and self._loop is not None and self.idle and loaded:
            self._closing = self._loop.call_later(self.keeping.idle, self._end_worker)

    def _hear(self, worker: Worker, message: tuple[Any, ...] | None) -> None:
        if worker is not self._worker:
            return  # Last words of one that has been replaced.
        match message:
            case None:
                self._mourn()
            case ("ready",):
                worker.ready = True
                self._ready.set()
                self._watch_idleness()
            case ("broken", sentence):
                self._give_up(sentence)
            case ("chunk", key, chunk) if key in self._running:
                answer = self._running[key]
                self._deaths_in_a_row = 0
                if answer.to_skip:
                    answer.to_skip -= 1
                else:
                    answer.chunks.append(chunk)
                    answer.changed()
            case ("finished", key) if key in self._running:
                self._end(self._running[key])
                self._advance()
            case ("failed", key, sentence) if key in self._running:
                self._end(self._running[key], problem=sentence)
                self._advance()

    def _give_up(self, sentence: str) -> None:
        self._broken = sentence
        self._ready.set()
        for answer in [*self._running.values(), *self._waiting]:
            self._end(answer, problem=sentence)

    def _mourn(self) -> None:
        """The worker died: start another, which does again what the last one had not finished.

        The same job gives the same chunks, so readers notice a pause and nothing else.
        """
        assert self._worker is not None
        self._worker.close()
        if self._broken:
            return
        self._deaths_in_a_row += 1
        if self._deaths_in_a_row > 2 * max(1, self.limits.deaths):
            self._give_up("The model stopped working and would not start again: restart the app.")
            return
        for answer in [*self._running.values()]:
            answer.deaths += self._worker.ready  # else it died of something else
            if answer.deaths > self.limits.deaths:
                self._end(answer, problem=self.wording.too_much)
        if self.keeping.idle is not None and self.idle:
            self._worker = None
            return
        self._begin_worker()
        for answer in self._running.values():
            answer.to_skip = len(answer.chunks)
            self._send_job(answer)
        self._advance()
