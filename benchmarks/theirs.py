"""The same network driven by the schedulers of diffusers, as somebody would who uses that library.

Ours and theirs do the same work: the same noise, the same levels, as many steps, the answers with
and without the label in one batch. So the ratio of the times is what our generators of steps cost
or save, and the pictures should come out alike, which is measured too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor

from benchmarks.timing import seconds, spread
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CannotMeasureError
from diffusion_core.noise import PictureNoise
from diffusion_core.pixels import to_uint8
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import DIGIT_SIZE, final_picture, sample, start_of
from diffusion_core.samplers import grid_of
from diffusion_core.schedule import COSINE, alpha_sigma
from diffusion_core.unet import UNet

COMPARED = ("dpmpp", "ddim", "ddpm")
"""Our samplers that diffusers has too. (Its Heun works on another parametrisation.)"""

LEAST_ALPHA_BAR = 1e-8
"""Their DPM-Solver divides by alpha, which is 0 at t = 1. So little signal cannot be seen."""


def compared_with_diffusers(
    network: UNet, request: Request, repeat: int, device: str
) -> list[dict[str, Any]]:
    """Times of both for each sampler that both have, measured alternately.

    The request must be guided, by other than 0 and 1: their loop always asks for both answers.
    ratio: ours / theirs, each pair measured one right after the other. CannotMeasureError if
    diffusers is not installed.
    """
    rows = []
    for sampler in COMPARED:
        asked = Request(request.labels, sampler, request.steps, request.guidance, request.seed)
        ours, theirs = _ours(network, asked, device), _theirs(network, asked, device)
        # The first of each is not timed, and tells whether both draw the same.
        apart = to_uint8(ours()).astype(int) - to_uint8(theirs()).astype(int)
        times: list[tuple[float, float]] = []
        for turn in range(repeat):
            # Whoever goes second may find a warmer cache, or a busier machine: take turns.
            pair = [seconds(run, device) for run in ((ours, theirs), (theirs, ours))[turn % 2]]
            times.append((pair[0], pair[1]) if turn % 2 == 0 else (pair[1], pair[0]))
        rows.append(
            {
                "sampler": sampler,
                "ours": asdict(spread([mine for mine, _ in times])),
                "theirs": asdict(spread([other for _, other in times])),
                "ratio": asdict(spread([mine / other for mine, other in times])),
                # Other work only ever adds: on a busy machine this says more than the median.
                "ratio_of_fastest": min(mine for mine, _ in times) / min(o for _, o in times),
                "grey_levels_apart": int(np.abs(apart).max()),
            }
        )
    return rows


def _ours(network: UNet, request: Request, device: str) -> Callable[[], Tensor]:
    denoiser = NetworkDenoiser(network)
    return lambda: final_picture(sample(denoiser, request, start_of(request, device=device)))


def _theirs(network: UNet, request: Request, device: str) -> Callable[[], Tensor]:
    """Draws the same pictures with their scheduler: a function of nothing to (B, 1, 28, 28)."""
    times = grid_of(request.sampler, request.steps)[:-1]
    scheduler = _scheduler(request.sampler, request.steps)
    levels = torch.from_numpy(times).to(device, torch.float32)

    def run() -> Tensor:
        noise = PictureNoise(request.seed, len(request.labels))

        def ours(shape: tuple[int, ...], **_: object) -> Tensor:
            return torch.from_numpy(noise.draw(tuple(shape[1:]))).to(device)

        x = ours((len(request.labels), *DIGIT_SIZE))
        label = torch.tensor(request.labels, device=device)
        both = torch.cat([label, torch.full_like(label, NO_LABEL)])
        scheduler.set_timesteps(request.steps)
        # Their DDPM draws its fresh noise with this.
        theirs = patch("diffusers.schedulers.scheduling_ddpm.randn_tensor", ours)
        with torch.inference_mode(), theirs:
            for timestep, t in zip(scheduler.timesteps, levels, strict=True):
                v_cond, v_uncond = network(torch.cat([x, x]), t.expand(len(both)), both).chunk(2)
                v = v_uncond + request.guidance * (v_cond - v_uncond)
                x = scheduler.step(v, timestep, x).prev_sample
        return x

    return run


def _scheduler(sampler: str, steps: int) -> Any:
    """Their scheduler for our levels: alphas_cumprod goes from almost clean to noisiest."""
    try:
        from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
    except ImportError as error:
        raise CannotMeasureError(
            "There is no comparison with diffusers, which is not installed: "
            "`pip install -r requirements-dev.txt` brings it."
        ) from error
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "ddpm": (DDPMScheduler, {"clip_sample": False}),
        "ddim": (DDIMScheduler, {"clip_sample": False}),
        "dpmpp": (DPMSolverMultistepScheduler, {"final_sigmas_type": "zero"}),
    }
    kind, options = kinds[sampler]
    scheduler = kind(
        num_train_timesteps=steps,
        prediction_type="v_prediction",
        timestep_spacing="trailing",
        **options,
    )
    alpha, _ = alpha_sigma(COSINE, grid_of(sampler, steps)[:-1])
    alpha_bar = np.maximum(alpha**2, LEAST_ALPHA_BAR)
    scheduler.alphas_cumprod = torch.from_numpy(alpha_bar[::-1].copy())
    return scheduler
