"""The reverse process of notes, as bytes that a browser can play while they arrive.

Like a recording of digits (files/frames.py): one line of JSON, then one record a frame:

    float32 x 6:          t, alpha, sigma, log SNR, network calls so far, spare
    float32 x B x 2 x 2:  frequency (Hz, 0 for none) and clarity of the pitch found in x_t, x0_hat
    int16   x B x 2 x L:  x_t and x0_hat of each note, as heard: with the common fading, +-REACH

Frames are kept, and the last is the finished note, as there. Where all steps are kept, HELD moments
of the last step follow its beginning: the last step is a straight walk from x_t to the guess, alpha
x0_hat + sigma eps_hat with both answers held (samplers.py), and its moments lie on that walk.
"""

from __future__ import annotations

import json
import math

import numpy as np
import torch
from torch import Tensor

from diffusion_core.files.frames import frame_head
from diffusion_core.labs.sound.job import HELD, Melody
from diffusion_core.labs.sound.notes import LENGTH, RATE, REACH, envelope
from diffusion_core.labs.sound.pitch import find_pitch
from diffusion_core.labs.sound.training import SIZE, note_times
from diffusion_core.prediction import add_noise
from diffusion_core.run import Step, reverse, start_of
from diffusion_core.samplers import levels_at
from diffusion_core.schedule import COSINE, alpha_sigma, log_snr
from diffusion_core.service.asking import asking
from diffusion_core.service.work import Networks, Work


def played(job: Melody, networks: Networks) -> Work:
    """The recording of a melody."""
    networks["sound"]
    start, levels = start_of(job.request, SIZE), levels_at(note_times(job.steps))
    yield sound_head(job)
    run = reverse(job.request, start, levels)
    yield from asking(run, "sound", lambda step: sound_frames(step, job))


def sound_head(job: Melody) -> bytes:
    """The line of JSON that stands before the frames."""
    head = {
        "slots": job.slots,
        "steps": job.steps,
        "seed": job.seed,
        "frames": job.frames,
        "every": job.every,
        "rate": RATE,
        "length": LENGTH,
        "reach": REACH,
    }
    return json.dumps(head).encode() + b"\n"


def sound_frames(step: Step, job: Melody) -> list[bytes]:
    """What the recording keeps of a step: its frame, nothing, or its frame and the finished one."""
    frames = []
    if step.index % job.every == 0:
        head = frame_head(step.t, step.alpha, step.sigma, step.log_snr, step.calls)
        frames.append(head + _heard(step.x_t, step.x0_hat))
    if step.index == step.count - 1:
        for t in np.linspace(step.t, 0, HELD + 2)[1:-1] if job.whole else ():
            alpha, sigma = alpha_sigma(COSINE, t)
            moment = add_noise(step.x0_hat, step.eps_hat, float(alpha), float(sigma))
            snr = float(log_snr(alpha, sigma))
            head = frame_head(float(t), float(alpha), float(sigma), snr, step.calls)
            frames.append(head + _heard(moment, step.x0_hat))
        head = frame_head(0.0, 1.0, 0.0, math.inf, step.calls)
        frames.append(head + _heard(step.x_next, step.x_next))
    return frames


def _heard(x_t: Tensor, x0_hat: Tensor) -> bytes:
    waves = torch.cat([x_t, x0_hat], dim=1).numpy()  # (B, 2, L)
    found = np.array([[find_pitch(wave) for wave in pair] for pair in waves], "<f4")
    heard = np.clip(waves * envelope() / REACH, -1, 1) * 32767
    return found.tobytes() + heard.round().astype("<i2").tobytes()
