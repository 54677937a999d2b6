"""The process that computes: `python -m diffusion_core.service.worker DESCRIPTOR`.

It is started by the client (client.py), with the number of an open socket. Messages are tuples.

    to it       ("do", key, job, party)     party: the visitor for whom it is done, or ""
                ("shared", key)             others want it, too
                ("forget", key)
    from it     ("ready",)                  ("broken", sentence), once, instead
                ("chunk", key, bytes)       more of a job's answer
                ("finished", key)           ("failed", key, sentence)
                ("alive",)                  now and then while it works (pulse.py)

It ends when the other side hangs up, so nothing is left behind whatever happens to the server.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.batcher import Batcher, Report
from diffusion_core.checkpoint import MODELS, load_checkpoint
from diffusion_core.checks import run_check
from diffusion_core.copying import ideal_work, nearest_work
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.editing import run_from
from diffusion_core.errors import CheckpointError, UserFacingError
from diffusion_core.guessing import Guesses, Guessing
from diffusion_core.own.shelf import GONE
from diffusion_core.pixels import to_model
from diffusion_core.practice import Practices
from diffusion_core.recording import frames_of, recording_head
from diffusion_core.request import IMAGE_SIZE, Request, network_of
from diffusion_core.run import DIGIT_SIZE, Run, Step, final_picture, sample
from diffusion_core.schedule import make_schedule
from diffusion_core.service.edit_runs import edit_run
from diffusion_core.service.edits import Edit, Ideal, Nearest, Spread
from diffusion_core.service.jobs import Checking, Drawing, Guess, Job
from diffusion_core.service.melodies import Melody
from diffusion_core.service.networks import Networks
from diffusion_core.service.practice import LevelCurve, Practice
from diffusion_core.service.pulse import Pulse
from diffusion_core.service.turns import Turns, Work
from diffusion_core.sound.recording import sound_frames, sound_head
from diffusion_core.sound.training import SIZE as WAVE
from diffusion_core.sound.training import note_times
from diffusion_core.spread import Spreading

NICENESS = 5
"""Pages come first: what they need is little, and somebody is waiting for it."""
WAVES_WHILE_OTHERS_WAIT = 2
"""A pass of so many notes takes about as long as one of a single digit (docs/measurements.md): a
melody in between at most doubles the time of who draws digits."""


def serve(connection: Connection[Any, Any], denoisers: Mapping[str, NetworkDenoiser]) -> None:
    """Do what is asked until the other side hangs up."""
    networks = Networks(denoisers)
    batcher = Batcher(networks, while_others_wait={"sound": WAVES_WHILE_OTHERS_WAIT})
    jobs: dict[int, Drawing | Edit | Guess | Melody | Spread] = {}
    turns, practices = Turns(connection), Practices(denoisers["digits"].network)

    def work_of(job: Job) -> Work | None:
        """What is done in turns, beside the batcher's passes; None for what the batcher does."""
        match job:
            case Checking():
                return check_work(job, denoisers["digits"])
            case Practice():
                return practices.work(job)
            case LevelCurve():
                return practices.curve(job)
            case Ideal():
                return ideal_work(job.request)
            case Nearest():
                return nearest_work(pictures_of(job.pictures), job.label)
            case _:
                return None

    pulse = Pulse(connection)
    try:
        while True:
            # Waits for a message while there is nothing to do; looks for one between passes.
            while not (len(batcher) or len(turns)) or connection.poll():
                match connection.recv():
                    case ("do", int(key), job, party):
                        work = work_of(job)
                        if work is not None:
                            turns.add(key, work, party)
                        elif begin(batcher, connection, key, job, networks, party):
                            jobs[key] = job
                    case ("shared", int(key)):
                        turns.share(key)
                        batcher.share(key)
                    case ("forget", int(key)):
                        turns.forget(key)
                        batcher.cancel(key)
                        jobs.pop(key, None)
            began = time.monotonic()
            for report in batcher.tick():
                tell(connection, report, jobs)
            turns.passed(time.monotonic() - began)
            turns.take(beside_passes=len(batcher) > 0)
            pulse.beat()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def begin(
    batcher: Batcher,
    connection: Connection[Any, Any],
    key: int,
    job: Drawing | Edit | Guess | Melody | Spread,
    networks: Networks,
    party: str,
) -> bool:
    """Take on a job for somebody; whether it was, or had to be refused."""
    if isinstance(job, Spread):
        batcher.add(key, Spreading(job.label, job.seed), "digits", party)
        return True
    if isinstance(job, Melody):
        connection.send(("chunk", key, sound_head(job)))
        notes = Run(job.request, times=note_times(job.steps), size=WAVE)
        batcher.add(key, notes, "sound", party)
        return True
    if isinstance(job, Drawing | Edit):
        try:
            run = drawing(job) if isinstance(job, Drawing) else edit_run(job)
            own = job.weights if isinstance(job, Drawing) else None
            if own:
                networks[own]  # reads it, if it is still there and whole
        except CheckpointError:
            connection.send(("failed", key, GONE))
            return False
        except UserFacingError as error:
            connection.send(("failed", key, str(error)))
            return False
        connection.send(("chunk", key, recording_head(job.request, job.every)))
        batcher.add(key, run, own or network_of(job.request.sampler), party)
    else:
        batcher.add(key, guessing(job), "digits", party)
    return True


def check_work(job: Checking, network: NetworkDenoiser) -> Iterator[bytes]:
    """A check, as JSON."""
    check = run_check(job.name, network)
    answer = asdict(check) | {"apart": check.apart, "agrees": check.agrees}
    yield json.dumps(answer, allow_nan=False).encode()


def drawing(job: Drawing) -> Run:
    """The run of a Drawing."""
    if job.origin is None:
        return Run(job.request)
    return run_from(_picture(job.origin)[0], job.t, job.request)


def pictures_of(pixels: bytes) -> NDArray[np.uint8]:
    """784 bytes a picture to (N, 28, 28)."""
    return np.frombuffer(pixels, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def _picture(pixels: bytes) -> Tensor:
    """784 bytes to (1, 1, 28, 28) in [-1, 1]."""
    return to_model(pictures_of(pixels))


def guessing(job: Guess) -> Guessing:
    """The question of a Guess, as the denoiser is asked it."""
    eps = torch.frombuffer(bytearray(job.eps), dtype=torch.float32)
    schedule = make_schedule(job.schedule, job.schedule_steps)
    size = (1, 1, IMAGE_SIZE, IMAGE_SIZE)
    return Guessing(_picture(job.x_0), eps.reshape(size), schedule, job.told_about)


def tell(
    connection: Connection[Any, Any],
    report: Report,
    jobs: dict[int, Drawing | Edit | Guess | Melody | Spread],
) -> None:
    """Pass on what came of a job."""
    key = report.key
    assert isinstance(key, int)
    job, result = jobs[key], report.result
    if report.problem is not None:
        del jobs[key]
        connection.send(("failed", key, report.problem))
        return
    if isinstance(result, Step) and isinstance(job, Drawing | Edit):
        for frame in frames_of(result, job.every):
            connection.send(("chunk", key, frame))
    if isinstance(result, Step) and isinstance(job, Melody):
        for frame in sound_frames(result, job):
            connection.send(("chunk", key, frame))
    if isinstance(result, bytes):
        connection.send(("chunk", key, result))
    if isinstance(result, Guesses):
        answer = result.x0_hat.tobytes() + result.eps_hat.tobytes() + result.error.tobytes()
        connection.send(("chunk", key, answer))
    if report.finished:
        del jobs[key]
        connection.send(("finished", key))


def main() -> None:
    """Load the networks, run them once, and serve."""
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    os.nice(NICENESS)
    # Ctrl-C in a terminal reaches us too; it ends the server, which ends us, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        networks = {name: NetworkDenoiser(load_checkpoint(p)) for name, p in MODELS.items()}
    except UserFacingError as error:
        connection.send(("broken", str(error)))
        return
    # The first pass sets much up; nobody's first picture should pay for that.
    for name, network in networks.items():
        size = WAVE if name == "sound" else DIGIT_SIZE
        final_picture(sample(network, Request((0,), steps=1), size=size))
    connection.send(("ready",))
    serve(connection, networks)


if __name__ == "__main__":
    main()
