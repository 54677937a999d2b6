"""The process that computes: `python -m diffusion_core.service.worker DESCRIPTOR`.

It is started by the client (client.py), with the number of an open socket. Messages are tuples.

    to it       ("do", key, job, party)     party: the visitor for whom it is done, or ""
                ("shared", key)             others want it, too
                ("forget", key)
    from it     ("ready",)                  once; a network that could not be loaded costs only
                                            the jobs that want it
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

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.editing import run_from
from diffusion_core.errors import CheckpointError, UserFacingError, note
from diffusion_core.files.frames import recording_head
from diffusion_core.files.recording import frames_of
from diffusion_core.labs.checks import NETWORK_CHECKS, run_check
from diffusion_core.labs.copying import ideal_work, nearest_work
from diffusion_core.labs.guess import Guesses, Guessing
from diffusion_core.labs.one_step.job import LevelCurve, Practice
from diffusion_core.labs.one_step.rounds import Practices
from diffusion_core.labs.own.shelf import GONE
from diffusion_core.labs.sound.job import Melody
from diffusion_core.labs.sound.recording import sound_frames, sound_head
from diffusion_core.labs.sound.training import SIZE as WAVE
from diffusion_core.labs.sound.training import note_times
from diffusion_core.labs.tradeoff import Spreading
from diffusion_core.pixels import to_model
from diffusion_core.request import IMAGE_SIZE, network_of
from diffusion_core.run import Run, Step
from diffusion_core.schedule import make_schedule
from diffusion_core.service.batcher import Batcher, Report
from diffusion_core.service.edit_runs import edit_run
from diffusion_core.service.edits import Edit, Ideal, Nearest, Spread
from diffusion_core.service.jobs import Checking, Drawing, Guess, Job
from diffusion_core.service.ledger import Ledger
from diffusion_core.service.networks import Networks, Shipped
from diffusion_core.service.pulse import Pulse
from diffusion_core.service.turns import BROKEN, Turns, Work, not_computed

NICENESS = 5
"""Pages come first: what they need is little, and somebody is waiting for it."""
WAVES_WHILE_OTHERS_WAIT = 2
"""A pass of so many notes takes about as long as one of a single digit (docs/measurements.md): a
melody in between at most doubles the time of who draws digits."""


def serve(connection: Connection[Any, Any], denoisers: Mapping[str, NetworkDenoiser]) -> None:
    """Do what is asked until the other side hangs up."""
    networks = Networks(denoisers)
    ledger = Ledger()
    waves = {"sound": WAVES_WHILE_OTHERS_WAIT}
    batcher = Batcher(networks, while_others_wait=waves, ledger=ledger)
    jobs: dict[int, Drawing | Edit | Guess | Melody | Spread] = {}
    turns = Turns(connection, ledger=ledger)
    practices = Practices(lambda: denoisers["digits"].network)

    def work_of(job: Job) -> Work | None:
        """What is done in turns, beside the batcher's passes; None for what the batcher does."""
        match job:
            case Checking():
                return check_work(job, denoisers)
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
                        else:
                            _end_if_broken(batcher)
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
            _end_if_broken(batcher)
            turns.passed(time.monotonic() - began)
            turns.take(beside=batcher.parties)
            pulse.beat()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _end_if_broken(batcher: Batcher) -> None:
    """To be replaced: torch does not always get over a moment without memory, and would refuse
    everything from then on."""
    if batcher.broken >= BROKEN:
        raise SystemExit(f"{BROKEN} jobs or passes in a row have failed.")


def begin(
    batcher: Batcher,
    connection: Connection[Any, Any],
    key: int,
    job: Drawing | Edit | Guess | Melody | Spread,
    networks: Networks,
    party: str,
) -> bool:
    """Take on a job for somebody; whether it was, or had to be refused."""
    own = job.weights if isinstance(job, Drawing) else None
    name = own or network_for(job)
    try:
        networks[name]  # reads it, if it is there and whole
        if isinstance(job, Spread):
            batcher.add(key, Spreading(job.label, job.seed), name, party)
        elif isinstance(job, Melody):
            melody = Run(job.request, times=note_times(job.steps), size=WAVE)
            connection.send(("chunk", key, sound_head(job)))
            batcher.add(key, melody, name, party)
        elif isinstance(job, Guess):
            batcher.add(key, guessing(job), name, party)
        else:
            run = drawing(job) if isinstance(job, Drawing) else edit_run(job)
            connection.send(("chunk", key, recording_head(job.request, job.every)))
            batcher.add(key, run, name, party)
    except UserFacingError as error:
        gone = own and isinstance(error, CheckpointError)
        note(error)
        connection.send(("failed", key, GONE if gone else str(error)))
        return False
    except Exception as error:  # One that cannot be begun must not take the others along.
        batcher.broken += 1
        connection.send(("failed", key, not_computed(error)))
        return False
    return True


def network_for(job: Drawing | Edit | Guess | Melody | Spread) -> str:
    """The name of the shipped network that answers a job."""
    if isinstance(job, Melody):
        return "sound"
    return network_of(job.request.sampler) if isinstance(job, Drawing | Edit) else "digits"


def check_work(job: Checking, networks: Mapping[str, NetworkDenoiser]) -> Iterator[bytes]:
    """A check, as JSON. Most of them are mathematics alone, and need no network."""
    check = run_check(job.name, networks["digits"] if job.name in NETWORK_CHECKS else None)
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
    """Load the networks that can be loaded, and serve."""
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    os.nice(NICENESS)
    # Ctrl-C in a terminal reaches us too; it ends the server, which ends us, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    networks = Shipped()
    for name in networks:
        try:
            networks[name]
        except CheckpointError as error:  # Whoever wants this one is told; the others are whole.
            note(error)
    connection.send(("ready",))
    serve(connection, networks)


if __name__ == "__main__":
    main()
