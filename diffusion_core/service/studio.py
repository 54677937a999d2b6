"""The process for long work: `python -m diffusion_core.service.studio DESCRIPTOR`.

It speaks as worker.py does, and is led by the same client. A job is work: a generator of chunks of
its answer. Those that run at the same time take turns (turns.py).

Pages and pictures come first: this process is as nice as it can be, and computes on as many
threads as the client allows it (limits.Keeping).
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from diffusion_core.errors import UserFacingError
from diffusion_core.labs.own.job import EndTraining, TrainingDigits
from diffusion_core.labs.own.learning import end_training, train_digits
from diffusion_core.labs.points.learning import learn
from diffusion_core.service.jobs import Job, Learning
from diffusion_core.service.turns import Work, serve_in_turns

NICENESS = 19
"""Of this process; the one that draws pictures has 5, and the server 0."""


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
    serve_in_turns(connection, work_of)


if __name__ == "__main__":
    main()
