"""What Python computed, for the browser's modules to be compared with."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from diffusion_core.data.embedded import REVERSE_SCENE
from diffusion_core.files.bundle import bundle
from diffusion_core.files.recording import recording
from diffusion_core.labs.forks.running import forked
from diffusion_core.labs.forks.turns import read_turns
from diffusion_core.labs.points.plan import moments
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.points.snapshots import Camera
from diffusion_core.noise import normal
from diffusion_core.prediction import Prediction, from_velocity
from diffusion_core.request import Request
from diffusion_core.run import answered, sample
from diffusion_core.samplers import SAMPLERS
from diffusion_core.schedule import Floats, alpha_sigma, cosine_time
from diffusion_core.service.edits import Repair
from pages import guided
from pages.engine.jobs import drawing
from pages.labs.editing.settings import EditSettings
from pages.lesson.scenes import journey
from pages.shared.packed import packed, packed_mask
from pages.stage.forward import ForwardSettings, forward_scene, picture
from pages.stage.lanes import described
from pages.stage.recordings import recorded
from pages.stage.reverse import ReverseSettings, reverse_scene
from tests.core.plane_runs import received
from tests.js.plane_facts import tab_facts
from tests.pages.unbundle import unbundle

PIXELS = 28 * 28


def forward_facts(folder: Path, name: str, settings: ForwardSettings) -> dict[str, Any]:
    """A scene, and x_t = alpha x_0 + sigma eps with its ratio at some steps, in float64."""
    (folder / f"{name}.bundle").write_bytes(forward_scene(settings))
    schedule = settings.make_schedule()
    x0 = picture(settings).reshape(-1) / 127.5 - 1
    eps = settings.noise().reshape(-1).astype(np.float64)
    found = []
    for step in (0, 1, settings.steps // 3, settings.steps - 1, settings.steps):
        alpha, sigma = alpha_sigma(schedule, step / settings.steps)
        found.append({"step": step, "x_t": (alpha * x0 + sigma * eps).tolist()})
    return {"steps": settings.steps, "at": found}


def recording_facts(folder: Path) -> dict[str, Any]:
    """A recorded run of the model, and its frames, read with nothing but struct."""
    data = recorded(REVERSE_SCENE).tobytes()
    (folder / "run.recording").write_bytes(data)
    head, _, body = data.partition(b"\n")
    about = json.loads(head)
    count = len(about["request"]["labels"])
    size = 24 + count * 3 * PIXELS
    frames = []
    for place in range(about["frames"]):
        frame = body[place * size : (place + 1) * size]
        pixels = frame[24:]
        sums = [sum(pixels[k * PIXELS : (k + 1) * PIXELS]) for k in range(3 * count)]
        t, alpha, sigma, log_snr, calls, _ = struct.unpack("<6f", frame[:24])
        frames.append([t, alpha, sigma, log_snr, calls, sums])
    return {"frames": frames, "count": count, "labels": about["request"]["labels"]}


def spectrum_facts() -> dict[str, Any]:
    """A short wave, and the power of its windows in dB, by numpy's own Fourier transform."""
    wave = np.random.default_rng(2).normal(0, 0.3, 700).astype(np.float32)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256)
    starts = range(0, len(wave) - 256 + 1, 64)
    spectra = [np.fft.rfft(hann * wave[start : start + 256])[:128] for start in starts]
    levels = [10 * np.log10(np.abs(one) ** 2 / 64**2 + 1e-12) for one in spectra]
    return {"wave": wave.tolist(), "levels": np.concatenate(levels).tolist()}


def word_facts() -> dict[str, Any]:
    """A drawing and a mask, and the words that say them in an address."""
    random = np.random.default_rng(3)
    drawing = random.integers(0, 256, PIXELS, dtype=np.uint8)
    mask = random.random((28, 28)) < 0.4
    return {
        "drawing": drawing.tolist(),
        "word": packed(drawing.tobytes()),
        "mask": mask.reshape(-1).tolist(),
        "bits": packed_mask(mask),
    }


def plane_facts(folder: Path) -> dict[str, Any]:
    """A training in the plane as it travels, of a denoiser that always says the same."""
    settings = PointSettings(count=40, steps=4)
    camera = Camera(settings, torch.linspace(-1, 1, 80).reshape(-1, 2))
    steps = moments(settings)

    def said(x_t: Tensor, alpha: ArrayLike, sigma: ArrayLike, label: Tensor) -> Prediction:
        return Prediction(x0_hat=0.5 * x_t, eps_hat=0.25 * x_t)

    parts = [camera.take(said, step, 1 / (1 + step)) for step in (0, *steps)]
    answer = b'{"before": 1}\n' + camera.head() + b"".join(parts)
    (folder / "plane.answer").write_bytes(answer)
    seen = received(answer.partition(b"\n")[2])
    return {
        "data": seen.data.reshape(-1).tolist(),
        "ideal": seen.ideal["levels"].tolist(),
        "steps": [shot["step"] for shot in seen.snapshots],
        "losses": [shot["loss"] for shot in seen.snapshots],
        "paths": [float(np.abs(shot["paths"]).sum()) for shot in seen.snapshots],
    }


def own_facts(folder: Path) -> dict[str, Any]:
    """What a visitor's training tells, as it travels."""
    pictures = np.random.default_rng(4).integers(0, 256, (2, PIXELS), dtype=np.uint8)
    told = [
        bundle({"kind": "preparing", "share": 0.5}, {}),
        bundle({"kind": "begun", "batch": 8}, {}),
        bundle({"kind": "samples", "at": 1.5, "step": 12}, {"pictures": pictures}),
        bundle({"kind": "progress", "at": 2.0, "loss": 0.25, "left": 3.0}, {}),
        bundle({"kind": "samples", "at": 3.5, "step": 30}, {"pictures": pictures[::-1].copy()}),
        bundle({"kind": "end", "id": "abc", "right": 3}, {"pictures": pictures}),
    ]
    (folder / "own.answer").write_bytes(b'{"before": 2}\n' + b"".join(told))
    return {"sums": pictures.sum(axis=1).tolist()}


def noise_facts() -> dict[str, Any]:
    """Threefry's published answers (kat_vectors of Random123, threefry2x32 with 20 rounds), and
    some normal numbers."""
    ones, pi = 0xFFFFFFFF, (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
    known = [
        {"key": [0, 0], "counter": [0, 0], "words": [0x6B200159, 0x99BA4EFE]},
        {"key": [ones, ones], "counter": [ones, ones], "words": [0x1CB996FC, 0xBB002BE7]},
        {"key": [pi[2], pi[3]], "counter": [pi[0], pi[1]], "words": [0xC4923A9C, 0x483DF7A0]},
    ]
    asked = [(0, 0, 0, 5), (7, 3, 2, 784), (2**31 - 1, 1 << 19, 999, 6)]
    drawn = [
        {
            "seed": seed,
            "picture": picture,
            "draw": draw,
            "values": normal(seed, [picture], draw, count)[0].tolist(),
        }
        for seed, picture, draw, count in asked
    ]
    return {"known": known, "drawn": drawn}


def stand_in(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    """As simple as a network can be, here and in sampler.test.js."""
    t = torch.as_tensor(cosine_time(alpha, sigma))[:, None, None, None].float()
    said = torch.tanh(0.7 * x_t + 0.05 * label[:, None, None, None] - 0.2) * (0.5 + 0.4 * t)
    return from_velocity(said, x_t, alpha, sigma)


TURNS = ("0d5", "8d5", "6n3", "12g0", "3d8g5n42", "4dx_9n7_15d1", "19n1", "5g0.5_6g1")
"""Runs of 20 steps that turn on their way."""


def turn_facts(folder: Path) -> list[dict[str, Any]]:
    """Runs with turns, as recordings, and as Python writes and describes them."""
    found = []
    for number, text in enumerate(TURNS):
        sampler = ("dpmpp", "heun", "ddpm", "ddim")[number % 4]
        settings = ReverseSettings("3", 7, sampler, 20, 1.5, 2)
        turned, turns = replace(settings, turns=text), read_turns(text)
        request = settings.request()
        steps = answered(forked(request, turns), stand_in)
        name = f"turns-{number}.run"
        (folder / name).write_bytes(b"".join(recording(request, steps)))
        job = drawing(request, turns)
        found.append(
            {
                **job.facts,
                "text": text,
                "trunk": described(settings),
                "lane": described(turned),
                "recording": name,
                "frames": 21,
                "table": job.arrays["table"].tolist(),
                "fresh": job.arrays["fresh"].tolist(),
            }
        )
    return found


def repair_facts(folder: Path) -> list[dict[str, Any]]:
    """Repairs with that stand-in, each step taken once or several times."""
    random = np.random.default_rng(5)
    picture = random.integers(0, 256, PIXELS, dtype=np.uint8).tobytes()
    hidden = packed_mask(random.random((28, 28)) < 0.4)
    found = []
    for again in (1, 3):
        name = f"repair-{again}.run"
        settings = EditSettings(
            "repair", "5", 2, 7, 10, 1.5, x=packed(picture), mask=hidden, again=again
        )
        edit, job = settings.job(), settings.in_the_tab()
        assert isinstance(edit, Repair) and job is not None
        steps = answered(edit.run(), stand_in)
        (folder / name).write_bytes(b"".join(recording(edit.request, steps)))
        arrays = {name: array.tolist() for name, array in job.arrays.items()}
        found.append({**job.facts, **arrays, "again": again, "recording": name, "frames": 11})
    return found


def guided_facts(folder: Path) -> dict[str, Any]:
    """The runs of the guided lesson of Python's example, and as they are of a reader's digit."""
    random = np.random.default_rng(8)
    mine = random.integers(0, 256, PIXELS, dtype=np.uint8).tobytes()
    hidden = random.random((28, 28)) < 0.3
    made = {"mine": [*mine], "hidden": hidden.reshape(-1).tolist(), "t": 0.64, "label": 5}
    own = guided.scenes(mine, hidden, 0.64, 5, seed=41)
    for name, scene in guided.scenes().items():
        (folder / f"guided-{name}.bundle").write_bytes(scene)
        (folder / f"guided-{name}-own.bundle").write_bytes(own[name])
    return {**made, "seed": 41, "names": [*own]}


def seed_facts() -> list[dict[str, Any]]:
    """Scenes from one seed, and the same from another."""
    lanes = [ReverseSettings("3", 7), ReverseSettings("3", 9, "heun", 5)]
    surprise = [ReverseSettings("surprise", 7, n=16)]
    return [
        {
            "seed": 1234,
            "before": unbundle(reverse_scene(some, "facts"))[0],
            "after": unbundle(reverse_scene([_from(one, 1227) for one in some], "facts"))[0],
        }
        for some in (lanes, surprise)
    ]


def _from(settings: ReverseSettings, by: int) -> ReverseSettings:
    return replace(settings, seed=settings.seed + by)


def run_facts(folder: Path) -> list[dict[str, Any]]:
    """Runs of every sampler with that stand-in, as recordings, and their tables."""
    found = []
    for sampler in SAMPLERS:
        # The leaping model has its guidance built in.
        settings = ((1, 1.0), (2, 1.0), (4, 1.0))
        if sampler != "leap":
            settings = ((1, 1.0), (2, 0.0), (20, 1.5), (20, 5.0))
        for steps, guidance in settings:
            request = Request((3, 8), sampler, steps, guidance, seed=7)
            name = f"{sampler}-{steps}-{guidance}.run"
            (folder / name).write_bytes(b"".join(recording(request, sample(stand_in, request))))
            found.append(
                {
                    "sampler": sampler,
                    "steps": steps,
                    "guidance": guidance,
                    "seed": 7,
                    "labels": [3, 8],
                    "frames": steps + 1,
                    "recording": name,
                    "table": drawing(request).arrays["table"].tolist(),
                }
            )
    return found


def write_facts(folder: Path) -> None:
    """All of it: bundles and recordings as they travel, and facts.json."""
    (folder / "journey.bundle").write_bytes(journey("analogy"))
    facts = {
        "forward": forward_facts(folder, "forward", ForwardSettings()),
        "linear": forward_facts(folder, "linear", ForwardSettings(seed=7, schedule="linear-100")),
        "recording": recording_facts(folder),
        "spectrum": spectrum_facts(),
        "words": word_facts(),
        "plane": plane_facts(folder),
        "tab": tab_facts(folder),
        "own": own_facts(folder),
        "noise": noise_facts(),
        "runs": run_facts(folder),
        "turns": turn_facts(folder),
        "repairs": repair_facts(folder),
        "seeds": seed_facts(),
        "guided": guided_facts(folder),
    }
    (folder / "facts.json").write_text(json.dumps(facts))
