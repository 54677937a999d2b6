"""What the service for many visitors costs: leaps, full batches, and the app at rest."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import torch

from benchmarks.model import recorded_run
from benchmarks.server import ROOT, memory_of, running_app
from benchmarks.timing import Say, finish, seconds, spread
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import MODELS
from diffusion_core.request import IMAGE_SIZE, LEAP_STEPS, NUM_CLASSES, Request
from diffusion_core.run import reverse, start_of
from diffusion_core.service.batcher import CAPACITY, Batcher
from diffusion_core.service.recorded import recorded
from diffusion_core.service.works import Works
from diffusion_core.unet import UNet


@dataclass(frozen=True)
class ServicePlan:
    """What to measure."""

    pictures: int = 16
    """Drawn at once in leaps."""
    batch: int = CAPACITY
    steps: int = 10
    """Of each of the jobs that share a batch."""
    settling: float = 8.0
    """Seconds after which the app is at rest."""
    repeat: int = 5


def measure_service(plan: ServicePlan, device: str, say: Say) -> dict[str, Any]:
    """All figures. CannotMeasureError if the app does not start."""
    networks = {name: load_checkpoint(path, device) for name, path in MODELS.items()}
    say("Service: leaps.")
    results: dict[str, Any] = {"pictures": plan.pictures}
    labels = tuple(i % NUM_CLASSES for i in range(plan.pictures))
    for steps in LEAP_STEPS:
        request = Request(labels, "leap", steps)
        recorded_run(networks["leap"], request, device)
        runs = [recorded_run(networks["leap"], request, device) for _ in range(4 * plan.repeat)]
        results[f"leap_{steps}"] = asdict(spread([run.total for run in runs]))
    say("Service: many requests in one batch.")
    results["shared"] = _shared(networks["digits"], plan, device)
    say("Service: the app at rest.")
    results["start"] = _at_rest(plan)
    return results


def _shared(network: UNet, plan: ServicePlan, device: str) -> dict[str, Any]:
    """As many one-picture requests as a pass takes, against bare passes of the same size.

    The requests are recorded as they are for visitors. Measured in turns, since machines are
    noisy, and reported as a ratio.
    """
    batches = []
    for _ in range(2 * plan.repeat):
        bare = _bare_loop(network, plan, device)
        batches.append((bare, seconds(lambda: _crowd(network, plan, device), device)))
    pictures = plan.batch * plan.steps
    return {
        "batch": plan.batch,
        "bare_pictures_per_second": asdict(spread([pictures / bare for bare, _ in batches])),
        "shared_pictures_per_second": asdict(spread([pictures / crowd for _, crowd in batches])),
        "share": asdict(spread([bare / crowd for bare, crowd in batches])),
    }


def _bare_loop(network: UNet, plan: ServicePlan, device: str) -> float:
    x = torch.randn((plan.batch, 1, IMAGE_SIZE, IMAGE_SIZE)).to(device)
    t = torch.full((plan.batch,), 0.5, device=device)
    label = torch.arange(plan.batch, device=device) % NUM_CLASSES
    finish(device)
    began = time.perf_counter()
    with torch.inference_mode():
        for _ in range(plan.steps):
            network(x, t, label)
    finish(device)
    return time.perf_counter() - began


def _crowd(network: UNet, plan: ServicePlan, device: str) -> None:
    works = Works(Batcher({"digits": NetworkDenoiser(network)}, plan.batch))
    for key in range(plan.batch):
        request = Request((key % NUM_CLASSES,), "dpmpp", plan.steps, seed=key)
        run = reverse(request, start_of(request, device=device))
        works.add(key, recorded(run, "digits", request, every=1))
    while len(works):
        works.tick()


def _at_rest(plan: ServicePlan) -> dict[str, Any]:
    """Import time, and the memory of a server that nobody visits."""
    bare = [_python("pass") for _ in range(plan.repeat)]
    imports = [_python("import app") for _ in range(plan.repeat)]
    with running_app() as app:
        time.sleep(plan.settling)
        memory = memory_of(app)
    return {
        "import": asdict(spread([i - b for i, b in zip(imports, bare, strict=True)])),
        "memory": memory,
    }


def _python(code: str) -> float:
    """Seconds that a fresh interpreter takes for this."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True))
