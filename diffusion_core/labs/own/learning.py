"""A visitor's model from random weights to a judged checkpoint, told as it happens.

The answer is a chain of bundles (bundle.py), each an event of some kind:

    preparing   the share that is done of getting digits to learn from
    begun       how the run was set up
    progress    about once a second: steps, seconds, time left, loss, loss by noise level
    samples     every few seconds: pictures from the same noise, drawn by the averaged weights
    judging     the share that is done of measuring
    end         the model's name on the shelf, and what the judge read in its drawings

Times are seconds since the learning began.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CannotWriteError, TrainingDivergedError
from diffusion_core.files.bundle import bundle
from diffusion_core.files.checkpoint import save_checkpoint
from diffusion_core.files.whole import make_sure
from diffusion_core.labs.own.examples import DRAWN_PER_SECOND, Examples, examples
from diffusion_core.labs.own.job import EndTraining, TrainingDigits
from diffusion_core.labs.own.judging import COUNT, STEPS, judged, shipped_share
from diffusion_core.labs.own.recipe import (
    SHAPE,
    Plan,
    Threads,
    configuration,
    plain_attention,
    times,
)
from diffusion_core.labs.own.shelf import Shelf
from diffusion_core.measure.classifiers import JudgeNet, load_classifier
from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request
from diffusion_core.run import sample
from diffusion_core.service.work import Work
from diffusion_core.training import TrainingEvent, TrainingState, new_state, train
from diffusion_core.unet import UNet

FINISH = 5.0
"""Seconds in which a run that is told to end lets its learning rates fall."""
REPORT_EVERY = 0.7
"""Seconds."""
SAMPLES = 20
SAMPLE_STEPS = 10
SAMPLES_EVERY = 6.0
"""Seconds, in the long run. In the beginning, where most happens, sooner."""
LEVELS = 10
ROOM = 4_000_000
"""Bytes: the weights twice, while the shelf takes them in, and their card."""
REMEMBERED = 40
"""Steps over which the loss by noise level is averaged."""

Clock = Callable[[], float]
Result = TypeVar("Result")


@dataclass
class Deadline:
    """When a run is to end, by its clock."""

    clock: Clock
    at: float

    @property
    def left(self) -> float:
        return self.at - self.clock()

    def soon(self) -> None:
        self.at = min(self.at, self.clock() + FINISH)


_under_way: dict[str, Deadline] = {}
"""The runs of this process, by token."""


def end_training(job: EndTraining) -> Work:
    """Tell that run, if there is one, to come to its end."""
    deadline = _under_way.get(job.token)
    if deadline is not None:
        deadline.soon()
    yield b"told" if deadline is not None else b"over"


def train_digits(job: TrainingDigits, clock: Clock = time.monotonic) -> Work:
    """The work of the job: chunks of its answer, b"" in between. Errors as of `examples`;
    CheckpointError if there is no judge; CannotWriteError if there is no room for what comes out;
    TrainingDivergedError if the loss stops being a number."""
    deadline = _under_way[job.token] = Deadline(clock, math.inf)
    threads = torch.get_num_threads()
    try:
        # What the end will need is looked for at the beginning, and not after three minutes.
        judge = load_classifier(JudgeNet)
        make_room(job.folder)
        drawn = math.ceil(DRAWN_PER_SECOND * job.seconds)
        known = yield from _told("preparing", examples(job.digits, drawn))
        state = new_state(configuration(job.seed), SHAPE)
        yield event("begun", **_setup(job, state, known))
        deadline.at = min(deadline.at, clock() + job.seconds)
        run = Course(job, state, known, deadline)
        yield from run.chunks()
        yield from _conclusion(job, run, judge)
    finally:
        _under_way.pop(job.token, None)
        torch.set_num_threads(threads)


def make_room(folder: str) -> None:
    """See to it that a finished model could be kept. CannotWriteError, for the visitor, if not."""
    try:
        make_sure(Path(folder) / "room", ROOM)
    except CannotWriteError as error:
        raise CannotWriteError(
            "There is no room on this server's disk for another model, so the training was not "
            "begun: tell whoever runs the server, and try again later.",
            error.for_operator,
        ) from error


def event(kind: str, arrays: dict[str, NDArray[Any]] | None = None, **head: Any) -> bytes:
    """One event, as bytes."""
    return bundle({"kind": kind, **head}, arrays or {})


def _told(
    kind: str, work: Generator[float, None, Result], **head: Any
) -> Generator[bytes, Any, Result]:
    """Work that yields the share that is done, as events of that kind; returns what it returns."""
    while True:
        try:
            share = next(work)
        except StopIteration as finished:
            result: Result = finished.value
            return result
        yield event(kind, share=round(share, 3), **head)


def _setup(job: TrainingDigits, state: TrainingState[UNet], known: Examples) -> dict[str, Any]:
    return {
        "seconds": job.seconds,
        "digits": job.digits,
        "seed": job.seed,
        "parameters": state.network.parameter_count,
        "examples": len(known.labels),
        "mnist": known.mnist,
        "batch": state.config.batch_size,
        "labels": list(_sample_request(job).labels),
    }


def _sample_request(job: TrainingDigits) -> Request:
    """The pictures that show how far it is: always from the same noise."""
    labels = np.sort(np.resize([int(digit) for digit in job.digits], SAMPLES))
    return Request(tuple(labels.tolist()), "dpmpp", SAMPLE_STEPS, seed=job.seed)


class Course:
    """The middle part of a run: steps until the deadline, and now and then a look at it."""

    def __init__(
        self,
        job: TrainingDigits,
        state: TrainingState[UNet],
        known: Examples,
        deadline: Deadline,
    ) -> None:
        self.state = state
        self.known = known
        self._request = _sample_request(job)
        self._deadline = deadline
        self._clock = deadline.clock
        self._began, self._worked = self._clock(), time.process_time()
        self._plan = Plan()
        self.most = torch.get_num_threads()
        self._threads = Threads(self.most)
        self._latest: deque[TrainingEvent] = deque(maxlen=REMEMBERED)
        self._unreported: list[float] = []

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    @property
    def processors(self) -> float:
        """How many processors' time it had, on average. Where others compute too, it is less than
        the threads that it has."""
        return (time.process_time() - self._worked) / max(self.seconds, 1e-6)

    def chunks(self) -> Iterator[bytes]:
        """Learn until the deadline, one step at least."""
        torch.set_num_threads(self._threads.now)
        yield from self._look()
        reported, look_at = 0.0, 1.0
        self._plan.heard(self._clock())
        over = False
        while not over:
            self._step()
            over = self._deadline.left <= 0
            if over or self.seconds - reported >= REPORT_EVERY:
                reported = self.seconds
                yield self._progress()
            if over or self.seconds >= look_at:
                yield from self._look()
                # A third more each time, until the pictures come at equal distances.
                look_at = self.seconds + min(SAMPLES_EVERY, 1 + self.seconds / 3)
            yield b""

    def _step(self) -> None:
        state = self.state
        planned = self._plan.steps(state.step, self._deadline.left)
        state.config = replace(state.config, steps=planned)
        torch.set_num_threads(self._threads.now)
        began = self._clock()
        try:
            with plain_attention():
                happened = next(train(state, self.known.x_0, self.known.labels, times=times))
        except TrainingDivergedError as error:
            raise TrainingDivergedError(
                f"After {state.step} steps the loss was no longer a number, so there is no model: "
                "train again with another seed."
            ) from error
        now = self._clock()
        self._plan.heard(now)
        self._threads.heard(now, now - began)
        self._latest.append(happened)
        self._unreported.append(happened.loss)

    def _progress(self) -> bytes:
        loss, self._unreported = float(np.mean(self._unreported)), []
        t = np.concatenate([each.each.t for each in self._latest])
        squared = np.concatenate([each.each.squared.numpy() for each in self._latest])
        return event(
            "progress",
            step=self.state.step,
            planned=self.state.config.steps,
            at=round(self.seconds, 2),
            left=round(max(0.0, self._deadline.left), 1),
            loss=loss,
            levels=by_level(t, squared),
            processors=round(self.processors, 2),
        )

    def _look(self) -> Iterator[bytes]:
        """Draw the pictures as the averaged weights draw them now."""
        at, step = self.seconds, self.state.step
        x = None
        for drawn in sample(NetworkDenoiser(self.state.average), self._request):
            x = drawn.x_next
            yield b""
        assert x is not None, "A sampler takes at least one step."
        pictures = to_uint8(x)
        yield event("samples", {"pictures": pictures}, at=round(at, 2), step=step)


def by_level(t: NDArray[np.float64], squared: NDArray[np.floating[Any]]) -> list[float | None]:
    """The mean of squared (N,) in each of LEVELS equal parts of the time t (N,) in [0, 1]; None
    where nothing is known."""
    part = np.minimum((t * LEVELS).astype(int), LEVELS - 1)
    return [
        float(squared[part == level].mean()) if (part == level).any() else None
        for level in range(LEVELS)
    ]


def _conclusion(job: TrainingDigits, run: Course, judge: JudgeNet) -> Iterator[bytes]:
    """Judge the model, and put it on the shelf."""
    seconds, processors, network = run.seconds, run.processors, run.state.average
    judging = judged(network, judge, job.digits, job.seed)
    found = yield from _told("judging", judging)
    figures = {
        "steps": run.state.step,
        "seconds": round(seconds, 1),
        "seen": run.state.step * run.state.config.batch_size,
        "processors": round(processors, 2),
        "threads": run.most,
        "right": found.right,
        "judged": COUNT,
        "shipped": shipped_share(job.digits),
    }
    with TemporaryDirectory(prefix=".new-", dir=job.folder) as folder:
        path = Path(folder) / "digits.safetensors"
        save_checkpoint(path, network, _card(job, run, figures))
        name = Shelf(job.folder).put(path, job.owner)
    arrays = {
        "pictures": found.pictures,
        "asked": found.asked.astype(np.uint8),
        "read": found.seen.astype(np.uint8),
    }
    yield event("end", arrays, id=name, **figures)


def _card(job: TrainingDigits, run: Course, figures: dict[str, Any]) -> dict[str, Any]:
    source = "MNIST" if run.known.mnist else "drawings of the lesson's distilled model"
    return {
        "name": "A digit model trained in the browser's sight",
        "app": "Through the Fog",
        "parameters": run.state.average.parameter_count,
        "network": asdict(run.state.average.config),
        "training": asdict(run.state.config),
        "digits": job.digits,
        "learned_from": f"{len(run.known.labels):,} digits: {source}",
        "judged_by": f"{figures['judged']} pictures, DPM-Solver++ in {STEPS} steps, no guidance",
        "finished": time.strftime("%Y-%m-%d", time.gmtime()),
        "use": "python -m diffusion_core sample --model digits.safetensors --out digits.npz",
        **figures,
    }
