"""Work that is answered by a recording (files/frames.py): drawings, and edits of pictures."""

from __future__ import annotations

from diffusion_core.editing import run_from
from diffusion_core.errors import CheckpointError
from diffusion_core.files.frames import recording_head
from diffusion_core.files.recording import frames_of
from diffusion_core.labs.forks.running import forked
from diffusion_core.labs.own.shelf import GONE
from diffusion_core.pixels import from_bytes
from diffusion_core.request import Request, network_of
from diffusion_core.run import Run, reverse
from diffusion_core.service.asking import asking
from diffusion_core.service.edits import Edit
from diffusion_core.service.jobs import Drawing
from diffusion_core.service.work import Networks, Work


def drawn(job: Drawing, networks: Networks) -> Work:
    """The reverse process, with the shipped weights or a visitor's."""
    network = job.weights or network_of(job.request.sampler)
    try:
        networks[network]  # reads it, if it is there and whole
    except CheckpointError as error:
        if job.weights is None:
            raise
        raise CheckpointError(GONE) from error
    if job.turns:
        run = forked(job.request, job.turns)
    elif job.origin is None:
        run = reverse(job.request)
    else:
        run = run_from(from_bytes(job.origin), job.t, job.request)
    yield from recorded(run, network, job.request, job.every)


def edited(job: Edit, networks: Networks) -> Work:
    """What is made of pictures."""
    network = network_of(job.request.sampler)
    networks[network]
    yield from recorded(job.run(), network, job.request, job.every)


def recorded(run: Run, network: str, request: Request, every: int) -> Work:
    """The recording of a run whose questions are put to that network."""
    yield recording_head(request, every)
    yield from asking(run, network, lambda step: frames_of(step, every))
