"""The process for long work: `python -m diffusion_core.service.studio DESCRIPTOR`.

It speaks as worker.py does, and is led by the same client. A job is work: a generator of chunks of
its answer. Those that run at the same time take turns, from one yield to the next, so a generator
yields often: b"" gives up the turn and says nothing. Whatever ends a generator early (the job is
forgotten, the other side hangs up) closes it, so that it can put away what it holds.

Pages and pictures come first: this process is as nice as it can be, and computes on as many
threads as the client allows it (limits.Keeping).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from multiprocessing.connection import Connection
from typing import Any

from diffusion_core.errors import UserFacingError, note
from diffusion_core.own.learning import end_training, train_digits
from diffusion_core.points.learning import learn
from diffusion_core.service.jobs import Job, Learning
from diffusion_core.service.own import EndTraining, TrainingDigits

NICENESS = 19
"""Of this process; the one that draws pictures has 5, and the server 0."""

Work = Iterator[bytes]
"""More of a job's answer, or b"" for nothing yet. An error written for readers ends the job."""
UnderWay = Generator[bytes, None, None]


def work_of(job: Job) -> Work:
    """The work of a job. To add a kind of job: name it in jobs.py and say here what does it."""
    match job:
        case Learning():
            return learn(job.settings)
        case TrainingDigits():
            return train_digits(job)
        case EndTraining():
            return end_training(job)
        case _:
            raise UserFacingError("This is not work for the studio: restart the app.")


def serve(connection: Connection[Any, Any], begin: Callable[[Any], Work]) -> None:
    """Do what is asked until the other side hangs up, everybody's work in turns."""
    under_way: dict[int, UnderWay] = {}
    try:
        while True:
            # Waits for a message while there is nothing to do; looks for one between turns.
            while not under_way or connection.poll():
                match connection.recv():
                    case ("do", int(key), job):
                        under_way[key] = _deferred(begin, job)
                    case ("forget", int(key)):
                        if key in under_way:
                            under_way.pop(key).close()
            key = next(iter(under_way))
            work = under_way.pop(key)
            said, chunk = _turn(work)
            if said == "chunk":
                under_way[key] = work  # at the end of the line
                if chunk:
                    connection.send(("chunk", key, chunk))
            else:
                connection.send((said, key, *([chunk] if said == "failed" else [])))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        for work in under_way.values():
            work.close()


def _deferred(begin: Callable[[Any], Work], job: Any) -> UnderWay:
    """Its work, so that also what goes wrong at its beginning is that job's alone."""
    yield from begin(job)


def _turn(work: UnderWay) -> tuple[str, bytes | str]:
    """One turn: ("chunk", bytes), ("finished", b"") or ("failed", a sentence)."""
    try:
        return "chunk", next(work)
    except StopIteration:
        return "finished", b""
    except UserFacingError as error:
        note(error)
        return "failed", str(error)
    except Exception as error:  # One that breaks must not take the others along.
        return "failed", (
            f"This could not be computed ({type(error).__name__}): try it with other settings."
        )


def main() -> None:
    """Serve."""
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    os.nice(NICENESS)
    # Whoever draws takes the processor back at once, and not when this thread's turn is over.
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    # Ctrl-C in a terminal reaches us too; it ends the server, which ends us, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection.send(("ready",))
    serve(connection, work_of)


if __name__ == "__main__":
    main()
