"""The server's side of the worker: who may draw when, who hears of it, and what is kept.

Everything here runs on one asyncio event loop, the server's, but for a thread that reads what the
worker sends. Equal jobs are computed once: whoever asks for what is being drawn already joins in,
and finished answers are kept while there is room. Jobs beyond what the worker takes at a time wait
in line, where visitors take turns (lane.py), and are told how many are before them; a job that
nobody reads any more is dropped.
A worker that dies or hangs is replaced (keeper.py); the next one goes on with what it was doing.

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
from diffusion_core.service.keeper import Keeper
from diffusion_core.service.lane import Lane, waiting_by
from diffusion_core.service.limits import Keeping, Limits, Wording
from diffusion_core.service.visitor import NOBODY, Visitor
from diffusion_core.service.work import Asked


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
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()
        """Everything that is waiting, running or kept, the least recently asked for first."""
        self._short, self._long = Lane(self.limits), Lane(self.limits)
        self._keeper = Keeper(self, tuple(command), self.keeping, self.wording.stopped)
        self._loop: asyncio.AbstractEventLoop | None = None
        """That of the server, between `start` and `stop`."""
        self._advancing: asyncio.Handle | None = None
        """Rings when it is to be seen who is next."""

    # --- Life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the worker, or be ready to. Asking may begin at once; answers come when it has
        loaded."""
        self._loop = asyncio.get_running_loop()
        self._keeper.start()

    async def stop(self) -> None:
        """End the worker; whoever still reads is told."""
        self._loop = None
        if self._advancing is not None:
            self._advancing.cancel()
            self._advancing = None
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
        return not any(lane.running or lane.waiting for lane in (self._short, self._long))

    @property
    def held(self) -> int:
        """How many answers it has in memory: waiting, being computed, or kept."""
        return len(self._answers)

    @property
    def _running(self) -> dict[int, Answer]:
        return self._short.running | self._long.running

    @property
    def _waiting(self) -> list[Answer]:
        return [*self._short.waiting.values(), *self._long.waiting.values()]

    def _lane_of(self, job: Asked) -> Lane:
        return self._long if job.size >= self.limits.long else self._short

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return bool(self._running)

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
        if self._loop is None:
            raise ServiceError("The model is not running: restart the app.")
        answer = self._answers.get(job)
        if answer is None or answer.problem is not None:
            if (refusal := self._keeper.refusal) is not None:
                raise ServiceError(refusal)
            self._refuse_if_crowded(job, visitor)
            answer = self._answers[job] = Answer(next(self._keys), job)
            answer.readers[visitor] += 1
            self._lane_of(job).waiting[answer.key] = answer
            self._advance()
        else:
            shared = visitor not in answer.readers
            answer.readers[visitor] += 1
            if shared and answer.key in self._running:
                self._keeper.share(answer.key)
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
                self._give(answer)
            lane.tell_places()

    def _give(self, answer: Answer) -> None:
        """Have the worker do it, in the name of whom it is done for."""
        party = self._lane_of(answer.job).begun_for(answer).name
        self._keeper.do(answer.key, answer.job, "" if len(answer.readers) > 1 else party)

    def _drop(self, answer: Answer) -> None:
        self._answers.pop(answer.job, None)
        if self._lane_of(answer.job).leave(answer):
            self._keeper.forget(answer.key)
        self._advance()
        self._keeper.rest()

    def _end(self, answer: Answer, problem: str | None = None) -> None:
        answer.problem, answer.finished = problem, problem is None
        self._lane_of(answer.job).leave(answer)
        if problem is not None:
            self._answers.pop(answer.job, None)
        answer.changed()
        self._make_room()
        self._keeper.rest()

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

    # --- What the keeper of the process says (keeper.Owner) ---------------------------------------

    def hand_over(self) -> None:
        """The same job gives the same chunks, so what has arrived is skipped when it comes again,
        and readers notice a pause and nothing else."""
        for answer in self._running.values():
            answer.to_skip = len(answer.chunks)
            self._give(answer)

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
