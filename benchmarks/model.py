"""How fast the model draws, measured through the same door that the app uses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.theirs import compared_with_diffusers
from benchmarks.timing import Say, finish, resident_bytes, seconds, spread
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CannotMeasureError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.recording import recording
from diffusion_core.measure.evaluation import Counting
from diffusion_core.request import IMAGE_SIZE, NUM_CLASSES, WALKING_SAMPLERS, Request
from diffusion_core.run import sample, start_of
from diffusion_core.unet import UNet


@dataclass(frozen=True)
class ModelPlan:
    """What to measure. The first four fields describe the run that we have goals for."""

    pictures: int = 16
    sampler: str = "dpmpp"
    steps: int = 20
    guidance: float = 1.5
    step_counts: tuple[int, ...] = (5, 10, 20, 50)
    batch_sizes: tuple[int, ...] = (1, 16, 32)
    repeat: int = 5

    def request(self, sampler: str, steps: int, guidance: float) -> Request:
        """Digits 0, 1, 2, ... in turn, drawn in that way."""
        labels = tuple(i % NUM_CLASSES for i in range(self.pictures))
        return Request(labels, sampler, steps, guidance, seed=7)

    @property
    def standard(self) -> Request:
        return self.request(self.sampler, self.steps, self.guidance)

    @property
    def grid(self) -> Iterator[Request]:
        """Every sampler with every number of steps, guided and unguided."""
        for sampler in WALKING_SAMPLERS:
            for guidance in (self.guidance, 1.0):
                for steps in self.step_counts:
                    yield self.request(sampler, steps, guidance)


@dataclass(frozen=True)
class Run:
    """One run, recorded step by step: times in seconds from the moment it was asked for."""

    first_frame: float
    total: float
    frames: int
    network_calls: float
    """Pictures that went through the network, for each picture that came out."""


def recorded_run(network: UNet, request: Request, device: str) -> Run:
    """Draw, recording every step, and take the time of the first frame and of the last."""
    counting = Counting(NetworkDenoiser(network))
    finish(device)
    began = time.perf_counter()
    sent = recording(request, sample(counting, request, start_of(request, device=device)))
    next(sent)  # The head: nothing has been computed for it.
    next(sent)
    first = time.perf_counter() - began
    frames = 1 + sum(1 for _ in sent)
    total = time.perf_counter() - began
    return Run(first, total, frames, counting.pictures / len(request.labels))


def measure_model(path: Path, plan: ModelPlan, device: str, say: Say) -> dict[str, Any]:
    """All figures about the model at `path`. CheckpointError if there is none."""
    network = load_checkpoint(path, device)
    results: dict[str, Any] = {"pictures": plan.pictures, "parameters": network.parameter_count}
    say(f"Model: {plan.pictures} digits, {plan.sampler}, {plan.steps} steps.")
    results["standard"] = _standard(network, plan, device)
    results["samplers"] = _by_sampler(network, plan, device, say)
    say("Model: one pass of the network.")
    results["passes"] = [_plain_pass(network, n, plan.repeat, device) for n in plan.batch_sizes]
    say("Model: beside diffusers.")
    try:
        results["diffusers"] = compared_with_diffusers(network, plan.standard, plan.repeat, device)
    except CannotMeasureError as error:
        results["diffusers"] = {"skipped": str(error)}
    return results


def _standard(network: UNet, plan: ModelPlan, device: str) -> dict[str, Any]:
    """The run that we have goals for, and the memory it takes.

    Measured before anything else, so that the first run is what a freshly loaded model gives and
    the peak belongs to this.
    """
    before = resident_bytes()
    fresh, *runs = [recorded_run(network, plan.standard, device) for _ in range(plan.repeat + 1)]
    memory = {"before": before, "peak": resident_bytes(peak=True)}
    if device.startswith("cuda"):
        memory["on_device"] = torch.cuda.max_memory_allocated(device)
    return {
        **_described(plan.standard),
        "frames": fresh.frames,
        "network_calls": fresh.network_calls,
        "fresh": {"total": fresh.total, "first_frame": fresh.first_frame},
        **_times(runs),
        "memory": memory,
    }


def _by_sampler(network: UNet, plan: ModelPlan, device: str, say: Say) -> list[dict[str, Any]]:
    """The grid, walked through again and again, so that a disturbance does not hit one row only."""
    runs: dict[Request, list[Run]] = {request: [] for request in plan.grid}
    for round_number in range(plan.repeat):
        for request, done in runs.items():
            say(
                f"Model: round {round_number + 1} of {plan.repeat}, {request.sampler}, "
                f"{request.steps} steps, guidance {request.guidance:g}."
            )
            done.append(recorded_run(network, request, device))
    return [
        {**_described(request), "network_calls": done[0].network_calls, **_times(done)}
        for request, done in runs.items()
    ]


def _described(request: Request) -> dict[str, Any]:
    return {"sampler": request.sampler, "steps": request.steps, "guidance": request.guidance}


def _times(runs: list[Run]) -> dict[str, Any]:
    return {
        "total": asdict(spread([run.total for run in runs])),
        "first_frame": asdict(spread([run.first_frame for run in runs])),
    }


def _plain_pass(network: UNet, batch: int, repeat: int, device: str) -> dict[str, Any]:
    """One pass of the network and nothing around it."""
    generator = torch.Generator().manual_seed(batch)
    x_t = torch.randn((batch, 1, IMAGE_SIZE, IMAGE_SIZE), generator=generator).to(device)
    t = torch.full((batch,), 0.5, device=device)
    label = torch.arange(batch, device=device) % NUM_CLASSES
    with torch.inference_mode():
        # A pass takes milliseconds, so there is time for more of them than of whole runs.
        once, *taken = [
            seconds(lambda: network(x_t, t, label), device) for _ in range(4 * repeat + 1)
        ]
    times = spread(taken)
    return {
        "batch": batch,
        "seconds": asdict(times),
        "pictures_per_second": batch / times.median,
        "first": once,
    }
